#include "examples/exercises/course.h"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "core/check.h"
#include "examples/cli/program.h"
#include "examples/exercises/build_paths.h"  // written by examples/CMakeLists.txt

namespace onefold {
namespace {

namespace fs = std::filesystem;

const fs::path kSources = fs::path(kSourceFolder) / "examples/exercises";
const fs::path kBuilt = kExercisesFolder;  // the generated script, and all that attempts leave behind

std::string quoted(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Runs a command with its output in a file. Returns its exit code; 128 + the signal that ended it.
int run(const std::string& command, const fs::path& output) {
  const int status = std::system((command + " >" + quoted(output) + " 2>&1").c_str());
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Of a compiler's output the first error with its line of code.
std::string first_error(const std::string& output) {
  std::istringstream lines(output);
  std::string line, report;
  int shown = 0;
  while (shown < 3 && std::getline(lines, line)) {
    if (shown == 0 && line.find("error: ") == std::string::npos && line.find("undefined ") == std::string::npos)
      continue;
    report += line + "\n";
    ++shown;
    if (line.find("undefined ") != std::string::npos)
      return report + "The check calls this function: keep its name and its parameters as they were.\n";
  }
  return shown > 0 ? report : output;
}

fs::path check_object(const Exercise& exercise) {
  const std::string name = exercise.file.substr(0, exercise.file.size() - 4) + ".check.cpp";
  std::istringstream objects(read_text(kBuilt / "objects.txt"));
  for (std::string object; std::getline(objects, object);)
    if (object.find(name) != std::string::npos) return object;
  throw Error("exercise " + exercise.id + " has no check in this build: build again");
}

Exercise parse(const nlohmann::json& chapter, const nlohmann::json& entry, size_t place, const fs::path& learners) {
  const std::string folder = chapter.at("folder");
  Exercise exercise;
  exercise.id = folder.substr(0, 2) + "." + std::to_string(place);
  exercise.title = entry.at("title");
  exercise.page = entry.value("page", chapter.at("page").get<std::string>());
  exercise.hints = entry.at("hints");
  exercise.folder = learners;
  exercise.work = learners.empty() ? kBuilt / "work" : learners / "work";
  if (entry.contains("question")) {
    exercise.question = entry.at("question");
    exercise.program = entry.at("program");
    exercise.pattern = entry.at("pattern");
    exercise.within = entry.at("within");
    for (const auto& wrong : entry.at("wrong"))
      exercise.wrong_answers.push_back({wrong.at("answer"), wrong.at("says")});
  } else {
    exercise.file = folder + "/" + std::to_string(place) + "_" + std::string(entry.at("name")) + ".cpp";
    exercise.stub = (learners.empty() ? kSources : learners) / exercise.file;
    exercise.solution = kSources / "solutions" / exercise.file;
    for (const auto& wrong : entry.at("wrong"))
      exercise.wrong_variants.push_back({wrong.at("from"), wrong.at("to"), wrong.at("says")});
  }
  return exercise;
}

}  // namespace

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  check(file.good(), "cannot read ", path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Exercise> load_course(const fs::path& folder) {
  check(folder.empty() || fs::is_directory(folder), "there is no folder ", folder.string(), ": copy ",
        kSources.string(), " to it");
  const fs::path path = kSources / "course.json";
  try {
    std::vector<Exercise> course;
    for (const auto& chapter : nlohmann::json::parse(read_text(path))) {
      size_t place = 0;
      for (const auto& entry : chapter.at("exercises")) course.push_back(parse(chapter, entry, ++place, folder));
    }
    return course;
  } catch (const nlohmann::json::exception& error) {
    throw Error(path.string() + ": " + error.what());
  }
}

std::vector<Exercise> select(const std::vector<Exercise>& course, const std::string& which) {
  const std::string wanted = which.size() > 1 && which[1] != '.' ? which : "0" + which;
  std::vector<Exercise> selected;
  for (const Exercise& exercise : course)
    if (which.empty() || exercise.id == wanted || exercise.id.substr(0, 2) == wanted) selected.push_back(exercise);
  if (selected.empty()) {
    std::string there_are;
    for (const Exercise& exercise : course) there_are += " " + exercise.id;
    throw UsageError("there is no exercise " + which + "; there are" + there_are);
  }
  return selected;
}

Attempt attempt(const Exercise& exercise, const fs::path& source, const fs::path& work) {
  check(fs::exists(source), "there is no file ", source.string());
  fs::create_directories(work.parent_path());
  const fs::path log = work.string() + ".log";
  const std::string compile = "sh " + quoted(kBuilt / "compile.sh") + " " + quoted(source) + " " +
                              quoted(check_object(exercise)) + " " + quoted(work);
  if (run(compile, log) != 0) return {Outcome::kNotCompiled, first_error(read_text(log))};
  const int code = run(quoted(work), log);
  // Of a failed assertion of the standard library, without the name of the function, which takes three lines.
  const std::string said = std::regex_replace(read_text(log), std::regex("[^\n]*: (Assertion )"), "$1");
  if (code == 0) return {Outcome::kPassed, said};
  if (code == 1) return {Outcome::kFailed, said};
  if (code == 128 + SIGALRM)
    return {Outcome::kCrashed, said + "It did not end within five seconds: does a loop never end?\n"};
  return {Outcome::kCrashed, said + "It crashed (exit code " + std::to_string(code) +
                                 "): is an index outside of a vector, is an integer divided by zero, or does a " +
                                 "function call itself without end?\n"};
}

double printed_number(const Exercise& question) {
  const fs::path program = fs::path(kProgramsFolder) / question.program;
  check(fs::exists(program), "there is no ", program.string(),
        ", which prints the answer: cmake --build build --target lessons");
  const fs::path log = work_file(question, ".output");
  fs::create_directories(log.parent_path());
  check(run(quoted(program), log) == 0, question.program, " failed; see ", log.string());
  const std::string output = read_text(log);
  std::smatch found;
  check(std::regex_search(output, found, std::regex(question.pattern)), question.program, " printed no \"",
        question.pattern, "\"; see ", log.string());
  return std::stod(found[1]);
}

fs::path work_file(const Exercise& exercise, const std::string& what) { return exercise.work / (exercise.id + what); }

bool is_solved(const Exercise& exercise) {
  const fs::path mark = work_file(exercise, ".solved");
  if (!fs::exists(mark)) return false;
  return exercise.is_question() || fs::last_write_time(mark) >= fs::last_write_time(exercise.stub);
}

void set_solved(const Exercise& exercise, bool solved) {
  const fs::path mark = work_file(exercise, ".solved");
  fs::create_directories(mark.parent_path());
  if (solved) {
    std::ofstream(mark) << "";
    // A file that was saved on a machine whose clock is ahead.
    if (!is_solved(exercise)) fs::last_write_time(mark, fs::last_write_time(exercise.stub));
  } else {
    fs::remove(mark);
  }
}

}  // namespace onefold
