#include "examples/cli/table.h"

#include <algorithm>
#include <sstream>

namespace onefold {

namespace {

/// Column names are not wrapped to less than this width.
constexpr size_t kNarrow = 10;

/// The width on a terminal: bytes that continue a UTF-8 character take no space.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string text_row(const Table& table, const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t c = 0; c < cells.size(); ++c) {
    const std::string blanks(widths[c] - width_of(cells[c]), ' ');
    line += (c > 0 ? "  " : "") + (table.columns[c].number ? blanks + cells[c] : cells[c] + blanks);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

/// A name wrapped to lines of at most `width`, or of its longest word: "largest", "difference", "inside".
std::vector<std::string> wrapped(const std::string& name, size_t width) {
  std::vector<std::string> lines = {""};
  std::istringstream words(name);
  for (std::string word; words >> word;) {
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (width_of(line) + 1 + width_of(word) <= width) {
      line += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace

std::string text_table(const Table& table) {
  std::vector<std::vector<std::string>> names;
  std::vector<size_t> widths;
  size_t total = 0, height = 0;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    size_t width = 0;
    for (const std::vector<std::string>& row : table.rows) width = std::max(width, width_of(row[c]));
    names.push_back(wrapped(table.columns[c].name, std::max(width, kNarrow)));
    for (const std::string& line : names[c]) width = std::max(width, width_of(line));
    widths.push_back(width);
    total += width + (c > 0 ? 2 : 0);
    if (!table.columns[c].name.empty()) height = std::max(height, names[c].size());
  }

  // Align the last lines of all names, above the rule.
  std::string lines;
  for (size_t h = height; h > 0; --h) {
    std::vector<std::string> cells;
    for (const std::vector<std::string>& name : names) cells.push_back(h <= name.size() ? name[name.size() - h] : "");
    lines += text_row(table, cells, widths);
  }
  if (height > 0) lines += std::string(total, '-') + "\n";
  for (const std::vector<std::string>& row : table.rows) lines += text_row(table, row, widths);
  return lines;
}

}  // namespace onefold
