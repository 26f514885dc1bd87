#version 330 core
// A solid, dashed or dotted ribbon and the glow around it.
in vec2 at;
flat in vec4 shape_of;
flat in vec2 pattern_of;
flat in vec4 ink_of;
out vec4 color;  // multiplied by its alpha

void main() {
  float reach = abs(at.y);
  float d = reach - shape_of.x;
  if (pattern_of.y > 0.0) {
    float off = abs(mod(at.x + pattern_of.y * 0.5, pattern_of.y) - pattern_of.y * 0.5);
    d = pattern_of.x > 0.0 ? max(d, off - pattern_of.x * 0.5) : length(vec2(off, reach)) - shape_of.x;
  }
  float cover = clamp(0.5 - d, 0.0, 1.0);
  if (shape_of.y > 0.0) {
    float far = clamp(max(d, 0.0) / shape_of.y, 0.0, 1.0);
    cover += (1.0 - cover) * 0.5 * (1.0 - far) * (1.0 - far);
  }
  color = vec4(ink_of.rgb, 1.0) * (ink_of.a * cover);
}
