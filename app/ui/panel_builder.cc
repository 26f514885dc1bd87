// The call builder: every call of the table and every argument by clicking.
#include <fmt/format.h>
#include <imgui.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "app/ui/panels.h"
#include "core/export/c_line.h"

namespace epollscope::ui {
namespace {

constexpr float kLabelDp = 86;  // the column of words before the chips
constexpr float kRunDp = 104;
// Where the timeline's place is smaller than this, the builder reaches beyond it.
constexpr float kWantedDp = 360, kFullWidthDp = 1000;
constexpr float kLeastDp = 170;       // as far as the bar above leaves it so much
constexpr float kTwoColumnsDp = 560;  // a narrower builder has the arguments below the calls
constexpr float kShortestLineDp = 150;
constexpr float kLabelledCallsDp = 420;  // a narrower list of calls goes without its words

std::string_view key_of(CallGroup group) {
  switch (group) {
    case CallGroup::epoll:
      return "ui.group.epoll";
    case CallGroup::make:
      return "ui.group.make";
    case CallGroup::connection:
      return "ui.group.connection";
    case CallGroup::signal:
      return "ui.group.signal";
    case CallGroup::process:
      return "ui.group.process";
    case CallGroup::data:
      return "ui.group.data";
    case CallGroup::descriptor:
      return "ui.group.descriptor";
    case CallGroup::shorthand:
      return "ui.group.shorthand";
  }
  return "ui.group.epoll";
}

void calls(Ui& ui, Draft& draft, float label_dp) {
  constexpr std::array kGroups{CallGroup::epoll,  CallGroup::make,       CallGroup::connection,
                               CallGroup::data,   CallGroup::descriptor, CallGroup::process,
                               CallGroup::signal, CallGroup::shorthand};
  for (const CallGroup group : kGroups) {
    if (label_dp > 0) ui.row_label(ui.t(key_of(group)), Face::sans, label_dp);
    for (const CallSpec& spec : all_calls()) {
      if (spec.group != group) continue;
      ui.flow(ui.chip_width(spec.name), kChipGap, label_dp);
      if (ui.chip(fmt::format("builder:call:{}", spec.name), std::string(spec.name),
                  spec.call == draft.call)) {
        ui.emit(ActionId::choose_call, {.text = std::string(spec.name)});
      }
    }
  }
}

struct ArgUi {
  Ui& ui;
  Draft& draft;
  std::size_t index;
  const std::vector<KnownName>& names;
  bool changed = false;

  [[nodiscard]] ArgDraft& arg() const { return draft.args[index]; }
  [[nodiscard]] std::string id(std::string_view value) const {
    return fmt::format("builder:arg{}:{}", index, value);
  }
  // Chips of one row, broken into lines where they do not fit.
  bool chip(std::string_view value, const std::string& label, bool on) {
    ui.flow(ui.chip_width(label), kChipGap, kLabelDp);
    const bool pressed = ui.chip(id(value), label, on);
    changed = changed || pressed;
    return pressed;
  }
};

void fd_choices(ArgUi& a, std::string& text, std::string_view prefix) {
  for (const KnownName& known : a.names) {
    // A name stays bound after close: it is offered, and says that its descriptor is gone.
    const std::string label =
        fmt::format("{} {}{}", known.name, known.fd.value, known.open ? "" : " ✕");
    if (a.chip(fmt::format("{}{}", prefix, known.name), label, text == known.name))
      text = known.name;
  }
}

// Several of them: each chip puts its name in or takes it out.
void several_fds(ArgUi& a, std::string& text) {
  std::vector<std::string> chosen = listed(text);
  for (const KnownName& known : a.names) {
    const auto at = std::ranges::find(chosen, known.name);
    const std::string label =
        fmt::format("{} {}{}", known.name, known.fd.value, known.open ? "" : " ✕");
    if (!a.chip(known.name, label, at != chosen.end())) continue;
    if (at == chosen.end()) {
      chosen.push_back(known.name);
    } else if (chosen.size() > 1) {
      chosen.erase(at);
    }
    text = fmt::format("{}", fmt::join(chosen, ", "));
  }
}

void flag_choices(ArgUi& a, FlagSet set, std::uint64_t& bits) {
  const bool one = is_enumeration(set);
  std::vector<Flag> flags(flags_of(set).begin(), flags_of(set).end());
  // What is wanted most of the time comes first, whatever its bit.
  if (set == FlagSet::epoll_events) {
    constexpr std::uint64_t kUsual =
        EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE;
    std::ranges::stable_partition(flags, [](const Flag& f) { return (f.bits & kUsual) != 0; });
  }
  for (const Flag& flag : flags) {
    const bool on = one ? bits == flag.bits : flag.bits != 0 && (bits & flag.bits) == flag.bits;
    if (a.chip(flag.brief, std::string(flag.brief), on)) {
      bits = one ? flag.bits : on ? bits & ~flag.bits : bits | flag.bits;
    }
  }
}

void event_choices(ArgUi& a) {
  ArgDraft& arg = a.arg();
  flag_choices(a, FlagSet::epoll_events, arg.bits);
  if (a.chip("NULL", "NULL", arg.null)) arg.null = !arg.null;
  if (arg.null) return;
  a.ui.row_label("data", Face::mono, kLabelDp);
  if (a.chip("data=", a.ui.t("ui.builder.data_is_fd"), arg.data.empty())) arg.data.clear();
  fd_choices(a, arg.data, "data=");
  for (const std::string_view number : {"0", "1", "7", "42"}) {
    if (a.chip(fmt::format("data={}", number), std::string(number), arg.data == number))
      arg.data = number;
  }
}

void stepper(ArgUi& a, const Param& param) {
  ArgDraft& arg = a.arg();
  std::int64_t number = 0;
  const char* end = arg.text.data() + arg.text.size();
  const bool plain = std::from_chars(arg.text.data(), end, number).ptr == end && !arg.text.empty();
  if (!plain) return;
  const auto set = [&](std::int64_t n) {
    arg.text = fmt::format("{}", std::clamp(n, param.min, param.max));
  };
  if (a.chip("-", "−", false)) set(number - 1);
  if (a.chip("+", "+", false)) set(number + 1);
}

void value_choices(ArgUi& a, const Param& param) {
  ArgDraft& arg = a.arg();
  std::vector<std::string> texts = presets(a.draft, param);
  if (std::ranges::find(texts, arg.text) == texts.end()) texts.insert(texts.begin(), arg.text);
  for (const std::string& text : texts) {
    if (a.chip(text, text, arg.text == text)) arg.text = text;
  }
  if (param.kind == ParamKind::integer || param.kind == ParamKind::timeout) stepper(a, param);
}

void argument(ArgUi& a, const Param& param) {
  ArgDraft& arg = a.arg();
  a.ui.row_label(param.name, Face::mono, kLabelDp);
  if (param.optional || param.kind == ParamKind::buffer) {
    if (a.chip("absent", a.ui.t("ui.builder.absent"), !arg.present)) arg.present = !arg.present;
  }
  const auto choose = [&] {
    switch (param.kind) {
      case ParamKind::fd:
        if (param.most > 1) {
          several_fds(a, arg.text);
        } else {
          fd_choices(a, arg.text, "");
        }
        break;
      case ParamKind::flags:
        flag_choices(a, param.flags, arg.bits);
        break;
      case ParamKind::event:
        event_choices(a);
        break;
      case ParamKind::fcntl_arg:
        if (const FlagSet set = fcntl_flags(a.draft); set != FlagSet::none) {
          flag_choices(a, set, arg.bits);
        } else {
          value_choices(a, param);
        }
        break;
      case ParamKind::buffer:
        a.chip("NULL", "events=NULL", arg.present);
        break;
      default:
        value_choices(a, param);
        break;
    }
  };
  const bool was_changed = a.changed;
  a.changed = false;
  choose();
  // Choosing a value of an argument that was left out puts it in.
  if (a.changed) arg.present = true;
  a.changed = a.changed || was_changed;
}

bool actors(Ui& ui, Draft& draft) {
  bool changed = false;
  ui.row_label(ui.t("ui.builder.thread"), Face::sans, kLabelDp);
  std::vector<ActorId> all;
  for (int n = 1; n <= kActorsOffered; ++n) all.push_back({'T', n});
  all.insert(all.end(), draft.processes.begin(), draft.processes.end());
  for (const ActorId actor : all) {
    std::string label = print(actor);
    if (ui.desk().asleep(actor)) label += " " + ui.t("user.asleep");
    ui.flow(ui.chip_width(label), kChipGap, kLabelDp);
    if (ui.chip("builder:actor:" + print(actor), label, draft.actor == actor)) {
      draft.actor = actor;
      changed = true;
    }
  }
  return changed;
}

std::string heading(const Ui& ui, const Draft& draft) {
  switch (draft.place) {
    case Draft::Place::run:
      return ui.t("ui.builder.title");
    case Draft::Place::insert:
      return ui.t("ui.builder.insert", {std::to_string(draft.statement + 1)});
    case Draft::Place::replace:
      return ui.t("ui.builder.replace", {std::to_string(draft.statement + 1)});
  }
  return {};
}

// The line, what is done with it, and the way out.
void header(Ui& ui, Editing edit, float width_dp) {
  Draft& draft = edit.draft;
  const bool parses = statement_of(draft).has_value();
  const std::string title = heading(ui, draft);
  float room = width_dp - kRunDp - 96;
  const float beside = room - text_width(Face::sans_bold, 14, title) - 14;
  if (beside >= kShortestLineDp) {  // the line comes before the words for it
    room = beside;
    ImGui::AlignTextToFramePadding();
    ui.text(title, Role::text, Face::sans_bold, 14);
    ui.same_line(14);
  }
  if (ui.input("builder:line", draft.line, room, false, draft.line) && parses) {
    ui.emit(ActionId::run_line);
  }
  if (ImGui::IsItemHovered()) ui.tooltip(ui.t("ui.builder.hint"));
  ui.same_line(8);
  const bool runs = draft.place == Draft::Place::run;
  if (ui.button("builder:run", ui.t(runs ? "ui.builder.run" : "ui.builder.apply"), Look::primary,
                Icon::step, parses, kRunDp)) {
    ui.emit(ActionId::run_line);
  }
  ui.same_line(8);
  if (ui.chip("builder:close", "✕", false)) ui.emit(ActionId::close_builder);
}

// What is wrong with the line, or the C that makes the call.
void meaning(Ui& ui, const Draft& draft, const std::vector<KnownName>& names) {
  const auto parsed = statement_of(draft);
  if (!parsed) return ui.wrapped(parsed.error().diagnostics.front().message, Role::bad);
  const auto* call = std::get_if<CallStatement>(&parsed->what);
  if (call == nullptr) return;
  const auto* to = call->call.args.empty() ? nullptr : std::get_if<Ref>(&call->call.args[0].v);
  const bool counter = to != nullptr && std::ranges::any_of(names, [&](const KnownName& known) {
                         return known.name == to->name && known.kind == ObjectKind::eventfd;
                       });
  ui.wrapped(c_line(*call, counter), Role::text_dim, Face::mono, 12);
}

void arguments(Ui& ui, Draft& draft) {
  const std::vector<KnownName> names =
      known_names(ui.desk().session(), ui.desk().view.step, draft.actor.process());
  meaning(ui, draft, names);
  bool changed = actors(ui, draft);
  const CallSpec& spec = spec_of(draft.call);
  for (std::size_t i = 0; i < spec.params.size() && i < draft.args.size(); ++i) {
    ArgUi a{.ui = ui, .draft = draft, .index = i, .names = names};
    argument(a, spec.params[i]);
    // What is chosen from here on is the person's own.
    if (a.changed && (spec.params[i].kind == ParamKind::fd || i == 1)) suit(draft, names);
    changed = changed || a.changed;
  }
  if (changed) {
    compose(draft);
    ui.draw_again();  // the line stands above
  }
}

}  // namespace

scene::Rect builder_place(const scene::Zones& zones, float width, float height) {
  const scene::Rect& under = zones.timeline;
  const float most = height - zones.bar.h - 2 * under.x;
  const float h = std::max(std::clamp(height * 0.46F, under.h, std::max(under.h, kWantedDp)),
                           std::min(kLeastDp, most));
  const bool whole = under.w < kFullWidthDp;
  const float x = whole ? under.x : zones.user.x;
  return {x, height - under.x - h, whole ? width - 2 * under.x : under.w, h};
}

void builder_panel(Ui& ui, Editing edit, const scene::Rect& where) {
  ui.begin_panel("builder", where, {.above = true});
  header(ui, edit, where.w);
  const float left = std::min(640.0F, where.w * 0.46F);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool beside = where.w >= kTwoColumnsDp;
  ImGui::BeginChild("calls", {beside ? ui.px(left) : 0, room.y});
  calls(ui, edit.draft, beside && left >= kLabelledCallsDp ? kLabelDp : 0);
  if (beside) {
    ImGui::EndChild();
    ui.same_line(20);
    ImGui::BeginChild("arguments", {0, room.y});
  } else {
    ui.gap(4);
  }
  arguments(ui, edit.draft);
  ImGui::EndChild();
  ui.end_panel();
}

}  // namespace epollscope::ui
