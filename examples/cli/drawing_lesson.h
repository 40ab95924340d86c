#pragma once

#include <functional>
#include <string>

namespace onefold {

/// A lesson that draws where it is told to: its one argument, named and described for the help; empty where there was
/// none. A file, whose name here ends on .svg, is tried before the lesson begins.
int run_lesson(int argc, const char* const* argv, const std::string& argument, const std::string& description,
               const std::function<void(const std::string& where)>& lesson);

}  // namespace onefold
