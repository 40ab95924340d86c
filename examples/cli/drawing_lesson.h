#pragma once

#include <functional>
#include <string>

namespace onefold {

/// A lesson that can draw a picture. Its one optional argument says where to, and is empty if it was not given; --help
/// shows its name and description. An .svg file is checked for being writable before the lesson begins.
int run_lesson(int argc, const char* const* argv, const std::string& argument, const std::string& description,
               const std::function<void(const std::string& where)>& lesson);

}  // namespace onefold
