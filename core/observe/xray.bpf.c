/* The X-ray: a BPF iterator over the open files of one process that reads what each of its epoll
 * instances holds. It changes nothing, takes no lock of epoll and stops nobody.
 *
 * The kernel calls look() once for each descriptor. An instance may hold any number of items, but
 * a BPF program must end soon: look() makes a bounded number of steps and then asks to be called
 * again with the same descriptor (return 1, which read(2) shows as EAGAIN). Where it stands is in
 * `at`, so nothing is cut off; the reader decides how long to go on.
 *
 *        begin() ── TREE ── READY ── OVERFLOW ── WAITERS ── POLLERS ── next descriptor
 *
 * Every pointer that is followed is read with bpf_probe_read_kernel(): where memory is gone, the
 * answer is 0 and no harm is done. */
#include "xray_kernel.h"
/* after the types that it needs */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "xray_records.h"

#define STEPS 128
#define ANON_INODE_FS_MAGIC 0x09041934
#define EP_UNACTIVE_PTR (~0ull)

enum phase { IDLE, TREE, READY, OVERFLOW, WAITERS, POLLERS };
enum heading { DOWN, VISIT, UP };

struct place {
  __u32 phase;
  __u32 heading; /* in the tree */
  __u64 ep;
  __u64 cursor; /* rb_node, list_head or epitem, as the phase has it */
  __u32 done;   /* with the one instance that was asked for */
  __u32 level;  /* of the reader's pid namespace */
  __u32 seen_count;
  __u64 seen[XRAY_SEEN]; /* instances met in this run */
};

struct xray_shared shared;
static struct place at;
static __u64 eventpoll_fops; /* what tells a file of epoll; learned from the first one met */

/* The verifier looks at a global function once, not at each of its calls: loading is quick. */
#define ONCE __attribute__((noinline))

#define offset_of(type, member) bpf_core_field_offset(((struct type*)0)->member)

/* From a member to what holds it, as container_of() does; 0 stays 0. */
static __u64 shift(__u64 member, __u64 offset) { return member ? member - offset : 0; }

static __u64 epitem_of_node(__u64 node) { return shift(node, offset_of(epitem, rbn)); }
static __u64 epitem_of_link(__u64 link) { return shift(link, offset_of(epitem, rdllink)); }

/* Requires: room, which look() makes sure of. */
static struct xray_record* add(__u32 kind, __u64 self) {
  __u32 n = shared.count;
  if (n >= XRAY_RECORDS) return 0;
  shared.count = n + 1;
  struct xray_record* r = &shared.records[n & (XRAY_RECORDS - 1)];
  __builtin_memset(r, 0, sizeof *r);
  r->kind = kind;
  r->fd = -1;
  r->self = self;
  return r;
}

/* ---- files and tasks */

/* Whether it is a file of the name that fs/eventpoll.c gives its own. */
static int named_eventpoll(struct file* file) {
  union {
    char text[16];
    __u64 words[2];
  } name = {}, wanted = {"[eventpoll]"};
  struct dentry* dentry = BPF_CORE_READ(file, f_path.dentry);
  if (BPF_CORE_READ(dentry, d_sb, s_magic) != ANON_INODE_FS_MAGIC) return 0;
  bpf_probe_read_kernel_str(name.text, sizeof name.text, BPF_CORE_READ(dentry, d_name.name));
  return name.words[0] == wanted.words[0] && name.words[1] == wanted.words[1];
}

/* The instance behind an open file; 0: it is another kind of file. */
static __u64 eventpoll_of(struct file* file) {
  __u64 fops = (__u64)BPF_CORE_READ(file, f_op);
  if (!eventpoll_fops && named_eventpoll(file)) eventpoll_fops = fops;
  if (!fops || fops != eventpoll_fops) return 0;
  return (__u64)BPF_CORE_READ(file, private_data);
}

/* The number of a task in the pid namespace of level `level`. */
static __u32 number_of(struct task_struct* task, __u32 level) {
  struct pid* pid = BPF_CORE_READ(task, thread_pid);
  __u32 number = 0;
  const void* numbers = __builtin_preserve_access_index(&pid->numbers[0]);
  if (BPF_CORE_READ(pid, level) < level) return 0; /* not to be seen from there */
  bpf_probe_read_kernel(
      &number, sizeof number,
      numbers + (__u64)level * bpf_core_type_size(struct upid) + offset_of(upid, nr));
  return number;
}

/* Whoever reads runs this program. */
static void learn_level(void) {
  struct task_struct* reader = (void*)bpf_get_current_task();
  at.level = BPF_CORE_READ(reader, thread_pid, level);
}

/* ---- the tree, in order and without a stack: a node is reached from above (DOWN), from its left
 * subtree (VISIT) or from its right one (UP) */

static __u64 parent_of(struct rb_node* node) {
  return BPF_CORE_READ(node, __rb_parent_color) & ~3ull;
}

static __u64 overflow_next(struct epitem* item) {
  if (bpf_core_field_exists(item->ovflist_next)) return (__u64)BPF_CORE_READ(item, ovflist_next);
  return (__u64)BPF_CORE_READ((struct epitem___next*)item, next);
}

static void add_item(struct rb_node* node) {
  struct epitem* item = (void*)epitem_of_node((__u64)node);
  struct xray_record* r = add(XRAY_ITEM, (__u64)item);
  if (!r) return;
  struct file* file = BPF_CORE_READ(item, ffd.file);
  const void* link = __builtin_preserve_access_index(&item->rdllink);
  __u64 next = (__u64)BPF_CORE_READ(item, rdllink.next);
  r->fd = BPF_CORE_READ(item, ffd.fd);
  r->file = (__u64)file;
  r->parent = epitem_of_node(parent_of(node));
  r->left = epitem_of_node((__u64)BPF_CORE_READ(node, rb_left));
  r->right = epitem_of_node((__u64)BPF_CORE_READ(node, rb_right));
  r->next = epitem_of_link(next);
  r->data = BPF_CORE_READ(item, event.data);
  r->nested = eventpoll_of(file);
  r->events = BPF_CORE_READ(item, event.events);
  r->red = !(BPF_CORE_READ(node, __rb_parent_color) & 1);
  r->linked = next != (__u64)link;
  r->overflowed = overflow_next(item) != EP_UNACTIVE_PTR;
}

static void enter_ready(struct eventpoll* ep) {
  at.phase = READY;
  at.cursor = (__u64)BPF_CORE_READ(ep, rdllist.next);
}

static void step_in_tree(struct eventpoll* ep) {
  struct rb_node* node = (void*)at.cursor;
  if (!node) return enter_ready(ep);
  if (at.heading == DOWN) {
    __u64 left = (__u64)BPF_CORE_READ(node, rb_left);
    if (left) {
      at.cursor = left;
      return;
    }
    at.heading = VISIT;
  }
  if (at.heading == VISIT) {
    add_item(node);
    __u64 right = (__u64)BPF_CORE_READ(node, rb_right);
    at.heading = right ? DOWN : UP;
    if (right) at.cursor = right;
    return;
  }
  struct rb_node* parent = (void*)parent_of(node);
  if (parent && (__u64)BPF_CORE_READ(parent, rb_left) == (__u64)node) at.heading = VISIT;
  at.cursor = (__u64)parent;
}

/* ---- the lists */

/* The entry under the cursor; 0 at the end of the list. Moves the cursor on. */
static __u64 next_in_list(const void* head) {
  struct list_head* link = (void*)at.cursor;
  if (!link || link == head) return 0;
  at.cursor = (__u64)BPF_CORE_READ(link, next);
  return (__u64)link;
}

static void step_in_ready(struct eventpoll* ep) {
  __u64 link = next_in_list(__builtin_preserve_access_index(&ep->rdllist));
  if (link) {
    add(XRAY_READY, epitem_of_link(link));
    return;
  }
  at.phase = OVERFLOW;
  at.cursor = (__u64)BPF_CORE_READ(ep, ovflist);
  if (at.cursor == EP_UNACTIVE_PTR) at.cursor = 0;
}

static void step_in_overflow(struct eventpoll* ep) {
  struct epitem* item = (void*)at.cursor;
  if (item) {
    add(XRAY_OVERFLOW, (__u64)item);
    at.cursor = overflow_next(item);
    if (at.cursor == EP_UNACTIVE_PTR) at.cursor = 0;
    return;
  }
  at.phase = WAITERS;
  at.cursor = (__u64)BPF_CORE_READ(ep, wq.head.next);
}

static struct wait_queue_entry* next_entry(const void* head) {
  return (void*)shift(next_in_list(head), offset_of(wait_queue_entry, entry));
}

static void step_in_waiters(struct eventpoll* ep) {
  struct wait_queue_entry* entry = next_entry(__builtin_preserve_access_index(&ep->wq.head));
  if (entry) {
    struct xray_record* r = add(XRAY_WAITER, (__u64)entry);
    if (r) r->fd = (__s32)number_of(BPF_CORE_READ(entry, private), at.level);
    return;
  }
  at.phase = POLLERS;
  at.cursor = (__u64)BPF_CORE_READ(ep, poll_wait.head.next);
}

static void step_in_pollers(struct eventpoll* ep) {
  struct wait_queue_entry* entry = next_entry(__builtin_preserve_access_index(&ep->poll_wait.head));
  if (entry) {
    add(XRAY_POLLER, (__u64)entry);
  } else {
    at.phase = IDLE;
  }
}

/* One step of the walk. */
ONCE int step(void) {
  struct eventpoll* ep = (void*)at.ep;
  switch (at.phase) {
    case TREE:
      step_in_tree(ep);
      break;
    case READY:
      step_in_ready(ep);
      break;
    case OVERFLOW:
      step_in_overflow(ep);
      break;
    case WAITERS:
      step_in_waiters(ep);
      break;
    case POLLERS:
      step_in_pollers(ep);
      break;
    default:
      break;
  }
  return 0;
}

/* ---- one instance, one descriptor */

static void begin(struct eventpoll* ep) {
  struct xray_record* r = add(XRAY_EVENTPOLL, (__u64)ep);
  if (!r) return;
  struct rb_node* root = BPF_CORE_READ(ep, rbr.rb_root.rb_node);
  r->left = epitem_of_node((__u64)root);
  r->scanning = (__u64)BPF_CORE_READ(ep, ovflist) != EP_UNACTIVE_PTR;
  at.phase = TREE;
  at.heading = DOWN;
  at.ep = (__u64)ep;
  at.cursor = (__u64)root;
}

/* Whether the instance was met before in this run; notes that it was. Where more are open than can
 * be noted, some are read again, which the reader drops. */
ONCE int met(__u64 ep) {
  __u32 n = at.seen_count;
  for (__u32 i = 0; i < XRAY_SEEN; ++i) {
    if (i < n && at.seen[i] == ep) return 1;
  }
  at.seen[n & (XRAY_SEEN - 1)] = ep;
  if (n < XRAY_SEEN) at.seen_count = n + 1;
  return 0;
}

static void start_anew(void) {
  shared.reset = 0;
  shared.files = 0;
  shared.count = 0;
  at.phase = IDLE;
  at.done = 0;
  at.seen_count = 0;
  learn_level();
}

static void open_descriptor(__u32 fd, struct file* file) {
  __u64 ep = eventpoll_of(file);
  if (!ep) return;
  struct xray_record* r = add(XRAY_DESCRIPTOR, ep);
  if (!r) return;
  r->fd = (__s32)fd;
  r->file = (__u64)file;
  if (!met(ep)) begin((void*)ep);
}

SEC("iter/task_file")
int look(struct bpf_iter__task_file* ctx) {
  struct task_struct* task = ctx->task;
  struct file* file = ctx->file;
  if (!task || !file) return 0;
  if (shared.reset) start_anew();
  if (at.done || number_of(task, at.level) != shared.pid) return 0;
  /* Two records may be needed for a descriptor, one for a step. */
  if (shared.count > XRAY_RECORDS - 2) return 1;
  if (at.phase == IDLE) {
    ++shared.files;
    if (shared.instance) {
      begin((void*)shared.instance);
    } else {
      open_descriptor(ctx->fd, file);
    }
  }
  for (int i = 0; i < STEPS && at.phase != IDLE; ++i) {
    if (shared.count >= XRAY_RECORDS) return 1;
    step();
  }
  if (at.phase != IDLE) return 1;
  at.done = shared.instance != 0;
  return 0;
}

/* bpf_probe_read_kernel() is for programs whose licence goes with the GPL, as MIT does. */
char _license[] SEC("license") = "Dual MIT/GPL";
