#include "app/ui/frame_log.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace epollscope::ui {

FrameLog::FrameLog() {
  if (const char* path = std::getenv("EPOLLSCOPE_FRAME_LOG"); path != nullptr && *path != '\0') {
    file_.reset(std::fopen(path, "ae"));
  }
}

void FrameLog::write(const FrameFacts& facts, const Desk& desk, const HitMap& hits) {
  if (!file_) return;
  nlohmann::json line{
      {"frame", ++frame_},
      {"cause", facts.cause},
      {"due", facts.due},
      {"step", desk.view.step},
      {"steps", desk.step_count()},
      {"micro", nullptr},
      {"busy", desk.running()},
      {"differences", desk.session().model_differences()},
      {"failed", desk.session().expectations_failed()},
      {"dialog", name_of(desk.view.dialog)},
      {"lecture", desk.view.lecture.has_value()},
      {"theme", name_of(desk.view.theme)},
      {"toast", desk.view.toast},
      {"banner", facts.banner},
      {"lab_pid", desk.session().lab_pid()},
      {"width", facts.width},
      {"height", facts.height},
      {"text_input", facts.text_input},
      {"presses", facts.presses},
      {"moving", facts.moving},
      {"hits", nlohmann::json::array()},
  };
  if (desk.view.micro) line["micro"] = *desk.view.micro;
  for (const scene::Hit& hit : hits.hits) {
    line["hits"].push_back({{"id", hit.id},
                            {"x", hit.rect.x},
                            {"y", hit.rect.y},
                            {"w", hit.rect.w},
                            {"h", hit.rect.h},
                            {"label", hit.label}});
  }
  // Text of a scenario may hold any bytes; what is not UTF-8 is replaced rather than thrown at.
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::fwrite(text.data(), 1, text.size(), file_.get());
  std::fputc('\n', file_.get());
  std::fflush(file_.get());
}

}  // namespace epollscope::ui
