#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

// The linker's --wrap sends what this program calls of open, write, fsync, close and rename through here: one call can
// be made to fail, for which not every machine has strace.

namespace {

std::atomic<int> calls = 0, failing_call = 0, error_of_call = 0;  // other tests write from several threads

/// Whether this call is the one to fail.
bool fails() {
  if (++calls != failing_call) return false;
  errno = error_of_call;
  return true;
}

}  // namespace

extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int descriptor, const void* bytes, size_t count);
int __real_fsync(int descriptor);
int __real_close(int descriptor);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return fails() ? -1 : __real_open(path, flags, mode);
}
ssize_t __wrap_write(int descriptor, const void* bytes, size_t count) {
  return fails() ? -1 : __real_write(descriptor, bytes, count);
}
int __wrap_fsync(int descriptor) { return fails() ? -1 : __real_fsync(descriptor); }
int __wrap_close(int descriptor) {
  const int result = __real_close(descriptor);  // as Linux does: closed, whatever it says
  return fails() ? -1 : result;
}
int __wrap_rename(const char* from, const char* to) { return fails() ? -1 : __real_rename(from, to); }
}

using namespace onefold;

namespace {

/// What write_file_atomically() says where its n-th system call fails so; empty where it bears that.
std::string message_of_failing(int nth, int error, const std::filesystem::path& path) {
  const std::vector<std::string_view> parts{"new ", "bytes"};
  calls = 0, failing_call = nth, error_of_call = error;
  std::string message;
  try {
    write_file_atomically(path, parts);
  } catch (const Error& thrown) {
    message = thrown.what();
  }
  failing_call = 0;
  return message;
}

}  // namespace

TEST_CASE("atomic file: each of its system calls may fail, and the old file or the new one is whole", "[core]") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  write_bytes(path, "old");
  CHECK(message_of_failing(0, 0, path).empty());
  const int all = calls;
  REQUIRE(all == 10);  // open folder and file, 2 writes, fsync, close, rename, fsync folder, close lock and folder

  const auto [error, reason] = GENERATE(std::pair(EIO, "Input/output error"), std::pair(ENOSPC, "No space left"),
                                        std::pair(EACCES, "Permission denied"), std::pair(EROFS, "Read-only file"));
  for (int n = 1; n <= all; ++n) {
    write_bytes(path, "old");
    const std::string message = message_of_failing(n, error, path);
    CAPTURE(n, message);
    const bool renamed = n > 7, told = n <= 8;
    CHECK(message.empty() == !told);
    if (told) CHECK_THAT(message, ContainsSubstring(path.string()) && ContainsSubstring(reason));
    CHECK(read_bytes(path) == (renamed ? "new bytes" : "old"));
    CHECK(folder.entries() == 1);
  }
}

TEST_CASE("atomic file: an interrupted call is made again", "[core]") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  for (const int n : {3, 4, 5, 6}) {  // two writes, fsync, close
    write_bytes(path, "old");
    CAPTURE(n);
    CHECK(message_of_failing(n, EINTR, path).empty());
    CHECK(read_bytes(path) == "new bytes");
  }
}
