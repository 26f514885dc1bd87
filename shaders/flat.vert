#version 330 core
// A rectangle of whole pixels, one instance a rectangle.
layout(location = 0) in vec4 rect;  // left, top, right, bottom in pixels from the upper left corner
layout(location = 1) in vec4 ink;
uniform vec2 viewport;  // size of the picture in pixels
flat out vec4 ink_of;

void main() {
  vec2 p = vec2((gl_VertexID & 1) == 0 ? rect.x : rect.z, (gl_VertexID & 2) == 0 ? rect.y : rect.w);
  ink_of = ink;
  vec2 unit = p / viewport * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
