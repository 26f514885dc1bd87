#include "core/script/markdown.h"

#include <md4c.h>

#include <algorithm>
#include <utility>

#include "core/script/source.h"

namespace epollscope::markdown {
namespace {

using source::trim;

struct Reader {
  std::string_view text;
  Document document;
  bool in_block = false;
  bool in_title = false;
  Block block;
  std::size_t prose_from = 0;
  std::string pending;  // prose before a question belongs to the scenario that follows

  [[nodiscard]] bool inside(const char* p) const {
    return p >= text.data() && p < text.data() + text.size();
  }

  void enter_code(std::string_view language) {
    if (language != "epoll" && language != "quiz") return;
    in_block = true;
    block = {language == "epoll" ? Block::Kind::scenario : Block::Kind::quiz,
             std::string_view::npos,
             0,
             {}};
  }

  // md4c hands out code as pointers into the file, line by line.
  void code(const char* p, std::size_t size) {
    if (!in_block || !inside(p)) return;
    const auto at = static_cast<std::size_t>(p - text.data());
    if (block.at == std::string_view::npos) block.at = line_begin(at);
    block.size = at + size - block.at;
  }

  [[nodiscard]] std::size_t line_begin(std::size_t at) const {
    const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
  }
  [[nodiscard]] std::size_t next_line(std::size_t at) const {
    const std::size_t newline = text.find('\n', at);
    return newline == std::string_view::npos ? text.size() : newline + 1;
  }

  void add_prose(std::string_view more) {
    if (!pending.empty() && !more.empty()) pending += "\n\n";
    pending += more;
  }

  void leave_code() {
    if (!std::exchange(in_block, false) || block.at == std::string_view::npos) return;
    const std::size_t fence = line_begin(block.at == 0 ? 0 : block.at - 1);
    add_prose(trim(text.substr(prose_from, std::max(fence, prose_from) - prose_from)));
    if (block.kind == Block::Kind::scenario) block.prose = std::exchange(pending, {});
    prose_from = next_line(next_line(block.at + block.size));  // behind the closing fence
    prose_from = std::min(prose_from, text.size());
    document.blocks.push_back(std::move(block));
  }
};

int enter_block(MD_BLOCKTYPE type, void* detail, void* user) {
  auto& reader = *static_cast<Reader*>(user);
  if (type == MD_BLOCK_CODE) {
    const auto* code = static_cast<const MD_BLOCK_CODE_DETAIL*>(detail);
    reader.enter_code({code->lang.text == nullptr ? "" : code->lang.text, code->lang.size});
  }
  if (type == MD_BLOCK_H && reader.document.title.empty()) reader.in_title = true;
  return 0;
}

int leave_block(MD_BLOCKTYPE type, void*, void* user) {
  auto& reader = *static_cast<Reader*>(user);
  if (type == MD_BLOCK_CODE) reader.leave_code();
  if (type == MD_BLOCK_H) reader.in_title = false;
  return 0;
}

int on_text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
  auto& reader = *static_cast<Reader*>(user);
  if (type == MD_TEXT_CODE) reader.code(text, size);
  if (reader.in_title) reader.document.title.append(text, size);
  return 0;
}

}  // namespace

static bool opens_scenario(std::string_view line) {
  if (!line.starts_with("```") && !line.starts_with("~~~")) return false;
  const std::string_view language =
      trim(line.substr(std::min(line.find_first_not_of(line[0]), line.size())));
  return language == "epoll" || language.starts_with("epoll ");
}

bool is_lesson(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    const std::string_view line = trim(text.substr(i, end - i));
    if (opens_scenario(line)) return true;
    i = end + 1;
  }
  return false;
}

Document read(std::string_view text) {
  Reader reader;
  reader.text = text;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOINDENTEDCODEBLOCKS;
  parser.enter_block = enter_block;
  parser.leave_block = leave_block;
  parser.enter_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.leave_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.text = on_text;
  md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &reader);
  reader.add_prose(trim(text.substr(std::min(reader.prose_from, text.size()))));
  reader.document.closing_prose = std::move(reader.pending);
  return std::move(reader.document);
}

Quiz read_quiz(std::string_view text) {
  Quiz quiz;
  const auto add = [](std::string& to, std::string_view line) {
    to += to.empty() ? "" : " ";
    to += line;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    const std::string_view line = trim(text.substr(i, end - i));
    i = end + 1;
    if (line.starts_with("- [ ]") || line.starts_with("- [x]") || line.starts_with("- [X]")) {
      quiz.choices.push_back({std::string(trim(line.substr(5))), line[3] != ' '});
    } else if (line.starts_with('>')) {
      add(quiz.reason, trim(line.substr(1)));
    } else if (!line.empty()) {
      add(quiz.choices.empty() ? quiz.question : quiz.choices.back().text, line);
    }
  }
  return quiz;
}

std::string_view complaint(const Quiz& quiz) {
  if (quiz.question.empty()) return "a quiz begins with its question";
  if (quiz.choices.size() < 2)
    return "a quiz has at least two choices: lines that begin with - [ ]";
  const auto right = [](const Quiz::Choice& c) { return c.right; };
  if (std::none_of(quiz.choices.begin(), quiz.choices.end(), right)) {
    return "a quiz has a right choice: a line that begins with - [x]";
  }
  return {};
}

}  // namespace epollscope::markdown
