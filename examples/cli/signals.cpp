#include "examples/cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "examples/cli/ranks.h"

namespace onefold {

namespace {

std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait for a lock");

/// Does only what a signal handler may do: set a flag, or _exit.
void on_signal(int signal) {
  if (first_signal != 0) _exit(128 + signal);
  first_signal = signal;
}

}  // namespace

void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;

    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;  // system calls in progress continue: the flag is checked between steps
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }
}

int stop_signal() { return first_signal; }

void stop_if_signalled() {
  if (const int signal = max_over_ranks(first_signal)) {
    throw Interrupted(signal, signal == SIGINT ? "interrupted" : "terminated");
  }
}

}  // namespace onefold
