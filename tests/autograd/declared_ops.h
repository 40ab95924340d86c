#pragma once

// What autograd/ops.h and the headers of ops in autograd/annex/ declare, read from the files: so that a table of tests
// cannot miss an op.

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "tests/catch.h"

namespace onefold {

/// The name of a parameter in a declaration: "smoothing" of "Real smoothing = 0".
inline std::string parameter_name(std::string parameter) {
  parameter = parameter.substr(0, parameter.find('='));
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  const size_t end = parameter.find_last_of(letters);
  const size_t begin = parameter.find_last_not_of(letters, end);
  return parameter.substr(begin + 1, end - begin);
}

/// Adds every op that a header declares, as "name(parameter, parameter)".
inline void add_declared_ops(const std::string& header, std::set<std::string>& ops) {
  std::ifstream file(ONEFOLD_SOURCE_DIR "/autograd/" + header);
  REQUIRE(file);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("Variable ")) continue;
    for (std::string next; line.find(';') == std::string::npos && std::getline(file, next);) line += next;
    const size_t open = line.find('('), close = line.find(");");
    std::string op = line.substr(9, open - 9) + "(";
    for (size_t begin = open + 1; begin < close;) {
      const size_t end = std::min(line.find(',', begin), close);
      op += (begin > open + 1 ? ", " : "") + parameter_name(line.substr(begin, end - begin));
      begin = end + 1;
    }
    ops.insert(op + ")");
  }
}

inline std::set<std::string> declared_ops() {
  std::set<std::string> ops;
  add_declared_ops("ops.h", ops);
  const size_t of_spine = ops.size();
  add_declared_ops("annex/annex_ops.h", ops);
  add_declared_ops("annex/pooling_ops.h", ops);
  add_declared_ops("annex/survey_ops.h", ops);
  CHECK(of_spine >= 15);
  CHECK(ops.size() > of_spine);
  return ops;
}

/// `rows` maps each declaration to what is tested of it: an op without a row fails, and a row without an op.
template <class Rows>
void check_rows_are_declared_ops(const Rows& rows) {
  const std::set<std::string> declared = declared_ops();
  CHECK(declared.size() >= 20);
  for (const std::string& op : declared) {
    CAPTURE(op);
    CHECK(rows.contains(op));
  }
  for (const auto& [op, row] : rows) {
    CAPTURE(op);
    CHECK(declared.contains(op));
  }
}

}  // namespace onefold
