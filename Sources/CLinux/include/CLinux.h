/* The Linux calls that Swift's Glibc module leaves out.
 *
 * _GNU_SOURCE is deliberately not defined here: it changes Glibc's own headers under the module that Swift has
 * already built from them. The GNU prototypes are declared by hand instead, as their manual pages give them. */
#ifndef SLUICE_CLINUX_H
#define SLUICE_CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif
#ifndef SYNC_FILE_RANGE_WRITE
#define SYNC_FILE_RANGE_WAIT_BEFORE 1
#define SYNC_FILE_RANGE_WRITE 2
#endif
#ifndef RUSAGE_THREAD
#define RUSAGE_THREAD 1
#endif

extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern ssize_t preadv2(int descriptor, const struct iovec *vectors, int count, off_t offset, int flags);
extern ssize_t readahead(int descriptor, off_t offset, size_t count);
extern int statx(int directory, const char *path, int flags, unsigned int mask, struct statx *status);
extern void *memmem(const void *bytes, size_t size, const void *wanted, size_t wanted_size);
extern int sync_file_range(int descriptor, off_t offset, off_t count, unsigned int flags);
extern int pthread_setname_np(unsigned long thread, const char *name);

static const int sluice_rwf_nowait = RWF_NOWAIT;
static const unsigned int sluice_sync_file_range_wait = SYNC_FILE_RANGE_WAIT_BEFORE;
static const unsigned int sluice_sync_file_range_write = SYNC_FILE_RANGE_WRITE;
static const int sluice_rusage_thread = RUSAGE_THREAD;

/* When a file was made, in nanoseconds, and its number: together they tell it from every other that stands or stood in
 * its place. 0 where the file system does not know. */
static inline int sluice_birth(int descriptor, uint64_t *nanoseconds, uint64_t *number) {
  struct statx status;
  int result = statx(descriptor, "", 0x1000 /* AT_EMPTY_PATH */, STATX_BTIME | STATX_INO, &status);
  if (result != 0) return result;
  int known = (status.stx_mask & STATX_BTIME) != 0;
  *nanoseconds = known ? (uint64_t)status.stx_btime.tv_sec * 1000000000u + status.stx_btime.tv_nsec : 0;
  *number = status.stx_ino;
  return 0;
}

/* open(2) is variadic, which Swift cannot call. */
static inline int sluice_open(const char *path, int flags, mode_t mode) {
  return open(path, flags, mode);
}

/* A resource usage of the calling thread alone: RUSAGE_THREAD is hidden behind _GNU_SOURCE. */
static inline int sluice_thread_usage(struct rusage *usage) {
  return getrusage((__rusage_who_t)RUSAGE_THREAD, usage);
}

#endif
