// What an object holds to be read, in words.
#include "app/scene/look.h"

namespace epollscope::scene {
namespace {

std::vector<std::string> signal_words(const Sketch& pen, const ObjectState& object) {
  if (object.signals.empty()) {
    return {pen.t("file.no_signals"), pen.t("file.short.no_signals"), pen.t("file.short.none")};
  }
  const std::string count = std::to_string(object.signals.size());
  return {signals_text(object), pen.t("file.some_signals", {count}), count};
}

std::vector<std::string> message_words(const Sketch& pen, const ObjectState& object) {
  const std::string count = std::to_string(object.messages);
  return {pen.t("file.messages_of", {count, std::to_string(object.places)}),
          pen.t("file.some_messages", {count}), count};
}

std::vector<std::string> byte_words(const Sketch& pen, const ObjectState& object, std::size_t i) {
  const std::uint64_t fill = object.fill[i];
  const std::string bytes = bytes_text(fill);
  if (object.places > 0 && object.messages > 0) return message_words(pen, object);
  if (fill == 0 && is_single_socket(object.kind)) return {pen.t("file.nothing_to_read"), bytes};
  if (fill == 0) return {pen.t("file.no_bytes")};
  if (object.unsent > 0) return {pen.t("file.to_read", {bytes}), bytes};
  if (i >= object.capacity.size()) return {bytes};
  return {pen.t("file.bytes_of", {bytes, bytes_text(object.capacity[i])}), bytes};
}

}  // namespace

std::string_view empty_key(ObjectKind kind) {
  return is_single_socket(kind) ? "file.nothing_to_read" : "file.no_bytes";
}

std::vector<std::string> level_words(const Sketch& pen, const ObjectState& object, std::size_t i) {
  if (object.kind == ObjectKind::listener) {
    const std::string waiting = std::to_string(object.waiting);
    return {pen.t("file.waiting", {waiting}), pen.t("file.short.waiting", {waiting}), waiting};
  }
  if (i >= object.fill.size()) return {};
  const std::uint64_t fill = object.fill[i];
  if (object.kind == ObjectKind::signalfd) return signal_words(pen, object);
  if (object.kind == ObjectKind::pidfd) {
    const std::string words = count_text(pen, object.kind, fill);
    return fill < 2 ? std::vector{words} : std::vector{words, pen.t("file.short.process_gone")};
  }
  if (is_counter(object.kind)) return {count_text(pen, object.kind, fill), std::to_string(fill)};
  const bool typed = object.kind == ObjectKind::pty && i == 1 && object.typed > 0;
  if (fill == 0 && typed) {
    const std::string bytes = bytes_text(object.typed);
    return {pen.t("file.typed", {bytes}), bytes + "…"};
  }
  return byte_words(pen, object, i);
}

std::string fitting(const std::vector<std::string>& wordings, const Type& set, float room) {
  for (const std::string& words : wordings) {
    if (Sketch::width_of(words, set) <= room) return words;
  }
  return wordings.empty() ? std::string() : wordings.back();
}

}  // namespace epollscope::scene
