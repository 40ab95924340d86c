#pragma once

#include <string>
#include <vector>

namespace onefold {

/// Rows of text under named columns, for a page (report/page.h) or for a terminal. The first cell of a row names it.
struct Table {
  struct Column {
    std::string name = {};
    bool number = false;  // aligned to the right
  };
  std::vector<Column> columns = {};  // all names empty: a table without a head
  std::vector<std::vector<std::string>> rows = {};
  bool last_is_total = false;  // sets the last row apart
};

/// As aligned text: two blanks between columns, names in several lines where they are wider than what stands below, a
/// rule below the head.
std::string text_table(const Table& table);

}  // namespace onefold
