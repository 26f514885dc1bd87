#version 330 core
// A box, or a part of it: one instance a quad, as a strip of two triangles.
layout(location = 0) in vec4 rect;     // left, top, right, bottom in pixels from the upper left corner
layout(location = 1) in vec4 part;     // what of it to draw, with room for soft edges and glow
layout(location = 2) in vec4 shape;    // corner radius, border width, glow, all in pixels; alpha of all
layout(location = 3) in vec2 pattern;  // a dash and its period in pixels; period 0: solid, dash 0: dots
layout(location = 4) in vec4 fill;
layout(location = 5) in vec4 border;
uniform vec2 viewport;  // size of the picture in pixels
out vec2 at;            // from the middle of the box
flat out vec2 half_size;
flat out vec4 shape_of;
flat out vec2 pattern_of;
flat out vec4 fill_of;
flat out vec4 border_of;

void main() {
  vec2 p = vec2((gl_VertexID & 1) == 0 ? part.x : part.z, (gl_VertexID & 2) == 0 ? part.y : part.w);
  half_size = (rect.zw - rect.xy) * 0.5;
  at = p - (rect.xy + rect.zw) * 0.5;
  shape_of = shape;
  pattern_of = pattern;
  fill_of = fill;
  border_of = border;
  vec2 unit = p / viewport * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
