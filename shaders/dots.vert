#version 330 core
// A rectangle of the picture, as a strip of two triangles without any vertex buffer.
uniform vec4 rect;      // left, top, right, bottom in pixels from the picture's upper left corner
uniform vec2 viewport;  // size of the picture in pixels
out vec2 at;            // in the same pixels

void main() {
  at = vec2((gl_VertexID & 1) == 0 ? rect.x : rect.z, (gl_VertexID & 2) == 0 ? rect.y : rect.w);
  vec2 unit = at / viewport * 2.0 - 1.0;
  gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
