/* A disk that fails, loaded before libc (LD_PRELOAD): compiled by faulty_disk.py.
 *
 * Calls on regular files are counted: write, pwrite, fsync, fdatasync, ftruncate. The one of number FAULT_AT fails with
 * FAULT_ERRNO, and with FAULT_STAYS all behind it do. FAULT_COUNT names a file that gets their number at the end.
 *
 * FAULT_CLOCK: the clock of the wall jumps by so many seconds, forth and back, each time it is looked at.
 *
 * FAULT_TRACE names a file that gets every change of files below FAULT_FOLDER, for replay: records of
 * "kind path offset length\n" and the bytes; kinds are write, truncate, sync, create, unlink, rename (the bytes: the new name). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int calls;
static int trace_fd = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                                              \
  static result (*real)(__VA_ARGS__);                                        \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static long number_of(const char* name) {
  const char* text = getenv(name);
  return text ? strtol(text, NULL, 10) : 0;
}

static ssize_t real_write(int fd, const void* bytes, size_t count) {
  REAL(ssize_t, write, int, const void*, size_t);
  return real(fd, bytes, count);
}

static int is_file(int fd) {
  struct stat status;
  return fd > 2 && fd != trace_fd && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

static int fails(int fd) {
  if (!is_file(fd)) return 0;
  const long at = number_of("FAULT_AT");
  const int number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  if (at == 0 || number < at || (number > at && !getenv("FAULT_STAYS"))) return 0;
  errno = (int)number_of("FAULT_ERRNO");
  return 1;
}

__attribute__((destructor)) static void tell_count(void) {
  const char* name = getenv("FAULT_COUNT");
  if (!name) return;
  FILE* file = fopen(name, "w");
  if (!file) return;
  fprintf(file, "%d\n", calls);
  fclose(file);
}

/* Below FAULT_FOLDER, without it; NULL elsewhere. */
static const char* traced_path(const char* path, char* room) {
  const char* folder = getenv("FAULT_FOLDER");
  if (!folder || !getenv("FAULT_TRACE")) return NULL;
  char absolute[PATH_MAX];
  int size;
  if (path[0] == '/') {
    size = snprintf(absolute, sizeof absolute, "%s", path);
  } else {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return NULL;
    size = snprintf(absolute, sizeof absolute, "%s/%s", here, path);
  }
  if (size >= PATH_MAX) return NULL;
  const size_t length = strlen(folder);
  if (strncmp(absolute, folder, length) != 0 || absolute[length] != '/') return NULL;
  snprintf(room, PATH_MAX, "%s", absolute + length + 1);
  return room;
}

static const char* path_of(int fd, char* room) {
  char link[64], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, target, sizeof target - 1);
  if (length < 0) return NULL;
  target[length] = 0;
  return traced_path(target, room);
}

static void tell(const char* kind, const char* path, long offset, const void* bytes, size_t length) {
  if (!path) return;
  if (trace_fd < 0) trace_fd = (int)syscall(SYS_openat, AT_FDCWD, getenv("FAULT_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char head[PATH_MAX + 80];
  const int size = snprintf(head, sizeof head, "%s %s %ld %zu\n", kind, path, offset, length);
  real_write(trace_fd, head, (size_t)size);
  if (length) real_write(trace_fd, bytes, length);
}

#define TRACED(call)                          \
  char room[PATH_MAX];                        \
  pthread_mutex_lock(&one_at_a_time);         \
  call;                                       \
  const int error = errno;                    \
  pthread_mutex_unlock(&one_at_a_time);       \
  errno = error

int clock_gettime(clockid_t clock, struct timespec* now) {
  REAL(int, clock_gettime, clockid_t, struct timespec*);
  static int looks;
  const int done = real(clock, now);
  if (done == 0 && clock == CLOCK_REALTIME && __atomic_add_fetch(&looks, 1, __ATOMIC_SEQ_CST) % 2) now->tv_sec -= number_of("FAULT_CLOCK");
  return done;
}

ssize_t write(int fd, const void* bytes, size_t count) {
  if (fails(fd)) return -1;
  if (!getenv("FAULT_TRACE") || !is_file(fd)) return real_write(fd, bytes, count);
  ssize_t done;
  TRACED({
    const int appends = fcntl(fd, F_GETFL) & O_APPEND;
    const long at = lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
    done = real_write(fd, bytes, count);
    if (done > 0) tell("write", path_of(fd, room), at, bytes, (size_t)done);
  });
  return done;
}

static ssize_t placed_write(ssize_t (*real)(int, const void*, size_t, off_t), int fd, const void* bytes, size_t count, off_t offset) {
  if (fails(fd)) return -1;
  ssize_t done;
  TRACED({
    done = real(fd, bytes, count, offset);
    if (done > 0) tell("write", path_of(fd, room), offset, bytes, (size_t)done);
  });
  return done;
}

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  REAL(ssize_t, pwrite, int, const void*, size_t, off_t);
  return placed_write(real, fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t offset) {
  REAL(ssize_t, pwrite64, int, const void*, size_t, off_t);
  return placed_write(real, fd, bytes, count, offset);
}

static int synced(int (*real)(int), int fd) {
  if (fails(fd)) return -1;
  int done;
  TRACED({
    done = real(fd);
    if (done == 0) tell("sync", path_of(fd, room), 0, NULL, 0);
  });
  return done;
}

int fsync(int fd) {
  REAL(int, fsync, int);
  return synced(real, fd);
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  return synced(real, fd);
}

static int cut(int (*real)(int, off_t), int fd, off_t length) {
  if (fails(fd)) return -1;
  int done;
  TRACED({
    done = real(fd, length);
    if (done == 0) tell("truncate", path_of(fd, room), length, NULL, 0);
  });
  return done;
}

int ftruncate(int fd, off_t length) {
  REAL(int, ftruncate, int, off_t);
  return cut(real, fd, length);
}

int ftruncate64(int fd, off_t length) {
  REAL(int, ftruncate64, int, off_t);
  return cut(real, fd, length);
}

static int opened(int (*real)(const char*, int, ...), const char* path, int flags, mode_t mode) {
  int fd;
  TRACED({
    struct stat status;
    const int is_new = (flags & O_CREAT) && lstat(path, &status) != 0;
    fd = real(path, flags, mode);
    if (fd >= 0 && is_new) tell("create", traced_path(path, room), 0, NULL, 0);
    if (fd >= 0 && !is_new && (flags & O_TRUNC)) tell("truncate", traced_path(path, room), 0, NULL, 0);
  });
  return fd;
}

#define OPEN(name)                                             \
  int name(const char* path, int flags, ...) {                 \
    REAL(int, name, const char*, int, ...);                    \
    mode_t mode = 0;                                           \
    if (flags & (O_CREAT | __O_TMPFILE)) {                     \
      va_list more;                                            \
      va_start(more, flags);                                   \
      mode = va_arg(more, mode_t);                             \
      va_end(more);                                            \
    }                                                          \
    if (!getenv("FAULT_TRACE")) return real(path, flags, mode); \
    return opened(real, path, flags, mode);                    \
  }

OPEN(open)
OPEN(open64)

static int unlinked(int (*real)(const char*), const char* path) {
  int done;
  TRACED({
    done = real(path);
    if (done == 0) tell("unlink", traced_path(path, room), 0, NULL, 0);
  });
  return done;
}

int unlink(const char* path) {
  REAL(int, unlink, const char*);
  return unlinked(real, path);
}

int remove(const char* path) {
  REAL(int, remove, const char*);
  return unlinked(real, path);
}

static void tell_rename(const char* from, const char* to) {
  char room[PATH_MAX], other[PATH_MAX];
  const char* target = traced_path(to, other);
  if (target) tell("rename", traced_path(from, room), 0, target, strlen(target));
}

int rename(const char* from, const char* to) {
  REAL(int, rename, const char*, const char*);
  int done;
  TRACED({
    done = real(from, to);
    if (done == 0) tell_rename(from, to);
    (void)room;
  });
  return done;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  REAL(int, renameat2, int, const char*, int, const char*, unsigned);
  int done;
  TRACED({
    done = real(from_folder, from, to_folder, to, flags);
    if (done == 0) tell_rename(from, to);
    (void)room;
  });
  return done;
}
