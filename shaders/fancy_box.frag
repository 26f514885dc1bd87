#version 330 core
// As box.frag, with a dashed or dotted border and a glow.
in vec2 at;
flat in vec2 half_size;
flat in vec4 shape_of;
flat in vec2 pattern_of;
flat in vec4 fill_of;
flat in vec4 border_of;
out vec4 color;  // multiplied by its alpha

float distance_to_edge(float radius) {
  vec2 q = abs(at) - half_size + radius;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

// How far along the middle of the border the point lies from the nearest of the four middles of
// the sides above and below: dashes are alike in all four quarters and meet without a seam.
float along_border(float radius, float width) {
  vec2 h = half_size - width * 0.5;
  float r = max(radius - width * 0.5, 0.0);
  vec2 p = abs(at);
  vec2 corner = h - r;
  vec2 q = p - corner;
  float quarter_turn = 1.5707963;
  if (q.x <= 0.0 && q.y > q.x) return p.x;
  if (q.y <= 0.0) return corner.x + r * quarter_turn + corner.y - p.y;
  return corner.x + r * atan(q.x, q.y);
}

vec4 painted(vec4 paint, float cover) { return vec4(paint.rgb, 1.0) * (paint.a * cover); }

void main() {
  float radius = shape_of.x, width = shape_of.y, glow = shape_of.z;
  float d = distance_to_edge(radius);
  float cover = clamp(0.5 - d, 0.0, 1.0);
  float inner = clamp(0.5 - d - width, 0.0, 1.0);
  float edge = cover - inner;
  if (pattern_of.y > 0.0) {
    // Gaps show the fill, so it goes on to the outer edge.
    float s = along_border(radius, width);
    float off = abs(mod(s + pattern_of.y * 0.5, pattern_of.y) - pattern_of.y * 0.5);
    float dot_cover = clamp(width * 0.5 + 0.5 - length(vec2(off, d + width * 0.5)), 0.0, 1.0);
    edge = pattern_of.x > 0.0 ? edge * clamp(pattern_of.x * 0.5 + 0.5 - off, 0.0, 1.0) : dot_cover;
    inner = cover;
  }
  vec4 sum = painted(fill_of, inner);
  vec4 over = painted(border_of, edge);
  // A solid border and the fill share their pixels; a dashed one lies above the fill.
  sum = pattern_of.y > 0.0 ? over + sum * (1.0 - over.a) : over + sum;
  if (glow > 0.0) {
    float far = clamp(max(d, 0.0) / glow, 0.0, 1.0);
    vec4 lit = border_of.a > 0.0 ? border_of : fill_of;
    sum += painted(lit, (1.0 - cover) * 0.55 * (1.0 - far) * (1.0 - far));
  }
  color = sum * shape_of.w;
}
