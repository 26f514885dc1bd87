#version 330 core
// The dotted ground of the kernel: a regular grid of soft discs, kept inside rounded corners.
in vec2 at;
flat in vec4 rect_of;
flat in vec4 shape_of;
flat in vec4 ink_of;
out vec4 color;  // multiplied by its alpha

float inside_corners(float corner) {
  vec2 half_size = (rect_of.zw - rect_of.xy) * 0.5;
  vec2 q = abs(at - rect_of.xy - half_size) - half_size + corner;
  float distance_out = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - corner;
  return clamp(0.5 - distance_out, 0.0, 1.0);
}

void main() {
  vec2 cell = mod(at - rect_of.xy, shape_of.x) - shape_of.x * 0.5;
  float cover = clamp(shape_of.y + 0.5 - length(cell), 0.0, 1.0) * inside_corners(shape_of.z);
  color = vec4(ink_of.rgb, 1.0) * (ink_of.a * cover);
}
