#pragma once

#include <string>
#include <vector>

namespace onefold {

/// Rows of text under named columns, for a page (report/page.h) or a terminal. The first cell of a row is its name.
struct Table {
  struct Column {
    std::string name = {};
    bool number = false;  // aligned to the right
  };
  std::vector<Column> columns = {};  // if all names are empty: a table without a header
  std::vector<std::vector<std::string>> rows = {};
  bool last_is_total = false;  // sets the last row apart
};

/// As aligned text: two spaces between columns, a rule below the header, and names wider than their columns wrapped
/// over several lines.
std::string text_table(const Table& table);

}  // namespace onefold
