#include "examples/cli/drawing_lesson.h"

#include "core/files/atomic_file.h"
#include "examples/cli/program.h"

namespace onefold {

namespace {

/// Throws UsageError unless a lesson can draw to `where`, FILE.svg or a folder.
void check_place(const std::string& argument, const std::string& where) {
  const bool is_picture = argument.ends_with(".svg");
  if (where.empty() || (is_picture && !where.ends_with(".svg"))) {
    throw UsageError(argument + ": got " + (where.empty() ? "nothing" : where) + ", needs a name" +
                     (is_picture ? " that ends in .svg" : ""));
  }
  if (is_picture) check_can_write(where);
}

}  // namespace

int run_lesson(int argc, const char* const* argv, const std::string& argument, const std::string& description,
               const std::function<void(const std::string& where)>& lesson) {
  std::string where;
  return run_program(
      argc, argv, about_lesson(argc, argv),
      [&](CommandLine& line) { line.add_option(argument, &where, description).value_name(""); },
      [&](const CommandLine& line) {
        if (line.count(argument) > 0) check_place(argument, where);
        lesson(where);
        return int{kSuccess};
      });
}

}  // namespace onefold
