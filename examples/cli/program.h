#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "core/check.h"

namespace CLI {
class App;
}

namespace onefold {

/// The exit codes of programs. A program stopped by a signal exits with 128 + its number: Ctrl-C gives 130.
enum ExitCode : int { kSuccess = 0, kRunTimeError = 1, kUsageError = 2, kNonFiniteLoss = 3 };

/// Options that cannot be combined: like an error of the option parser, this ends a program with kUsageError.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A loss or a weight that is NaN or infinite: ends a program with kNonFiniteLoss.
class NonFiniteLoss : public Error {
 public:
  using Error::Error;
};

/// Thrown when a program stops because of a signal; the exit code is 128 + the signal's number.
class Interrupted : public std::runtime_error {
 public:
  Interrupted(int signal, const std::string& message) : std::runtime_error(message), signal_(signal) {}
  int signal() const { return signal_; }
  int exit_code() const { return 128 + signal_; }

 private:
  int signal_;
};

/// What --help says about a program, apart from its options.
struct About {
  std::string purpose;  // one sentence
  std::string example;  // the options of a typical call
  std::string chapter;  // the page that explains it, such as "docs/15-int8.md"
};

/// Runs a program from its arguments to its exit code: declares the options, parses the arguments, runs the body.
///
/// --help and --version print to stdout and return 0. Errors are printed to stderr as "NAME: error: ..." and become the
/// codes above; failing to write standard output is an error, too. `body` returns kSuccess; `app` tells it which
/// options were given.
int run_program(int argc, const char* const* argv, const About& about,
                const std::function<void(CLI::App& app)>& add_options,
                const std::function<int(const CLI::App& app)>& body);

/// What `body` returns; errors are reported and become exit codes as in run_program().
int exit_code_of(const std::string& program, const std::function<int()>& body);

/// What --help says about a lesson.
About about_lesson(int argc, const char* const* argv);

/// A lesson: a program without options of its own.
int run_lesson(int argc, const char* const* argv, const std::function<void()>& lesson);

}  // namespace onefold
