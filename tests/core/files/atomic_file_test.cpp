#include "core/files/atomic_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;
namespace fs = std::filesystem;

namespace {

/// No file of this process may grow beyond `bytes` while it lives: to its writes, the disk is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

std::string message_of_writing(const fs::path& path, std::string_view bytes = "new") {
  try {
    write_file_atomically(path, bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("atomic file: what was written is there, and nothing beside it", "[core]") {
  const TemporaryFolder folder;
  const std::string binary("a\0b\n\xff", 5), large(3 << 20, 'x');
  write_file_atomically(folder / "new", binary);
  CHECK(read_bytes(folder / "new") == binary);
  write_file_atomically(folder / "new", large);
  CHECK(read_bytes(folder / "new") == large);
  write_file_atomically(folder / "new", "");
  CHECK(read_bytes(folder / "new").empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("atomic file: parts are joined in order", "[core]") {
  const TemporaryFolder folder;
  const std::vector<std::string_view> parts{"one ", "", "two ", "three"};
  write_file_atomically(folder / "joined", parts);
  CHECK(read_bytes(folder / "joined") == "one two three");
}

TEST_CASE("atomic file: a name without a folder is a file in the current one", "[core]") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  const std::string message = message_of_writing("plain", "text");
  fs::current_path(before);
  CHECK(message.empty());
  CHECK(read_bytes(folder / "plain") == "text");
}

TEST_CASE("atomic file: a full disk leaves the old file and no temporary", "[core]") {
  const TemporaryFolder folder;
  write_bytes(folder / "model", "old");
  std::string message, message_of_new;
  {
    const FileSizeLimit limit(64 << 10);
    message = message_of_writing(folder / "model", std::string(1 << 20, 'x'));
    message_of_new = message_of_writing(folder / "other", std::string(1 << 20, 'x'));
  }
  CHECK_THAT(message, ContainsSubstring((folder / "model").string()) && ContainsSubstring("File too large") &&
                          ContainsSubstring("free some space"));
  CHECK_THAT(message_of_new, ContainsSubstring((folder / "other").string()));
  CHECK(read_bytes(folder / "model") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("atomic file: a folder that cannot take it is named, with what to do", "[core]") {
  const TemporaryFolder folder;
  write_bytes(folder / "file", "old");
  fs::create_directory(folder / "taken");

  const auto says = [&](const fs::path& path, const char* reason, const char* remedy) {
    CHECK_THAT(message_of_writing(path),
               ContainsSubstring(path.string()) && ContainsSubstring(reason) && ContainsSubstring(remedy));
  };
  const auto says_at_once = [&](const fs::path& path, const char* reason, const char* remedy) {
    says(path, reason, remedy);
    CHECK_THROWS_WITH(check_can_write(path),
                      ContainsSubstring(path.string()) && ContainsSubstring(reason) && ContainsSubstring(remedy));
  };
  says_at_once(folder / "missing/model", "No such file or directory", "create the folder first");
  says_at_once(folder / "file/model", "Not a directory", "choose another folder");
  says_at_once(folder / "taken", "it is a folder", "choose another name");
  says_at_once(folder / "", "names a folder", "add the name of a file");
  check_can_write(folder / "file");
  check_can_write(folder / "taken/model");
  says(folder / std::string(300, 'n'), "File name too long", "choose a shorter name");

  // To root every folder is writable.
  if (geteuid() != 0) {
    fs::permissions(folder / "taken", fs::perms::owner_read | fs::perms::owner_exec);
    says_at_once(folder / "taken/model", "Permission denied", "choose a folder that you may write to");
    fs::permissions(folder / "taken", fs::perms::owner_all);
  }
  CHECK(read_bytes(folder / "file") == "old");
  CHECK(folder.entries() == 2);
}

TEST_CASE("atomic file: a device or a pipe is not replaced", "[core]") {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THAT(message_of_writing(pipe), ContainsSubstring("not a regular file"));
  CHECK(fs::is_fifo(pipe));
  fs::create_symlink("/dev/null", folder / "link");
  CHECK_THAT(message_of_writing(folder / "link"), ContainsSubstring("not a regular file"));
  CHECK(fs::is_symlink(folder / "link"));
}

TEST_CASE("atomic file: a link stays, the file behind it is replaced", "[core]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "elsewhere");
  write_bytes(folder / "elsewhere/real", "old");
  fs::create_symlink("elsewhere/real", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_bytes(folder / "elsewhere/real") == "new");
}

TEST_CASE("atomic file: writers at the same time leave one of their files whole", "[core]") {
  const TemporaryFolder folder;
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.emplace_back([&folder, letter] {
      for (int round = 0; round < 5; ++round) write_file_atomically(folder / "model", std::string(100000, letter));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string bytes = read_bytes(folder / "model");
  REQUIRE(bytes.size() == 100000);
  CHECK(bytes == std::string(100000, bytes[0]));
  CHECK(folder.entries() == 1);
}

TEST_CASE("atomic file: killed at any moment, the old file or the new one is there, whole", "[core]") {
  const TemporaryFolder folder;
  const std::string contents[] = {std::string(300000, 'a'), std::string(200000, 'b')};
  write_file_atomically(folder / "model", contents[0]);
  int wrong = 0;
  for (int kill_after = 0; kill_after < 20; ++kill_after) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0;; ++i) write_file_atomically(folder / "model", contents[i % 2]);
    }
    REQUIRE(child > 0);
    std::this_thread::sleep_for(std::chrono::microseconds(500 * kill_after));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const std::string bytes = read_bytes(folder / "model");
    wrong += bytes != contents[0] && bytes != contents[1];
  }
  CHECK(wrong == 0);
}

TEST_CASE("atomic file: a new file keeps the old one's permissions", "[core]") {
  const TemporaryFolder folder;
  for (const mode_t mode : {0600, 0640, 0444, 0755}) {
    write_bytes(folder / "model", "old");
    REQUIRE(chmod((folder / "model").c_str(), mode) == 0);
    write_file_atomically(folder / "model", "new");
    struct stat status {};
    REQUIRE(stat((folder / "model").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == mode);
    CHECK(read_bytes(folder / "model") == "new");
    fs::remove(folder / "model");
  }
}

TEST_CASE("atomic file: what killed writers left is removed, what somebody writes is not", "[core]") {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const std::string large(1 << 20, 'x');
    const std::vector<std::string_view> parts(10000, large);
    write_file_atomically(folder / "model", parts);
    _exit(0);
  }
  REQUIRE(child > 0);
  while (folder.entries() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  write_bytes(folder / ".model.123.tmp", "someone else's");
  write_bytes(folder / "model.123-1.tmp", "someone else's");
  write_bytes(folder / ".model.999999-1.tmp", "left");

  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the child's lock follows its file
  remove_old_temporaries(folder.path());
  CHECK(folder.entries() == 3);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  remove_old_temporaries(folder.path());
  CHECK(folder.entries() == 2);
  CHECK(fs::exists(folder / ".model.123.tmp"));
  CHECK(fs::exists(folder / "model.123-1.tmp"));
  remove_old_temporaries(folder / "missing");
}

TEST_CASE("atomic file: writers never lose their temporaries to one that cleans up", "[core]") {
  const TemporaryFolder folder;
  std::atomic<bool> done = false;
  std::thread cleaner([&] {
    while (!done) remove_old_temporaries(folder.path());
  });
  std::string failure;
  for (int round = 0; round < 300 && failure.empty(); ++round) failure = message_of_writing(folder / "model");
  done = true;
  cleaner.join();
  CHECK(failure == "");
  CHECK(folder.entries() == 1);
}
