#version 330 core
// The rectangle of a dotted ground, one instance a ground.
layout(location = 0) in vec4 rect;   // left, top, right, bottom in pixels
layout(location = 1) in vec4 shape;  // spacing of the dots, their radius, radius of the ground's corners
layout(location = 2) in vec4 ink;
uniform vec2 viewport;
out vec2 at;
flat out vec4 rect_of;
flat out vec4 shape_of;
flat out vec4 ink_of;

void main() {
  at = vec2((gl_VertexID & 1) == 0 ? rect.x : rect.z, (gl_VertexID & 2) == 0 ? rect.y : rect.w);
  rect_of = rect;
  shape_of = shape;
  ink_of = ink;
  vec2 unit = at / viewport * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
