/* What the BPF program (xray.bpf.c) and its reader (xray.cc) share: one block of memory, mapped
 * into both. C, for both compilers; the includer defines __u8 … __u64 (<linux/types.h> does).
 *
 * The reader fills the question, reads from the iterator, and takes the records. The program
 * stops whenever the records are full or its time is up; then read(2) gives EAGAIN, the reader
 * takes what is there, sets `count` to 0 and reads again: the program goes on where it stopped.
 */
#ifndef EPOLLSCOPE_XRAY_RECORDS_H
#define EPOLLSCOPE_XRAY_RECORDS_H

#define XRAY_RECORDS 512 /* a power of two */
#define XRAY_SEEN 16     /* a power of two */

enum xray_kind {
  XRAY_DESCRIPTOR, /* `fd` refers to the open file `file` of the instance `self` */
  XRAY_EVENTPOLL,  /* the instance `self`: what follows, up to the next of these, is of it */
  XRAY_ITEM,       /* in tree order */
  XRAY_READY,      /* `self` is on rdllist; head first */
  XRAY_OVERFLOW,   /* `self` is on ovflist; head first */
  XRAY_WAITER,     /* thread `fd` is in wq; head first */
  XRAY_POLLER,     /* an entry of poll_wait; head first */
};

/* Addresses are those of the kernel: they name things, nobody follows them in user space. */
struct xray_record {
  __u32 kind;
  __s32 fd;                  /* of a descriptor or item; of a waiter its thread id */
  __u64 self;                /* struct eventpoll, or struct epitem */
  __u64 file;                /* struct file */
  __u64 parent, left, right; /* struct epitem; 0: none. Of an instance, `left` is the root */
  __u64 next;                /* the epitem after it on the list it is linked on */
  __u64 data;                /* epoll_event.data */
  __u64 nested;              /* struct eventpoll behind `file`; 0: it is another kind of file */
  __u32 events;              /* epoll_event.events */
  __u8 red;                  /* colour of the node */
  __u8 linked;               /* on rdllist, or on the private list of a scan */
  __u8 overflowed;           /* on ovflist */
  __u8 scanning;             /* of an instance: a scan runs */
};

struct xray_shared {
  /* The question. */
  __u32 pid;      /* the process, as the reader's pid namespace numbers it */
  __u32 reset;    /* 1: start anew */
  __u64 instance; /* only this struct eventpoll; 0: all that have a descriptor */
  /* The answer. */
  __u32 files; /* descriptors seen */
  __u32 count; /* records */
  struct xray_record records[XRAY_RECORDS];
};

#endif
