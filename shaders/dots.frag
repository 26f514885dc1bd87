#version 330 core
// The dotted ground of the kernel: a regular grid of soft discs, kept inside rounded corners.
uniform vec4 rect;
uniform vec4 ink;
uniform float spacing;  // between dots, in pixels
uniform float radius;   // of a dot
uniform float corner;   // of the rectangle
in vec2 at;
out vec4 color;

float inside_corners() {
  vec2 half_size = (rect.zw - rect.xy) * 0.5;
  vec2 q = abs(at - rect.xy - half_size) - half_size + corner;
  float distance_out = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - corner;
  return clamp(0.5 - distance_out, 0.0, 1.0);
}

void main() {
  vec2 cell = mod(at - rect.xy, spacing) - spacing * 0.5;
  float dot_cover = clamp(radius + 0.5 - length(cell), 0.0, 1.0);
  color = vec4(ink.rgb, ink.a * dot_cover * inside_corners());
}
