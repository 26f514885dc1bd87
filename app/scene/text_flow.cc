#include "app/scene/text_flow.h"

#include <md4c.h>

#include <algorithm>

namespace epollscope::scene {
namespace {

constexpr float kParagraphSpace = 9;
constexpr float kListIndent = 18;

// ---- reading

class Reader {
 public:
  Reader(const Type& base, bool skip_title) : base_(base), skip_title_(skip_title) {}

  static int enter_block(MD_BLOCKTYPE type, void* detail, void* self) {
    static_cast<Reader*>(self)->enter(type, detail);
    return 0;
  }
  static int leave_block(MD_BLOCKTYPE type, void* /*detail*/, void* self) {
    static_cast<Reader*>(self)->leave(type);
    return 0;
  }
  static int enter_span(MD_SPANTYPE type, void* /*detail*/, void* self) {
    static_cast<Reader*>(self)->span(type, 1);
    return 0;
  }
  static int leave_span(MD_SPANTYPE type, void* /*detail*/, void* self) {
    static_cast<Reader*>(self)->span(type, -1);
    return 0;
  }
  static int text(MD_TEXTTYPE type, const MD_CHAR* chars, MD_SIZE size, void* self) {
    static_cast<Reader*>(self)->words(type, std::string_view(chars, size));
    return 0;
  }

  std::vector<Paragraph> take() {
    std::erase_if(done_, [](const Paragraph& p) { return p.runs.empty(); });
    return std::move(done_);
  }

 private:
  void enter(MD_BLOCKTYPE type, void* detail) {
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
      counters_.push_back(type == MD_BLOCK_OL
                              ? static_cast<int>(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start)
                              : -1);
    } else if (type == MD_BLOCK_LI) {
      open();
      int& counter = counters_.back();
      done_.back().bullet = counter < 0 ? "•" : std::to_string(counter++) + ".";
    } else if (type == MD_BLOCK_H) {
      heading_ = true;
      title_ = skip_title_ && static_cast<MD_BLOCK_H_DETAIL*>(detail)->level == 1;
      open();
    } else if (type == MD_BLOCK_P || type == MD_BLOCK_CODE) {
      code_ += type == MD_BLOCK_CODE ? 1 : 0;
      // The paragraph of a list item goes on behind its bullet.
      if (done_.empty() || done_.back().bullet.empty() || !done_.back().runs.empty()) open();
    }
  }
  void leave(MD_BLOCKTYPE type) {
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) counters_.pop_back();
    if (type == MD_BLOCK_CODE) --code_;
    if (type == MD_BLOCK_H) heading_ = title_ = false;
  }
  void span(MD_SPANTYPE type, int by) {
    if (type == MD_SPAN_CODE) code_ += by;
    if (type == MD_SPAN_EM || type == MD_SPAN_STRONG) strong_ += by;
  }
  void words(MD_TEXTTYPE type, std::string_view chars) {
    if (title_) return;
    if (done_.empty()) open();
    Type set = base_;
    if (strong_ > 0 || heading_) set.face = Face::sans_bold;
    if (code_ > 0) set = {Face::mono, base_.size * kCodeScale, base_.color};
    std::string s(chars);
    if (type == MD_TEXT_SOFTBR || type == MD_TEXT_BR || s == "\n") s = " ";
    done_.back().runs.push_back({std::move(s), set});
  }
  void open() {
    Paragraph p;
    p.indent = kListIndent * static_cast<float>(counters_.size());
    p.space_before = counters_.empty() ? kParagraphSpace : kParagraphSpace / 2;
    done_.push_back(std::move(p));
  }

  Type base_;
  bool skip_title_, heading_ = false, title_ = false;
  int code_ = 0, strong_ = 0;
  std::vector<int> counters_;  // of open lists; -1: bullets
  std::vector<Paragraph> done_;
};

// ---- breaking

// Between these a line may break without a space.
bool ideographic(char32_t c) {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFF00 && c <= 0xFF60) || c >= 0x20000;
}
// Closing punctuation never begins a line.
bool clings(char32_t c) {
  constexpr std::u32string_view kClosing = U"，。、；：？！）】》”’…";
  return kClosing.find(c) != std::u32string_view::npos;
}

struct Piece {  // is never broken unless it is wider than a line
  std::string text;
  Type type;
  bool space = false;
  bool joins = false;  // no break before it
};

void cut_into_pieces(const Run& run, std::vector<Piece>& pieces) {
  bool fresh = true;
  std::string_view rest = run.text;
  while (!rest.empty()) {
    const std::string_view before = rest;
    const char32_t c = take_character(rest);
    const std::string_view bytes = before.substr(0, before.size() - rest.size());
    const bool space = c == ' ';
    const bool wide = ideographic(c);
    const bool cling = clings(c) && !pieces.empty() && !pieces.back().space;
    const bool own = space || (wide && !cling);
    if (fresh || own || (!pieces.empty() && pieces.back().space)) {
      // Words of two faces that touch (`code`,) stay together.
      const bool joins = fresh && !own && !pieces.empty() && !pieces.back().space;
      pieces.push_back({std::string(bytes), run.type, space, joins || (cling && fresh)});
    } else {
      pieces.back().text += bytes;
    }
    fresh = false;
    // What follows an ideograph begins a piece of its own.
    if (wide && !rest.empty()) {
      std::string_view look = rest;
      const char32_t next = take_character(look);
      if (!ideographic(next) && !clings(next) && next != ' ') {
        pieces.push_back({std::string(), run.type, false, false});
      }
    }
  }
}

class Breaker {
 public:
  Breaker(float width, float leading) : width_(width), leading_(leading) {}

  void paragraph(const Paragraph& p) {
    std::vector<Piece> pieces;
    for (const Run& run : p.runs) cut_into_pieces(run, pieces);
    std::erase_if(pieces, [](const Piece& piece) { return piece.text.empty(); });
    if (pieces.empty()) return;
    if (!out_.lines.empty()) y_ += p.space_before;
    indent_ = std::min(p.indent, width_ / 2);
    start_line();
    if (!p.bullet.empty()) {
      line().runs.push_back({std::max(0.0F, indent_ - 14), p.bullet, pieces.front().type});
    }
    for (std::size_t i = 0; i < pieces.size();) {
      std::size_t end = i + 1;
      while (end < pieces.size() && pieces[end].joins) ++end;
      place(std::span(pieces).subspan(i, end - i));
      i = end;
    }
  }

  Flow take() {
    out_.height = out_.lines.empty() ? 0 : out_.lines.back().baseline + leading_ * 0.3F;
    return std::move(out_);
  }

 private:
  FlowLine& line() { return out_.lines.back(); }
  void start_line() {
    y_ += leading_;
    out_.lines.push_back({{}, y_});
    x_ = indent_;
  }
  void place(std::span<const Piece> group) {
    float wide = 0;
    for (const Piece& piece : group) wide += Sketch::width_of(piece.text, piece.type);
    const bool space = group.front().space;
    if (x_ + wide > width_) {
      if (space) {
        x_ = width_;  // whatever follows begins a line
        return;
      }
      if (x_ > indent_) start_line();
    }
    if (space && x_ <= indent_) return;
    for (const Piece& piece : group) put(piece);
  }
  void put(const Piece& piece) {
    std::string_view rest = piece.text;
    while (!rest.empty()) {
      std::string_view head = rest;
      float w = Sketch::width_of(head, piece.type);
      if (x_ + w > width_) {  // wider than a line, or joined to what was
        if (x_ > indent_) start_line();
        head = as_much_as_fits(rest, piece.type);
      }
      w = Sketch::width_of(head, piece.type);
      append(head, piece.type, w);
      rest.remove_prefix(head.size());
      if (!rest.empty()) start_line();
    }
  }
  std::string_view as_much_as_fits(std::string_view text, const Type& set) const {
    std::string_view rest = text;
    float used = 0;
    std::size_t kept = 0;
    while (!rest.empty()) {
      used += glyph_of(set.face, take_character(rest)).advance * set.size;
      if (used > width_ - indent_ && kept > 0) break;
      kept = text.size() - rest.size();
    }
    return text.substr(0, kept);
  }
  void append(std::string_view text, const Type& set, float wide) {
    auto& runs = line().runs;
    const bool goes_on = !runs.empty() && x_ > indent_ && runs.back().type.face == set.face &&
                         runs.back().type.color == set.color;
    if (goes_on) {
      runs.back().text += text;
    } else {
      runs.push_back({x_, std::string(text), set});
    }
    x_ += wide;
  }

  float width_, leading_;
  float indent_ = 0, x_ = 0, y_ = 0;
  Flow out_;
};

}  // namespace

std::vector<Paragraph> read_markdown(std::string_view markdown, const Type& base, bool skip_title) {
  Reader reader(base, skip_title);
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML;
  parser.enter_block = Reader::enter_block;
  parser.leave_block = Reader::leave_block;
  parser.enter_span = Reader::enter_span;
  parser.leave_span = Reader::leave_span;
  parser.text = Reader::text;
  md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &reader);
  return reader.take();
}

Paragraph plain(std::string_view words, const Type& type) {
  Paragraph p;
  p.runs.push_back({std::string(words), type});
  return p;
}

Flow flow(const std::vector<Paragraph>& paragraphs, float width, float leading) {
  Breaker breaker(width, leading);
  for (const Paragraph& p : paragraphs) breaker.paragraph(p);
  return breaker.take();
}

float draw_flow(Sketch& pen, const Flow& text, Point at, float width, float bottom) {
  float end = at.y;
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    const FlowLine& line = text.lines[i];
    const float y = at.y + line.baseline;
    if (y + 5 > bottom) break;
    const bool cut = i + 1 < text.lines.size() && at.y + text.lines[i + 1].baseline + 5 > bottom;
    for (std::size_t r = 0; r < line.runs.size(); ++r) {
      const PlacedRun& run = line.runs[r];
      std::string words = run.text;
      if (cut && r + 1 == line.runs.size()) words += " …";
      pen.text({at.x + run.x, y}, words, run.type, width - run.x + 0.5F);
    }
    end = y;
  }
  return end;
}

}  // namespace epollscope::scene
