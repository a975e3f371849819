/*
 * Preloaded into a process (LD_PRELOAD), this library writes down every call that changes files below RECORD_ROOT, with
 * its data, in the order in which they took effect, into the file RECORD_TRACE. test/faults/disk-trace.ts reads it.
 *
 * A call and its record happen under one lock: the order of the records is the order of the effects. fsync and fdatasync
 * are recorded and not carried out: what a power loss would leave is worked out from the trace, and the test is quicker.
 *
 *   record = kind u32 | descriptor i32 | offset u64 | path bytes u32 | second path bytes u32 | data bytes u64
 *            | path | second path | data
 *
 * stdio (LevelDB writes by fwrite_unlocked) calls the kernel past the symbols that can be replaced: its data is kept here
 * and recorded at fflush or fclose, which is where its users rely on it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* With optimisation it is a macro, too. */
#undef fwrite_unlocked

enum { OPEN = 1, WRITE, TRUNCATE, SYNC, CLOSE, RENAME, LINK, UNLINK, MKDIR, RMDIR };
#define CREATES 1
#define EMPTIES 2

struct record {
  uint32_t kind;
  int32_t fd;
  uint64_t offset;
  uint32_t path_bytes, second_bytes;
  uint64_t data_bytes;
} __attribute__((packed));

#define FDS 65536
static char tracked[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static const char *root;
static size_t root_bytes;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  root = getenv("RECORD_ROOT");
  const char *path = getenv("RECORD_TRACE");
  if (!root || !path) return;
  root_bytes = strlen(root);
  trace = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void put(const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    ssize_t written = REAL(write)(trace, at, count);
    if (written <= 0) abort();
    at += written;
    count -= written;
  }
}

static void note(uint32_t kind, int fd, uint64_t offset, const char *path, const char *second, const struct iovec *parts,
                 int part_count, size_t data_bytes) {
  struct record head = {kind, fd, offset, path ? strlen(path) : 0, second ? strlen(second) : 0, data_bytes};
  int saved = errno;
  put(&head, sizeof head);
  put(path ? path : "", head.path_bytes);
  put(second ? second : "", head.second_bytes);
  for (int part = 0; part < part_count && data_bytes > 0; part++) {
    size_t count = parts[part].iov_len < data_bytes ? parts[part].iov_len : data_bytes;
    put(parts[part].iov_base, count);
    data_bytes -= count;
  }
  errno = saved;
}

/* Absolute path of a name; 1 if it lies below the root (or is the root). */
static int below(int folder, const char *name, char *path) {
  if (trace < 0 || !name) return 0;
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
  } else {
    char base[PATH_MAX] = "";
    if (folder == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      ssize_t count = readlink(link, base, sizeof base - 1);
      if (count < 0) return 0;
      base[count] = 0;
    }
    if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
  }
  size_t count = strlen(path);
  while (count > 1 && path[count - 1] == '/') path[--count] = 0;
  return strncmp(path, root, root_bytes) == 0 && (path[root_bytes] == '/' || path[root_bytes] == 0);
}

static int is_tracked(int fd) { return trace >= 0 && fd >= 0 && fd < FDS && tracked[fd]; }

static void opened(int fd, int flags, const char *path) {
  if (fd < 0 || fd >= FDS) return;
  tracked[fd] = 1;
  note(OPEN, fd, (flags & O_CREAT ? CREATES : 0) | (flags & O_TRUNC ? EMPTIES : 0), path, NULL, NULL, 0, 0);
}

static int open_any(int folder, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  if (!below(folder, name, path)) return REAL(openat)(folder, name, flags, mode);
  pthread_mutex_lock(&lock);
  int fd = REAL(openat)(folder, name, flags, mode);
  opened(fd, flags, path);
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE(flags)                                                                                                     \
  mode_t mode = 0;                                                                                                      \
  if ((flags) & O_CREAT) {                                                                                              \
    va_list list;                                                                                                       \
    va_start(list, flags);                                                                                              \
    mode = va_arg(list, mode_t);                                                                                        \
    va_end(list);                                                                                                       \
  }
int open(const char *name, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags) return open_any(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags) return open_any(folder, name, flags, mode); }

int close(int fd) {
  if (!is_tracked(fd)) return REAL(close)(fd);
  pthread_mutex_lock(&lock);
  tracked[fd] = 0;
  note(CLOSE, fd, 0, NULL, NULL, NULL, 0, 0);
  int result = REAL(close)(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

/* offset < 0: where the descriptor stands. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
  pthread_mutex_lock(&lock);
  off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
  ssize_t written = offset < 0 ? REAL(writev)(fd, parts, count) : REAL(pwritev)(fd, parts, count, offset);
  if (written > 0) note(WRITE, fd, at, NULL, NULL, parts, count, written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t write(int fd, const void *data, size_t count) {
  if (!is_tracked(fd)) return REAL(write)(fd, data, count);
  struct iovec part = {(void *)data, count};
  return write_parts(fd, &part, 1, -1);
}
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t offset) {
  if (!is_tracked(fd)) return REAL(pwrite64)(fd, data, count, offset);
  struct iovec part = {(void *)data, count};
  return write_parts(fd, &part, 1, offset);
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) { return pwrite64(fd, data, count, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return is_tracked(fd) ? write_parts(fd, parts, count, -1) : REAL(writev)(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return is_tracked(fd) ? write_parts(fd, parts, count, offset) : REAL(pwritev64)(fd, parts, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return is_tracked(fd) ? write_parts(fd, parts, count, offset) : REAL(pwritev)(fd, parts, count, offset);
}

int ftruncate64(int fd, off64_t bytes) {
  if (!is_tracked(fd)) return REAL(ftruncate64)(fd, bytes);
  pthread_mutex_lock(&lock);
  int result = REAL(ftruncate64)(fd, bytes);
  if (result == 0) note(TRUNCATE, fd, bytes, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t bytes) { return ftruncate64(fd, bytes); }

static int synced(int fd) {
  pthread_mutex_lock(&lock);
  note(SYNC, fd, 0, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return 0;
}
int fsync(int fd) { return is_tracked(fd) ? synced(fd) : REAL(fsync)(fd); }
int fdatasync(int fd) { return is_tracked(fd) ? synced(fd) : REAL(fdatasync)(fd); }

/* Calls on names. */
#define NAMES(kind, call, folder, name, second_folder, second)                                                          \
  char path[PATH_MAX], other[PATH_MAX] = "";                                                                            \
  int inside = below(folder, name, path);                                                                               \
  if ((second) && below(second_folder, second, other)) inside = 1;                                                      \
  if (!inside) return call;                                                                                             \
  pthread_mutex_lock(&lock);                                                                                            \
  int result = call;                                                                                                    \
  if (result == 0) note(kind, -1, 0, path, (second) ? other : NULL, NULL, 0, 0);                                        \
  pthread_mutex_unlock(&lock);                                                                                          \
  return result;
#define HERE AT_FDCWD
#define NONE ((const char *)NULL)
int rename(const char *a, const char *b) { NAMES(RENAME, REAL(rename)(a, b), HERE, a, HERE, b) }
int renameat(int fa, const char *a, int fb, const char *b) { NAMES(RENAME, REAL(renameat)(fa, a, fb, b), fa, a, fb, b) }
int link(const char *a, const char *b) { NAMES(LINK, REAL(link)(a, b), HERE, a, HERE, b) }
int unlink(const char *a) { NAMES(UNLINK, REAL(unlink)(a), HERE, a, HERE, NONE) }
int unlinkat(int folder, const char *a, int flags) {
  NAMES(flags & AT_REMOVEDIR ? RMDIR : UNLINK, REAL(unlinkat)(folder, a, flags), folder, a, HERE, NONE)
}
int mkdir(const char *a, mode_t mode) { NAMES(MKDIR, REAL(mkdir)(a, mode), HERE, a, HERE, NONE) }
int rmdir(const char *a) { NAMES(RMDIR, REAL(rmdir)(a), HERE, a, HERE, NONE) }
int remove(const char *a) {
  struct stat found;
  if (lstat(a, &found) == 0 && S_ISDIR(found.st_mode)) return rmdir(a);
  return unlink(a);
}

/* stdio: the files of LevelDB. */
struct stream {
  FILE *file;
  int fd;
  uint64_t offset;
  char *kept;
  size_t kept_bytes, capacity;
};
#define STREAMS 1024
static struct stream streams[STREAMS];

static struct stream *stream_of(FILE *file) {
  for (int at = 0; trace >= 0 && at < STREAMS; at++)
    if (streams[at].file == file) return &streams[at];
  return NULL;
}

FILE *fopen64(const char *name, const char *how) {
  char path[PATH_MAX];
  if (!below(AT_FDCWD, name, path) || how[0] != 'w') return REAL(fopen64)(name, how);
  pthread_mutex_lock(&lock);
  FILE *file = REAL(fopen64)(name, how);
  struct stream *free_one = file ? stream_of(NULL) : NULL;
  if (file && !free_one) abort();
  if (file) {
    *free_one = (struct stream){file, fileno(file), 0, NULL, 0, 0};
    opened(free_one->fd, O_CREAT | O_TRUNC, path);
  }
  pthread_mutex_unlock(&lock);
  return file;
}
FILE *fopen(const char *name, const char *how) { return fopen64(name, how); }

static void keep(FILE *file, const void *data, size_t bytes) {
  pthread_mutex_lock(&lock);
  struct stream *stream = file ? stream_of(file) : NULL;
  if (stream) {
    if (stream->kept_bytes + bytes > stream->capacity) {
      stream->capacity = 2 * (stream->kept_bytes + bytes);
      stream->kept = realloc(stream->kept, stream->capacity);
      if (!stream->kept) abort();
    }
    memcpy(stream->kept + stream->kept_bytes, data, bytes);
    stream->kept_bytes += bytes;
  }
  pthread_mutex_unlock(&lock);
}

static void note_kept(struct stream *stream) {
  if (stream->kept_bytes == 0) return;
  struct iovec part = {stream->kept, stream->kept_bytes};
  note(WRITE, stream->fd, stream->offset, NULL, NULL, &part, 1, stream->kept_bytes);
  stream->offset += stream->kept_bytes;
  stream->kept_bytes = 0;
}

size_t fwrite_unlocked(const void *data, size_t size, size_t count, FILE *file) {
  keep(file, data, size * count);
  return REAL(fwrite_unlocked)(data, size, count, file);
}
size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  keep(file, data, size * count);
  return REAL(fwrite)(data, size, count, file);
}

static int flush(FILE *file, int result) {
  pthread_mutex_lock(&lock);
  struct stream *stream = file ? stream_of(file) : NULL;
  if (stream) note_kept(stream);
  pthread_mutex_unlock(&lock);
  return result;
}
int fflush_unlocked(FILE *file) { return flush(file, REAL(fflush_unlocked)(file)); }
int fflush(FILE *file) { return flush(file, REAL(fflush)(file)); }

int fclose(FILE *file) {
  pthread_mutex_lock(&lock);
  struct stream *stream = stream_of(file);
  if (stream) {
    note_kept(stream);
    note(CLOSE, stream->fd, 0, NULL, NULL, NULL, 0, 0);
    tracked[stream->fd] = 0;
    free(stream->kept);
    stream->file = NULL;
  }
  pthread_mutex_unlock(&lock);
  return REAL(fclose)(file);
}
