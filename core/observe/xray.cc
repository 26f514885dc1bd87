// Loading the BPF program and reading through it (libbpf).
#include "core/observe/xray.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/types.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/observe/xray_decode.h"
#include "core/observe/xray_records.h"
// after the types that it needs
#include "xray.skel.h"

namespace epollscope {
namespace {

// More than any process can hold; a list that does not end has a circle in it, because it changed.
constexpr std::size_t kMostRecords = std::size_t{1} << 22;

struct Destroy {
  void operator()(xray_bpf* program) const { xray_bpf__destroy(program); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

std::unexpected<Error> refused(const char* what, int error) {
  const bool forbidden = error == EPERM || error == EACCES;
  return fail(fmt::format("the kernel does not {} the X-ray: {}", what, std::strerror(error)),
              forbidden ? "a container or a locked-down kernel may forbid BPF even to root"
                        : "it needs Linux 5.15 or later, and structures that this version knows");
}

class BpfXray : public Xray {
 public:
  explicit BpfXray(xray_bpf* program) : program_(program) {}

  Result<void> look_at(int pid) override {
    if (link_ && shared().pid == static_cast<__u32>(pid)) return {};
    // The kernel looks at this task alone since Linux 6.1; before, it passes by all of them and
    // the program picks this one.
    bpf_iter_link_info info{};
    info.task.tid = static_cast<__u32>(pid);
    bpf_iter_attach_opts opts{};
    opts.sz = sizeof opts;
    opts.link_info = &info;
    opts.link_info_len = sizeof info;
    link_.reset(bpf_program__attach_iter(program_->progs.look, &opts));
    if (!link_) return refused("attach", errno);
    shared().pid = static_cast<__u32>(pid);
    return {};
  }

  Result<std::vector<XrayEventpoll>> read() override {
    records_.clear();
    if (auto done = run(0); !done) return std::unexpected(done.error());
    while (const auto instance = unread_instance(records_)) {
      const std::size_t before = records_.size();
      if (auto done = run(*instance); !done) return std::unexpected(done.error());
      if (records_.size() == before) break;  // the process has gone meanwhile
    }
    return decode_xray(records_);
  }

 private:
  xray_shared& shared() { return program_->bss->shared; }

  // Lets the program walk once: one instance, or (0) all that have a descriptor.
  Result<void> run(std::uint64_t instance) {
    xray_shared& s = shared();
    s.reset = 1;
    s.instance = instance;
    s.files = 0;
    s.count = 0;
    const int fd = bpf_iter_create(bpf_link__fd(link_.get()));
    if (fd < 0) return refused("start", errno);
    const int error = walk(fd);
    close(fd);
    if (error != 0) return refused("run", error);
    if (s.files == 0 && kill(static_cast<pid_t>(s.pid), 0) != 0 && errno == ESRCH) {
      return fail(fmt::format("process {} cannot be looked at: it has ended", s.pid));
    }
    return {};
  }

  int walk(int fd) {
    for (;;) {
      char unused = 0;  // everything comes through the shared memory
      const ssize_t n = ::read(fd, &unused, sizeof unused);
      const int error = n < 0 ? errno : 0;
      const xray_shared& s = shared();
      records_.insert(records_.end(), s.records, s.records + s.count);
      shared().count = 0;
      if (error != EAGAIN && error != EINTR) return error;
      if (records_.size() > kMostRecords) return ELOOP;
    }
  }

  std::unique_ptr<xray_bpf, Destroy> program_;
  std::unique_ptr<bpf_link, Destroy> link_;
  std::vector<xray_record> records_;
};

}  // namespace

Result<std::unique_ptr<Xray>> Xray::open(int pid) {
  if (const XrayAvailability a = xray_availability(); !a.available) return fail(a.what, a.remedy);
  libbpf_set_print(nullptr);  // what goes wrong is told by errors
  std::unique_ptr<xray_bpf, Destroy> program(xray_bpf__open());
  if (!program) return refused("open", errno);
  if (const int error = xray_bpf__load(program.get()); error != 0) return refused("load", -error);
  auto xray = std::make_unique<BpfXray>(program.release());
  if (auto done = xray->look_at(pid); !done) return std::unexpected(done.error());
  return xray;
}

}  // namespace epollscope
