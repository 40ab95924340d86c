// The exercises of the chapters, which check themselves: lists, checks and explains them.
//
// Run     build/examples/learn next
// Time    about a second for each exercise
// Expect  the next exercise: its file, and how to check it

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/parallel.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/exercises/course.h"

using namespace onefold;

namespace {

/// The path as one types it from here.
std::string shown(const std::filesystem::path& path) {
  const std::string near = std::filesystem::proximate(path).string();
  return near.rfind("..", 0) == 0 ? path.string() : near;
}

std::string name(const Exercise& exercise) { return exercise.id + "  " + exercise.title; }

void list(const std::vector<Exercise>& course) {
  std::string page;
  for (const Exercise& exercise : course) {
    if (exercise.page != page) std::cout << (page.empty() ? "" : "\n") << exercise.page << '\n';
    page = exercise.page;
    std::cout << (is_solved(exercise) ? "  done  " : "        ") << name(exercise) << '\n';
  }
}

/// A command as one types it for this exercise.
std::string call(const std::string& command, const Exercise& exercise) {
  return "build/examples/learn " + (exercise.folder.empty() ? "" : "--folder " + shown(exercise.folder) + " ") +
         command + " " + exercise.id;
}

void show(const Exercise& exercise) {
  std::cout << name(exercise) << "\n  page     " << exercise.page << '\n';
  if (exercise.is_question()) {
    std::cout << "  " << exercise.question << "\n  answer   " << call("answer", exercise) << " NUMBER\n";
  } else {
    std::cout << "  edit     " << shown(exercise.stub) << "\n  then     " << call("check", exercise) << '\n';
  }
}

/// True if it is solved now.
bool check_one(const Exercise& exercise) {
  if (exercise.is_question()) {
    if (!is_solved(exercise)) return show(exercise), false;
    std::cout << "green  " << name(exercise) << "\n  you have answered it; the number: " << call("solution", exercise)
              << '\n';
    return true;
  }
  const Attempt tried = attempt(exercise, exercise.stub, work_file(exercise, ""));
  const bool passed = tried.outcome == Outcome::kPassed;
  set_solved(exercise, passed);
  std::cout << (passed ? "green  " : "red    ") << name(exercise) << '\n' << tried.report;
  if (!passed) std::cout << "  file      " << shown(exercise.stub) << ", page " << exercise.page << '\n';
  return passed;
}

int check_all(const std::vector<Exercise>& exercises) {
  int red = 0;
  for (const Exercise& exercise : exercises) red += !check_one(exercise);
  return red == 0 ? kSuccess : kRunTimeError;
}

/// The first exercise that is not solved, or null.
const Exercise* next_of(const std::vector<Exercise>& course) {
  for (const Exercise& exercise : course)
    if (!is_solved(exercise)) return &exercise;
  std::cout << "All " << course.size() << " exercises are solved.\n";
  return nullptr;
}

/// Returns once `done` does.
template <class Done>
void wait_until(const Done& done) {
  std::cout.flush();
  while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

void watch(const std::vector<Exercise>& course) {
  // Editors replace a file in steps: for a moment, none may be there.
  const auto saved = [](const Exercise& exercise) {
    std::error_code missing;
    return std::filesystem::last_write_time(exercise.stub, missing);
  };
  while (const Exercise* exercise = next_of(course)) {
    std::cout << '\n';
    if (exercise->is_question()) {
      show(*exercise);
      std::cout << "  then     in another terminal; watch goes on once it is right\n";
      wait_until([&] { return is_solved(*exercise); });
      continue;
    }
    const auto seen = saved(*exercise);
    if (!check_one(*exercise)) wait_until([&] { return exists(exercise->stub) && saved(*exercise) != seen; });
  }
}

void hint(const Exercise& exercise) {
  for (size_t i = 0; i < exercise.hints.size(); ++i) std::cout << i + 1 << ". " << exercise.hints[i] << '\n';
}

void show_solution(const Exercise& exercise) {
  if (exercise.is_question()) {
    std::cout << exercise.program << " prints " << printed_number(exercise) << '\n';
  } else {
    std::cout << read_text(exercise.solution);
  }
}

/// The number as typed. Throws UsageError if it is none.
double to_number(const std::string& typed, const Exercise& question) {
  std::istringstream text(typed);
  double number = 0;
  if (text >> number && text.eof() && std::isfinite(number)) return number;
  throw UsageError((typed.empty() ? "no answer" : "the answer " + typed) +
                   ", but a number was expected: " + call("answer", question) + " NUMBER");
}

/// What there is to say about a wrong answer: the mistake that it is known to come from, or on which side it is.
std::string hint_for(double answered, double printed, const Exercise& question) {
  for (const WrongAnswer& wrong : question.wrong_answers)
    if (std::abs(answered - wrong.answer) <= question.within) return wrong.says;
  const bool close = std::abs(answered - printed) <= std::abs(printed) / 10;
  return std::string(close ? "close, but " : "") + "too " + (answered < printed ? "small" : "large") + "; see " +
         question.page;
}

int answer(const Exercise& question, const std::string& typed) {
  if (!question.is_question()) {
    throw UsageError("exercise " + question.id + " asks for code, not for a number: " + call("check", question));
  }
  const double answered = to_number(typed, question);
  std::cerr << "running " << question.program << ", which prints the answer" << std::endl;
  const double printed = printed_number(question);
  const bool right = std::abs(answered - printed) <= question.within;
  set_solved(question, right);
  if (right) {
    std::cout << "green  " << name(question) << "\n  " << question.program << " prints " << printed << '\n';
    return kSuccess;
  }
  std::cout << "red    " << name(question) << "\n  hint      " << hint_for(answered, printed, question) << '\n';
  std::cout << "  got       " << answered << "; try again, or see " << call("hint", question) << '\n';
  return kRunTimeError;
}

/// What the course promises: each stub compiles and fails its check, each solution passes, each wrong variant is
/// refused with its hint, each question's program prints the number, and no listed wrong answer is right.
int verify(const std::vector<Exercise>& course) {
  std::mutex one_at_a_time;
  int stubs = 0, solutions = 0, variants = 0, questions = 0, failures = 0;
  const auto count = [&](bool good, int& counter, const std::string& what, const std::string& report) {
    const std::scoped_lock lock(one_at_a_time);
    ++(good ? counter : failures);
    if (!good) std::cout << what << '\n' << report << '\n';
  };
  const auto verify_code = [&](const Exercise& exercise) {
    const std::filesystem::path work = work_file(exercise, ".verify");
    const Attempt stub = attempt(exercise, exercise.stub, work);
    count(stub.outcome == Outcome::kFailed, stubs, exercise.id + ": the stub does not fail its check", stub.report);
    const Attempt solution = attempt(exercise, exercise.solution, work);
    count(solution.outcome == Outcome::kPassed, solutions, exercise.id + ": the solution fails", solution.report);
    const std::string text = read_text(exercise.solution);
    for (const WrongVariant& wrong : exercise.wrong_variants) {
      const size_t place = text.find(wrong.from);
      const bool once = place != std::string::npos && text.find(wrong.from, place + 1) == std::string::npos;
      const std::filesystem::path changed = work_file(exercise, ".wrong.cpp");
      if (once) std::ofstream(changed) << std::string(text).replace(place, wrong.from.size(), wrong.to);
      const Attempt tried = once ? attempt(exercise, changed, work)
                                 : Attempt{Outcome::kNotCompiled, "the solution does not have it once"};
      count(tried.outcome == Outcome::kFailed && tried.report.find(wrong.says) != std::string::npos, variants,
            exercise.id + ": not refused with \"" + wrong.says + "\": " + wrong.from + " -> " + wrong.to, tried.report);
    }
  };
  const auto verify_question = [&](const Exercise& question) {
    const double printed = printed_number(question);
    bool good = true;
    for (const WrongAnswer& wrong : question.wrong_answers) good &= std::abs(wrong.answer - printed) > question.within;
    count(good, questions, question.id + ": a wrong answer is right", std::to_string(printed));
  };
  parallel_for(int64_t(course.size()), 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      const Exercise& exercise = course[size_t(i)];
      exercise.is_question() ? verify_question(exercise) : verify_code(exercise);
    }
  });
  std::cout << stubs << " stubs fail by their own check, " << solutions << " solutions pass, " << variants
            << " wrong variants are refused with their hint, " << questions << " questions have their answer; "
            << failures << " failures\n";
  return failures == 0 ? kSuccess : kRunTimeError;
}

}  // namespace

int main(int argc, char** argv) {
  std::string which, folder, number;
  const auto add = [&](CommandLine& line, const char* command, const char* purpose) {
    CommandLine sub = line.add_command(command, purpose);
    sub.add_option("EXERCISE", &which, "such as 05.1; 05 is all of chapter 5");
    return sub;
  };
  return run_program(
      argc, argv, {"The exercises of the chapters, which check themselves.", "next", "docs/README.md"},
      [&](CommandLine& line) {
        line.add_option("--folder", &folder, "your copy of examples/exercises/, if you work on one")
            .rule(name_of("a folder"));
        add(line, "list", "List the exercises, and which are done");
        line.add_command("next", "Show the first exercise that is not done");
        add(line, "check", "Compile your file and check it");
        add(line, "hint", "Say something that helps");
        add(line, "solution", "Print a solution");
        add(line, "answer", "Answer a question").add_option("NUMBER", &number, "your prediction");
        line.add_command("watch", "Check the next exercise whenever you save its file");
        add(line, "verify", "Check the exercises themselves");
      },
      [&](const CommandLine& line) {
        const std::string command = line.command();
        const bool needs_one = command != "list" && command != "next" && command != "watch" && command != "verify";
        if (needs_one && which.empty()) {
          throw UsageError("learn " + command + " needs an exercise, such as learn " + command +
                           " 05.1; learn list shows what there is");
        }
        const std::vector<Exercise> course = load_course(folder), selected = select(course, which);
        if (command == "check") return check_all(selected);
        if (command == "verify") return verify(selected);
        if (needs_one && selected.size() > 1) {
          throw UsageError("learn " + command + " needs one exercise, such as learn " + command + " " +
                           selected.front().id + ", but got " + which + ", which is a chapter");
        }
        if (command == "answer") return answer(selected.front(), number);
        if (command == "list") list(selected);
        if (command == "watch") watch(course);
        if (command == "hint") hint(selected.front());
        if (command == "solution") show_solution(selected.front());
        if (command == "next") {
          const Exercise* exercise = next_of(course);
          if (exercise) show(*exercise);
        }
        return int(kSuccess);
      });
}
