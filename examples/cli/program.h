#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/check.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

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

/// What the value of an option must be.
struct Rule {
  std::function<std::string(std::string& text)>
      complaint;           // empty if there is none; may bring the text to another form
  std::string shown = {};  // in --help
};

/// One of these, which --help and the message list.
Rule one_of(const std::vector<std::string>& choices);

/// An option while it is declared; each function returns the same one.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option value_name(const std::string& name) const;  // in --help; a type's name is the default
  Option default_text(const std::string& text) const;
  Option rule(const Rule& rule) const;  // at most one
  Option required(bool is_required = true) const;
  Option values(int lowest, int highest) const;  // how many there may be after the option's name
  Option separated_by(char separator) const;
  Option keep_all() const;  // the values of an option that is repeated; otherwise the last one counts
  Option needs(const Option& other) const;

 private:
  CLI::Option* option_;
};

/// Where the value of an option goes.
using Value = std::variant<int64_t*, uint64_t*, double*, bool*, std::string*, std::filesystem::path*,
                           std::optional<int64_t>*, std::optional<std::string>*, std::optional<std::filesystem::path>*,
                           std::vector<std::string>*, std::vector<std::filesystem::path>*>;

/// The options of a program: a cover of CLI11, whose header takes longer to compile than most programs.
class CommandLine {
 public:
  explicit CommandLine(std::shared_ptr<CLI::App> app) : app_(std::move(app)) {}

  /// The heading in --help of the options that follow.
  void group(const std::string& name);

  /// An option, such as "--batch,--batch-size"; without dashes, an argument.
  Option add_option(const std::string& names, Value value, const std::string& help);
  Option add_flag(const std::string& name, bool* value, const std::string& help);

  /// An option that hands its values to a function.
  Option add_function(const std::string& name, const std::function<void(const std::vector<double>&)>& take,
                      const std::string& help);

  /// A command with options of its own; a program that has any needs one.
  CommandLine add_command(const std::string& name, const std::string& purpose);

  /// The command that was given. Throws UsageError if there is none, it is unknown, or more words follow than it takes.
  std::string command() const;

  size_t count(const std::string& name) const;  // how often an option was given
  std::string lines() const;                    // all options with their values

 private:
  std::shared_ptr<CLI::App> app_;
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
/// codes above; failing to write standard output is an error, too. `body` returns kSuccess; `line` tells it which
/// options were given.
int run_program(int argc, const char* const* argv, const About& about,
                const std::function<void(CommandLine& line)>& add_options,
                const std::function<int(const CommandLine& line)>& body);

/// What `body` returns; errors are reported and become exit codes as in run_program().
int exit_code_of(const std::string& program, const std::function<int()>& body);

/// What --help says about a lesson.
About about_lesson(int argc, const char* const* argv);

/// A lesson: a program without options of its own.
int run_lesson(int argc, const char* const* argv, const std::function<void()>& lesson);

}  // namespace onefold
