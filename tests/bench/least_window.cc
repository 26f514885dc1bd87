// The least GLFW and Dear ImGui program with a window of 1600×1000. After each frame it adds a
// line to the file named by EPOLLSCOPE_FRAME_LOG, as epollscope does.
#define GLFW_INCLUDE_NONE
#include <GL/gl.h>
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <cstdlib>
#include <fstream>

int main() {
  const char* log_path = std::getenv("EPOLLSCOPE_FRAME_LOG");
  if (log_path == nullptr || glfwInit() == GLFW_FALSE) return 1;
  std::ofstream log(log_path, std::ios::app);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  GLFWwindow* window = glfwCreateWindow(1600, 1000, "least", nullptr, nullptr);
  if (window == nullptr) return 1;
  glfwMakeContextCurrent(window);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  while (glfwWindowShouldClose(window) == GLFW_FALSE) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    ImGui::ShowDemoWindow();
    ImGui::Render();
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
    log << "frame\n" << std::flush;
    glfwWaitEvents();
  }
  return 0;
}
