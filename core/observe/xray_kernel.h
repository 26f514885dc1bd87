/* The few members of the kernel's structures that the X-ray reads. Only names and types count:
 * libbpf looks up where each member is in the running kernel (BTF, CO-RE), so a structure here
 * needs neither the kernel's order nor its other members. Structures with `___` in their names
 * are other versions of the one before the `___`. */
#ifndef EPOLLSCOPE_XRAY_KERNEL_H
#define EPOLLSCOPE_XRAY_KERNEL_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
  struct list_head* next;
};

struct rb_node {
  unsigned long __rb_parent_color;
  struct rb_node* rb_right;
  struct rb_node* rb_left;
};
struct rb_root {
  struct rb_node* rb_node;
};
struct rb_root_cached {
  struct rb_root rb_root;
};

struct wait_queue_head {
  struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;
struct wait_queue_entry {
  void* private;
  struct list_head entry;
};

/* ---- processes */
struct upid {
  int nr;
};
struct pid {
  unsigned int level;
  struct upid numbers[1];
};
struct task_struct {
  struct pid* thread_pid;
};

/* ---- open files */
struct super_block {
  unsigned long s_magic;
};
struct qstr {
  const unsigned char* name;
};
struct dentry {
  struct qstr d_name;
  struct super_block* d_sb;
};
struct path {
  struct dentry* dentry;
};
struct file_operations {};
struct file {
  const struct file_operations* f_op;
  struct path f_path;
  void* private_data;
};

/* ---- epoll */
struct epoll_event {
  __u32 events;
  __u64 data;
} __attribute__((packed));
struct epoll_filefd { /* called epoll_key in 2026; a member's type may have any name */
  struct file* file;
  int fd;
} __attribute__((packed));
struct epitem {
  struct rb_node rbn;
  struct list_head rdllink;
  struct epitem* ovflist_next;
  struct epoll_filefd ffd;
  struct epoll_event event;
};
struct epitem___next { /* before 2026 */
  struct epitem* next;
};
struct eventpoll {
  wait_queue_head_t wq;
  wait_queue_head_t poll_wait;
  struct list_head rdllist;
  struct rb_root_cached rbr;
  struct epitem* ovflist;
};

/* ---- BPF iterators */
struct bpf_iter_meta {
  void* seq;
};
struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};

#pragma clang attribute pop

#endif
