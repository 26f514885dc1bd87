#version 330 core
// Fill and solid border of a box with round corners, each covered by its distance to the edge.
in vec2 at;
flat in vec2 half_size;
flat in vec4 shape_of;
flat in vec2 pattern_of;
flat in vec4 fill_of;
flat in vec4 border_of;
out vec4 color;  // multiplied by its alpha

void main() {
  vec2 q = abs(at) - half_size + shape_of.x;
  float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - shape_of.x;
  float cover = clamp(0.5 - d, 0.0, 1.0);
  float inner = clamp(0.5 - d - shape_of.y, 0.0, 1.0);
  vec4 fill = vec4(fill_of.rgb, 1.0) * (fill_of.a * inner);
  vec4 border = vec4(border_of.rgb, 1.0) * (border_of.a * (cover - inner));
  color = (fill + border) * shape_of.w;
}
