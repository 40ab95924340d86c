#include "examples/cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <new>

#include "core/parallel.h"
#include "examples/cli/build_info.h"  // written by examples/CMakeLists.txt
#include "onefold/version.h"

namespace onefold {

namespace {

std::string program_name(int argc, const char* const* argv) {
  return argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "onefold";
}

/// "evaluate (onefold 0.1, af2a4c6d9e01, kernels x86-64-v4, 512-bit vectors with -O3 ...)".
std::string version_text(const std::string& program) {
  return program + " (onefold " + ONEFOLD_VERSION + ", " + (*kBuildCommit ? kBuildCommit : "commit unknown") +
         ", kernels " + cpu_level() + ", " + std::to_string(simd_bits()) + "-bit vectors with " + kBuildFlags + ")";
}

/// A full disk shows only when the last bytes are written: without this, lost results would count as success.
void flush_standard_output() {
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  check(written, "standard output could not be written: is the disk full?");
}

/// The text without control characters: file names and contents may hold some that a terminal would obey.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; }, '?');
  return text;
}

int report_error(const std::string& program, const std::string& message, int exit_code) {
  std::cerr << program + ": error: " + printable(message) + '\n';  // at once: other processes may write, too
  return exit_code;
}

/// --threads refuses more threads than cores; OMP_NUM_THREADS allows them, because tests need them.
void warn_of_too_many_threads(const std::string& program) {
  if (threads() <= usable_cores()) return;
  std::cerr << program << ": warning: OMP_NUM_THREADS asks for " << threads() << " threads, but this process may use "
            << usable_cores() << (usable_cores() == 1 ? " core" : " cores")
            << ", for which more threads only compete\n";
}

}  // namespace

int exit_code_of(const std::string& program, const std::function<int()>& body) {
  try {
    const int exit_code = body();
    flush_standard_output();
    return exit_code;
  } catch (const UsageError& error) {
    return report_error(program, std::string(error.what()) + "\nSee " + program + " --help.", kUsageError);
  } catch (const NonFiniteLoss& error) {
    return report_error(program, error.what(), kNonFiniteLoss);
  } catch (const Interrupted& interrupted) {
    std::cerr << program << ": " << printable(interrupted.what()) << '\n';
    return interrupted.exit_code();
  } catch (const std::bad_alloc&) {
    return report_error(program, "out of memory: use a smaller batch or network", kRunTimeError);
  } catch (const std::exception& error) {
    return report_error(program, error.what(), kRunTimeError);
  }
}

Rule one_of(const std::vector<std::string>& choices) {
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : ",") + choice;  // the first may be empty
  list = "{" + list + "}";
  return {[choices, list](const std::string& text) {
            return std::ranges::find(choices, text) == choices.end() ? text + " not in " + list : "";
          },
          list};
}

Option Option::value_name(const std::string& name) const { return option_->type_name(name), *this; }
Option Option::default_text(const std::string& text) const { return option_->default_str(text), *this; }
Option Option::rule(const Rule& rule) const {
  return option_->transform(CLI::Validator(rule.complaint, rule.shown)), *this;
}
Option Option::required(bool is_required) const { return option_->required(is_required), *this; }
Option Option::values(int lowest, int highest) const { return option_->expected(lowest, highest), *this; }
Option Option::separated_by(char separator) const { return option_->delimiter(separator), *this; }
Option Option::keep_all() const { return option_->take_all(), *this; }
Option Option::needs(const Option& other) const { return option_->needs(other.option_), *this; }

void CommandLine::group(const std::string& name) { app_->option_defaults()->group(name); }

Option CommandLine::add_option(const std::string& names, Value value, const std::string& help) {
  return Option(std::visit([&](auto* to) { return app_->add_option(names, *to, help); }, value));
}

Option CommandLine::add_flag(const std::string& name, bool* value, const std::string& help) {
  return Option(app_->add_flag(name, *value, help));
}

Option CommandLine::add_function(const std::string& name, const std::function<void(const std::vector<double>&)>& take,
                                 const std::string& help) {
  return Option(app_->add_option_function<std::vector<double>>(name, take, help));
}

CommandLine CommandLine::add_command(const std::string& name, const std::string& purpose) {
  app_->require_subcommand(0, 1);
  app_->allow_extras();  // command() says what is wrong
  app_->fallthrough();   // options of the program may also follow the command
  return CommandLine({app_, app_->add_subcommand(name, purpose)});
}

std::string CommandLine::command() const {
  const std::vector<std::string> unknown = app_->remaining(/*recurse=*/true);
  const auto given = app_->get_subcommands();
  if (given.empty()) {
    std::string all;
    for (const CLI::App* command : app_->get_subcommands([](const CLI::App*) { return true; })) {
      all += " " + command->get_name();
    }
    throw UsageError((unknown.empty() ? "no command" : "there is no command " + unknown.front()) + "; there are" + all);
  }
  const std::string command = given.front()->get_name();
  if (unknown.empty()) return command;
  throw UsageError(app_->get_name() + " " + command + " does not take " + unknown.front() + ": leave it out");
}

size_t CommandLine::count(const std::string& name) const { return app_->count(name); }
std::string CommandLine::lines() const { return app_->config_to_str(/*default_also=*/true); }

int run_program(int argc, const char* const* argv, const About& about,
                const std::function<void(CommandLine& line)>& add_options,
                const std::function<int(const CommandLine& line)>& body) {
  const std::string name = program_name(argc, argv);
  return exit_code_of(name, [&] {
    const auto app = std::make_shared<CLI::App>(about.purpose, name);
    app->set_version_flag("--version", version_text(name), "Print version and build, and exit");
    app->option_defaults()->always_capture_default();  // for the help
    app->option_defaults()->take_last();               // if an option is repeated
    CommandLine line(app);
    add_options(line);
    try {
      app->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      std::cout << app->help() << "\nExample: build/examples/" << name << (about.example.empty() ? "" : " ")
                << about.example << "\nChapter: " << about.chapter << '\n';
      return int{kSuccess};
    } catch (const CLI::CallForVersion& version) {
      std::cout << version.what() << '\n';
      return int{kSuccess};
    } catch (const CLI::ParseError& error) {
      throw UsageError(error.what());
    }
    warn_of_too_many_threads(name);
    return body(line);
  });
}

About about_lesson(int argc, const char* const* argv) {
  std::string page = program_name(argc, argv);
  std::replace(page.begin(), page.end(), '_', '-');  // 01_tensors: docs/01-tensors.md
  if (page == "13-rep-optimizer") page = "13-weights-for-weights";
  return {"A lesson: its chapter explains what it prints, its source shows how.", "", "docs/" + page + ".md"};
}

int run_lesson(int argc, const char* const* argv, const std::function<void()>& lesson) {
  return run_program(
      argc, argv, about_lesson(argc, argv), [](CommandLine&) {},
      [&](const CommandLine&) {
        lesson();
        return int{kSuccess};
      });
}

}  // namespace onefold
