#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <utility>

#include "app/draw/draw.h"
#include "app/draw/glyphs.h"
#include "app/draw/instanced.h"
#include "app/draw/kept.h"
#include "app/draw/shapes.h"
#include "app/draw/widget_fonts.h"

struct GLFWwindow;

namespace epollscope::draw {
namespace {

constexpr const char* kShadingLanguage = "#version 330 core";
constexpr float kShortestFrame = 1e-4F;  // ImGui asserts that time passes

// The ImGui context, current from here to its end; the one before it comes back then.
class Context {
 public:
  Context() : before_(ImGui::GetCurrentContext()), own_(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(own_);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    ImGui::DestroyContext(own_);
    ImGui::SetCurrentContext(before_);
  }

 private:
  ImGuiContext* before_;
  ImGuiContext* own_;
};

// ImGui's back ends, shut down in the right order if they were started.
class BackEnds {
 public:
  BackEnds() = default;
  BackEnds(const BackEnds&) = delete;
  BackEnds& operator=(const BackEnds&) = delete;
  ~BackEnds() {
    if (drawing_) ImGui_ImplOpenGL3_Shutdown();
    if (window_) ImGui_ImplGlfw_Shutdown();
  }
  bool start(GLFWwindow* window) {
    if (window != nullptr) window_ = ImGui_ImplGlfw_InitForOpenGL(window, true);
    drawing_ = ImGui_ImplOpenGL3_Init(kShadingLanguage);
    return drawing_;
  }
  void new_frame() const {
    ImGui_ImplOpenGL3_NewFrame();
    if (window_) ImGui_ImplGlfw_NewFrame();
  }

 private:
  bool window_ = false;
  bool drawing_ = false;
};

void set_up_style() {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the session is saved by us, the layout is computed
  io.LogFilename = nullptr;
  ImGuiStyle& style = ImGui::GetStyle();
  style.CircleTessellationMaxError = 0.1F;
  style.CurveTessellationTol = 0.4F;
}

}  // namespace

struct Painter::Impl {  // destroyed from the bottom up
  Context context;
  BackEnds back_ends;
  WidgetFonts widget_fonts;
  std::unique_ptr<Instanced> instanced;
  Glyphs glyphs;
  Kept kept;
  float scale = 1;

  void refresh_fonts() {
    if (!widget_fonts.stale()) return;
    widget_fonts.prepare(scale);
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }
};

Painter::Painter() : impl_(std::make_unique<Impl>()) {}
Painter::~Painter() = default;

Result<std::unique_ptr<Painter>> Painter::create(void* glfw_window, float scale) {
  std::unique_ptr<Painter> made(new Painter);
  Impl& impl = *made->impl_;
  set_up_style();
  if (!impl.back_ends.start(static_cast<GLFWwindow*>(glfw_window))) {
    return fail("libGL.so.1 could not be opened", "install libgl1");
  }
  auto instanced = Instanced::create();
  if (!instanced) return std::unexpected(std::move(instanced.error()));
  impl.instanced = std::move(*instanced);
  impl.scale = scale;
  if (glfw_window != nullptr) impl.widget_fonts.want_usual();
  impl.widget_fonts.prepare(scale);
  return made;
}

void Painter::set_scale(float scale) {
  if (scale == impl_->scale) return;
  impl_->scale = scale;
  impl_->widget_fonts.prepare(scale);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

float Painter::scale() const { return impl_->scale; }

bool Painter::wants_frame() const { return impl_->widget_fonts.stale(); }

bool Painter::input_pending() {
#if IMGUI_VERSION_NUM >= 18700
  return !ImGui::GetCurrentContext()->InputEventsQueue.empty();
#else
  return false;  // it has no queue
#endif
}

void Painter::need(std::string_view text) { impl_->widget_fonts.need(text); }

void Painter::new_frame(int width_px, int height_px, float dt_seconds) {
  impl_->refresh_fonts();
  impl_->glyphs.new_frame();
  impl_->back_ends.new_frame();
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width_px), static_cast<float>(height_px)};
  io.DisplayFramebufferScale = {1, 1};
  io.DeltaTime = std::max(dt_seconds, kShortestFrame);
  impl_->instanced->new_frame(io.DisplaySize);
  ImGui::NewFrame();
}

void Painter::end_frame() {
  ImGui::Render();
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

ImFont* Painter::font(Face face, float size_dp) { return impl_->widget_fonts.get(face, size_dp); }

void Painter::draw(ImDrawList& list, const scene::Scene& scene, Theme theme, float x, float y) {
  draw_shapes({list, impl_->glyphs, *impl_->instanced, theme, impl_->scale, x, y}, scene);
}

void Painter::draw_whole(ImDrawList& list, std::shared_ptr<const scene::Scene> scene, Theme theme) {
  const scene::Scene& shapes = *scene;
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const Kept::Subject subject{.scene = std::move(scene),
                              .theme = theme,
                              .scale = impl_->scale,
                              .width = static_cast<int>(size.x),
                              .height = static_cast<int>(size.y)};
  if (impl_->kept.show(list, subject)) return;
  draw(list, shapes, theme);
  impl_->kept.drawn(list);
}

}  // namespace epollscope::draw
