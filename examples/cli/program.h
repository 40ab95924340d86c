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

/// What --help says of a program, beside its options.
struct About {
  std::string purpose;  // one sentence
  std::string example;  // the options of a typical call
  std::string chapter;  // the page that explains it, such as "docs/15-int8.md"
};

/// A program from its arguments to its exit code: declares the options, parses the arguments, runs the body.
///
/// --help and --version go to stdout and give 0. Errors go to stderr as "NAME: error: ..." and become the codes above;
/// so does a standard output that cannot be written. `body` returns kSuccess, and sees which options were given in
/// `app`.
int run_program(int argc, const char* const* argv, const About& about,
                const std::function<void(CLI::App& app)>& add_options,
                const std::function<int(const CLI::App& app)>& body);

/// The end of any program: what `body` returns, or an error as run_program() has it.
int exit_code_of(const std::string& program, const std::function<int()>& body);

/// What --help says of a lesson.
About about_lesson(int argc, const char* const* argv);

/// A lesson: a program without options of its own.
int run_lesson(int argc, const char* const* argv, const std::function<void()>& lesson);

}  // namespace onefold
