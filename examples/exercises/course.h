// The exercises of all chapters, as course.json lists them, and what happens when one is tried.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onefold {

/// A change of a solution that a check must refuse, with words of the hint that names it.
struct WrongVariant {
  std::string from, to, says;
};

/// A wrong answer to a question, and the hint that names the mistake.
struct WrongAnswer {
  double answer;
  std::string says;
};

/// One exercise: a function to write, or, if `question` is not empty, a number to predict before a program prints it.
struct Exercise {
  std::string id;  // "05.1": chapter and place in it
  std::string title;
  std::string page;
  std::vector<std::string> hints;

  std::filesystem::path folder;  // the learner's copy of examples/exercises/, or ""
  std::string file;              // of the stub, such as "05_winograd_by_hand/2_layer.cpp": below that folder, and
  std::filesystem::path stub;    // there; its solution is below examples/exercises/solutions/
  std::filesystem::path solution;
  std::filesystem::path work;  // where programs for attempts are built, and what is solved is kept
  std::vector<WrongVariant> wrong_variants;

  std::string question;
  std::string program;  // a lesson that prints the number, and
  std::string pattern;  // a regular expression with the number as its one group
  double within = 0;    // how far an answer may be off
  std::vector<WrongAnswer> wrong_answers;

  bool is_question() const { return !question.empty(); }
};

/// All exercises in their order. The learner's files are those in `folder`, a copy of examples/exercises/, or, for "",
/// that folder itself. Throws Error if course.json is not as expected, and if there is no such folder.
std::vector<Exercise> load_course(const std::filesystem::path& folder);

/// The exercises that `which` names: one as "05.1" or "5.1", a chapter as "05" or "5", all for "". Throws UsageError,
/// listing what there is, if there are none.
std::vector<Exercise> select(const std::vector<Exercise>& course, const std::string& which);

enum class Outcome { kPassed, kFailed, kNotCompiled, kCrashed };

struct Attempt {
  Outcome outcome;
  std::string report;  // what the learner is shown
};

/// Compiles a source in place of the exercise's stub, links it with the exercise's check and runs that. `work` is the
/// path of the program that is built.
Attempt attempt(const Exercise& exercise, const std::filesystem::path& source, const std::filesystem::path& work);

/// The number that the question's program prints. Throws Error if the program fails or prints no such number.
double printed_number(const Exercise& question);

/// All of a file. Throws Error if it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Whether the learner has solved it: kept until the stub is changed again.
bool is_solved(const Exercise& exercise);
void set_solved(const Exercise& exercise, bool solved);

/// A file in the exercise's work folder.
std::filesystem::path work_file(const Exercise& exercise, const std::string& what);

}  // namespace onefold
