#include "app/draw/kept.h"

namespace epollscope::draw {

bool Kept::show(ImDrawList& list, const Subject& subject) {
  if (subject != subject_) {
    subject_ = subject;
    times_ = 0;
    copied_ = false;
  }
  ++times_;
  if (!copied_) return false;
  put<Way::to_frame>(list);
  return true;
}

void Kept::drawn(ImDrawList& list) {
  if (times_ == 2) put<Way::from_frame>(list);
}

template <Kept::Way kWay>
void Kept::put(ImDrawList& list) {
  list.AddCallback(
      [](const ImDrawList*, const ImDrawCmd* command) {
        static_cast<Kept*>(command->UserCallbackData)->copy(kWay);
      },
      this);
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void Kept::copy(Way way) {
  GLint frame = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &frame);
  const auto frame_name = static_cast<GLuint>(frame);
  if (way == Way::from_frame && (width_ != subject_.width || height_ != subject_.height)) {
    width_ = subject_.width;
    height_ = subject_.height;
    pixels_ = platform::make_renderbuffer();
    framebuffer_ = platform::make_framebuffer();
    glBindRenderbuffer(GL_RENDERBUFFER, pixels_.name());
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width_, height_);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.name());
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                              pixels_.name());
  }
  const bool out = way == Way::to_frame;
  glBindFramebuffer(GL_READ_FRAMEBUFFER, out ? framebuffer_.name() : frame_name);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, out ? frame_name : framebuffer_.name());
  glDisable(GL_SCISSOR_TEST);  // it cuts copies off as well
  glBlitFramebuffer(0, 0, width_, height_, 0, 0, width_, height_, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, frame_name);
  copied_ = true;
}

}  // namespace epollscope::draw
