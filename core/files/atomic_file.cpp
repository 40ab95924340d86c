#include "core/files/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <regex>
#include <sstream>
#include <string>
#include <system_error>

#include "core/check.h"

namespace onefold {

namespace {

namespace fs = std::filesystem;

/// What a user can do about a failed system call.
const char* remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "free some space, or choose a folder on another disk";
    case ENOENT: return "create the folder first, or check its spelling";
    case ENOTDIR: return "a part of the path is a file; choose another folder";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a folder that you may write to";
    case ENAMETOOLONG: return "choose a shorter name";
    default: return "check the disk, or choose another folder";
  }
}

[[noreturn]] void fail_to_write(const fs::path& path, const char* step, int error) {
  fail("cannot write ", path.string(), ": ", step, ": ", std::generic_category().message(error), "; ", remedy(error));
}

/// Waits until the file's bytes are on the disk. EINVAL: this file system does not support syncing.
bool sync(int descriptor) {
  int result;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL;
}

/// An open file descriptor, closed when it goes out of scope if not before.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  /// False if closing reports that earlier writes were lost.
  bool close() {
    if (!is_open()) return true;
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0 || errno == EINTR;
  }

 private:
  int number_;
};

/// Locks the file; false if another process holds the lock. A lock ends with its process, however that ends.
bool lock(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0; }

/// A new file next to `target` that is removed unless it is renamed to it. Until then it is locked.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : target_(target), descriptor_(create()), lock_(::fcntl(descriptor_.number(), F_DUPFD_CLOEXEC, 0)) {
    keep_permissions();
  }

  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.number(), bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<size_t>(written));
      } else if (errno != EINTR) {
        fail_to_write(target_, "writing the bytes", errno);
      }
    }
  }

  /// Syncs the bytes to the disk before the rename: a power cut must not leave an empty file under the target's name.
  void rename_to_target() {
    if (!sync(descriptor_.number())) fail_to_write(target_, "syncing to the disk", errno);
    if (!descriptor_.close()) fail_to_write(target_, "closing", errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail_to_write(target_, "renaming the temporary file", errno);
    renamed_ = true;
  }

 private:
  /// Opens a name that no other process or thread uses; names left by killed processes are skipped.
  int create() {
    static std::atomic<int> count{0};
    while (true) {
      std::ostringstream name;
      name << '.' << target_.filename().string() << '.' << ::getpid() << '-' << ++count << ".tmp";
      path_ = target_.parent_path() / name.str();
      const int number = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (number < 0 && errno != EEXIST) fail_to_write(target_, "creating a temporary file in its folder", errno);
      if (number < 0) continue;
      if (is_ours(number)) return number;
      ::close(number);
    }
  }

  /// False if remove_old_temporaries() was faster than the lock. If the file system has no locks, that removes nothing.
  static bool is_ours(int number) {
    if (!lock(number)) return errno != EWOULDBLOCK;
    struct stat status {};
    return ::fstat(number, &status) != 0 || status.st_nlink > 0;
  }

  /// Best effort: if the file system has no permissions, or the file is new, it gets those of any new file.
  void keep_permissions() {
    struct stat old {};
    if (::stat(target_.c_str(), &old) == 0) static_cast<void>(::fchmod(descriptor_.number(), old.st_mode & 0777));
  }

  const fs::path& target_;
  fs::path path_;
  Descriptor descriptor_;
  Descriptor lock_;  // the same open file: holds the lock from closing to renaming
  bool renamed_ = false;
};

/// Where the bytes go: `path`, or the target of a link. Checks that it is a regular file or does not exist yet.
fs::path resolve_target(const fs::path& path) {
  check(path.has_filename(), "cannot write ", path.string(), ": it names a folder; add the name of a file");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  check(!fs::is_directory(status), "cannot write ", path.string(), ": it is a folder; choose another name");
  check(fs::is_regular_file(status) || !fs::exists(status), "cannot write ", path.string(),
        ": it exists and is not a regular file; choose another name");
  if (!fs::is_symlink(fs::symlink_status(path, error)) || !fs::exists(status)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

/// Opens the folder of resolve_target(path).
Descriptor open_folder(const fs::path& path, const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0) fail_to_write(path, "opening its folder", errno);
  return Descriptor(number);
}

}  // namespace

void check_can_write(const fs::path& path) {
  const Descriptor folder = open_folder(path, resolve_target(path));
  if (::faccessat(folder.number(), ".", W_OK, AT_EACCESS) != 0) fail_to_write(path, "its folder", errno);
}

void write_file_atomically(const fs::path& path, std::span<const std::string_view> parts) {
  const fs::path target = resolve_target(path);
  const Descriptor folder = open_folder(path, target);

  TemporaryFile file(target);
  for (const std::string_view part : parts) file.write(part);
  file.rename_to_target();

  // The rename is a change to the folder, so sync that too.
  if (!sync(folder.number())) fail_to_write(path, "the new file is in place, but syncing its folder failed", errno);
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  write_file_atomically(path, std::span<const std::string_view>(&bytes, 1));
}

void remove_old_temporaries(const fs::path& folder) {
  // ".NAME.123-4.tmp": the 4th file of process 123.
  const std::regex temporary_name("\\..+\\.[0-9]+-[0-9]+\\.tmp");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    if (!std::regex_match(path.filename().string(), temporary_name)) continue;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.is_open() && lock(file.number())) ::unlink(path.c_str());
  }
}

}  // namespace onefold
