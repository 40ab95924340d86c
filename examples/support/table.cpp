#include "examples/support/table.h"

#include <algorithm>

namespace onefold {

namespace {

/// Characters as a terminal shows them: bytes that continue a UTF-8 character take no place.
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

}  // namespace

std::string text_table(const Table& table) {
  std::vector<std::string> head;
  std::vector<size_t> widths;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    head.push_back(table.columns[c].name);
    widths.push_back(width_of(head[c]));
    for (const std::vector<std::string>& row : table.rows) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  size_t total = 2 * (widths.size() - 1);
  for (size_t width : widths) total += width;

  const bool has_head = std::any_of(head.begin(), head.end(), [](const std::string& name) { return !name.empty(); });
  std::string lines = has_head ? text_row(table, head, widths) + std::string(total, '-') + "\n" : "";
  for (const std::vector<std::string>& row : table.rows) lines += text_row(table, row, widths);
  return lines;
}

}  // namespace onefold
