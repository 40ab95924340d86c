#include "examples/cli/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/catch.h"

using namespace onefold;

namespace {

/// What `body` ends with in a process of its own: its exit code, or minus the signal that killed it.
template <class Body>
int status_of(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("stop signals: the first sets a flag, which is thrown with its exit code", "[examples]") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CHECK(status_of([signal] {
            catch_stop_signals();
            stop_if_signalled();
            std::raise(signal);
            if (stop_signal() != signal) return 1;
            try {
              stop_if_signalled();
            } catch (const Interrupted& interrupted) {
              return interrupted.exit_code();
            }
            return 2;
          }) == 128 + signal);
  }
}

TEST_CASE("stop signals: a second one ends the program at once", "[examples]") {
  CHECK(status_of([] {
          catch_stop_signals();
          std::raise(SIGINT);
          std::raise(SIGTERM);
          return 1;
        }) == 128 + SIGTERM);
}

TEST_CASE("stop signals: one that was switched off stays off", "[examples]") {
  CHECK(status_of([] {
          std::signal(SIGINT, SIG_IGN);
          catch_stop_signals();
          std::raise(SIGINT);
          return stop_signal();
        }) == 0);
}
