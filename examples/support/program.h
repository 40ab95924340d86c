#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "core/check.h"

namespace CLI {
class App;
}

namespace onefold {

/// What a program's exit code says. A program that a signal stopped ends with 128 + its number: Ctrl-C gives 130.
enum ExitCode : int { kSuccess = 0, kRunTimeError = 1, kUsageError = 2, kNonFiniteLoss = 3 };

/// Options that do not go together: like an error of the option parser, it ends a program with kUsageError.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A loss or a weight that is NaN or infinite: ends a program with kNonFiniteLoss.
class NonFiniteLoss : public Error {
 public:
  using Error::Error;
};

/// Thrown where a program stops because of a signal; its exit code is 128 + the signal's number.
class Interrupted : public std::runtime_error {
 public:
  Interrupted(int signal, const std::string& message) : std::runtime_error(message), signal_(signal) {}
  int signal() const { return signal_; }
  int exit_code() const { return 128 + signal_; }

 private:
  int signal_;
};

/// A program from its arguments to its exit code: declares the options, parses the arguments, runs the body.
///
/// --help goes to stdout and gives 0. Errors go to stderr as "NAME: error: ..." and become the codes above; so does
/// a standard output that cannot be written. `body` returns kSuccess, and sees which options were given in `app`.
int run_program(int argc, const char* const* argv, const std::string& purpose,
                const std::function<void(CLI::App& app)>& add_options,
                const std::function<int(const CLI::App& app)>& body);

/// The end of any program: what `body` returns, or an error as run_program() has it.
int exit_code_of(const std::string& program, const std::function<int()>& body);

/// What --help says of a lesson.
inline constexpr const char* kLessonPurpose = "A lesson: its chapter explains what it prints, and its source how.";

/// A lesson: a program whose only option is --help.
int run_lesson(int argc, const char* const* argv, const std::function<void()>& lesson);

}  // namespace onefold
