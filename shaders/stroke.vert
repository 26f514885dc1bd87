#version 330 core
// A piece of a line or curve as a ribbon, one instance a piece. Neighbours share their ends and
// the normals there, so nothing is drawn twice.
layout(location = 0) in vec4 ends;     // from, to in pixels
layout(location = 1) in vec4 normals;  // unit, at both ends
layout(location = 2) in vec4 shape;    // half the width, glow, how far along the whole line both ends lie
layout(location = 3) in vec2 pattern;  // length of a dash and of its period; period 0: solid, dash 0: dots
layout(location = 4) in vec4 ink;
uniform vec2 viewport;
out vec2 at;  // along and across
flat out vec4 shape_of;
flat out vec2 pattern_of;
flat out vec4 ink_of;

void main() {
  bool far = (gl_VertexID & 2) != 0;
  float across = (shape.x + shape.y + 1.0) * ((gl_VertexID & 1) == 0 ? -1.0 : 1.0);
  vec2 p = (far ? ends.zw : ends.xy) + (far ? normals.zw : normals.xy) * across;
  at = vec2(far ? shape.w : shape.z, across);
  shape_of = shape;
  pattern_of = pattern;
  ink_of = ink;
  vec2 unit = p / viewport * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
