// epollscope doctor: what this system offers, and how to get what is missing.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "app/cli/commands.h"
#include "app/cli/stdout.h"
#include "app/platform/surface.h"
#include "app/theme/font.h"
#include "core/lab/lab.h"
#include "core/observe/observe.h"
#include "core/observe/xray.h"

namespace epollscope::cli {
namespace {

// Lines of the report. Something that is missing carries its remedy.
class Report {
 public:
  void fact(std::string_view what, std::string_view text) { line("      ", what, text); }
  void good(std::string_view what, std::string_view text) { line("ok    ", what, text); }
  // Needed by `run` or `shot`: decides the exit status.
  void missing(std::string_view what, std::string_view text, std::string_view remedy) {
    line("lacks ", what, text);
    advise(remedy);
    lacks_ = true;
  }
  // Something the program does without.
  void absent(std::string_view what, std::string_view text, std::string_view remedy) {
    line("no    ", what, text);
    advise(remedy);
  }
  // More of what was said last.
  void also(std::string_view text) { advise(text); }
  [[nodiscard]] int status() const { return lacks_ ? kLacking : kHeld; }
  Stdout out;

 private:
  void line(std::string_view mark, std::string_view what, std::string_view text) {
    out.text += fmt::format("{}{:<32} {}\n", mark, what, text);
  }
  void advise(std::string_view remedy) {
    if (!remedy.empty()) out.text += fmt::format("{:39}{}\n", "", remedy);
  }
  bool lacks_ = false;
};

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line.empty() ? "not readable" : line;
}

void kernel(Report& report) {
  utsname u{};
  uname(&u);
  report.fact("kernel", fmt::format("{} {} {}", u.sysname, u.release, u.machine));
  const KernelTraits& traits = probe_traits();
  for (const TraitRow& row : kKernelTraits) {
    const bool has = traits.*row.value;
    report.fact(row.name, fmt::format("{} ({} Linux {})", has ? row.present : row.absent,
                                      has ? "since" : "comes with", row.since));
  }
}

void limits(Report& report) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  report.fact("descriptors of a process",
              fmt::format("{} (hard limit {})", files.rlim_cur, files.rlim_max));
  report.fact("watches of a user", first_line("/proc/sys/fs/epoll/max_user_watches"));
  report.fact("largest pipe without root", first_line("/proc/sys/fs/pipe-max-size"));
}

// Starts a lab, lets it make an epoll instance and two names of it, and looks at them.
void lab(Report& report) {
  auto started = start_lab();
  if (!started) return report.missing("lab", started.error().what, started.error().remedy);
  Kernel& kernel = **started;
  report.good("lab", "starts, confined by seccomp");
  const int pid = kernel.pid();
  if (const auto tasks = read_task(pid, pid); !tasks) {
    return report.missing("/proc of the lab", tasks.error().what, tasks.error().remedy);
  }
  report.good("/proc of the lab", "readable: task states, descriptors, interest lists");
  if (const auto same = same_open_file(pid, Fd{0}, Fd{1}); !same) {
    report.absent("kcmp", same.error().what, same.error().remedy);
  } else {
    report.good("kcmp", "tells which descriptors share an open file");
  }
}

// Takes one of this process.
void xray(Report& report) {
  Error error;
  if (const XrayAvailability a = xray_availability(); !a.available) {
    error = {a.what, a.remedy};
  } else if (const auto opened = Xray::open(getpid()); !opened) {
    error = opened.error();
  } else if (const auto seen = (*opened)->read(); !seen) {
    error = seen.error();
  } else {
    return report.good("X-ray", "reads trees, ready lists, ovflists and sleepers of any process");
  }
  report.absent("X-ray", error.what, error.remedy);
  report.also("without it ready lists, ovflists and sleepers come from the model");
}

void drawing(Report& report) {
  if (auto surface = platform::Offscreen::create(64, 64)) {
    report.good("GL renderer", (*surface)->renderer());
  } else {
    report.missing("GL renderer", surface.error().what, surface.error().remedy);
  }
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (is_set("WAYLAND_DISPLAY")) {
    report.good("display", fmt::format("WAYLAND_DISPLAY={}", std::getenv("WAYLAND_DISPLAY")));
  } else if (is_set("DISPLAY")) {
    report.good("display", fmt::format("DISPLAY={}", std::getenv("DISPLAY")));
  } else {
    report.absent("display", "neither DISPLAY nor WAYLAND_DISPLAY is set",
                  "the window needs a graphical session; run and shot do not");
  }
}

void font(Report& report, std::string_view what, Face face, bool cjk, std::string_view package) {
  const FontFile file = font_file(face, cjk);
  const std::string remedy = fmt::format("install a font: apt install {}", package);
  if (file.path.empty()) {
    report.missing(what, "no such font is installed", remedy);
  } else {
    report.good(what, file.path);
  }
}

}  // namespace

int doctor() {
  Report report;
  kernel(report);
  limits(report);
  lab(report);
  drawing(report);
  font(report, "font for words", Face::sans, false, "fonts-inter");
  font(report, "font for code", Face::mono, false, "fonts-jetbrains-mono");
  font(report, "font for Chinese", Face::sans, true, "fonts-noto-cjk");
  xray(report);
  return report.out.finish(report.status());
}

}  // namespace epollscope::cli
