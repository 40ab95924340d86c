#include "examples/support/html.h"

#include <cmath>
#include <cstdio>

#include "examples/support/page_style.h"

namespace onefold {

Html text(std::string_view plain) {
  Html result;
  for (char character : plain) {
    switch (character) {
      case '&': result.markup += "&amp;"; break;
      case '<': result.markup += "&lt;"; break;
      case '>': result.markup += "&gt;"; break;
      case '"': result.markup += "&quot;"; break;
      case '\'': result.markup += "&#39;"; break;
      default: result.markup += character;
    }
  }
  return result;
}

namespace {

std::string open_tag(std::string_view tag, const Attributes& attributes) {
  std::string markup = "<" + std::string(tag);
  for (const auto& [name, value] : attributes) markup += " " + name + "=\"" + text(value).markup + "\"";
  return markup;
}

}  // namespace

Html element(std::string_view tag, const Attributes& attributes, const Html& content) {
  return {open_tag(tag, attributes) + ">" + content.markup + "</" + std::string(tag) + ">"};
}

Html element(std::string_view tag, const Attributes& attributes) { return {open_tag(tag, attributes) + "/>"}; }

Html element(std::string_view tag, const Html& content) { return element(tag, {}, content); }

Html element(std::string_view tag, std::string_view content) { return element(tag, {}, text(content)); }

std::string coordinate(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f", std::isfinite(value) ? value : 0.0);
  std::string result = digits;
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.') result.pop_back();
  return result == "-0" ? "0" : result;
}

Html straight(const std::string& kind, double x1, double y1, double x2, double y2) {
  return element("line", {{"class", kind},
                          {"x1", coordinate(x1)},
                          {"y1", coordinate(y1)},
                          {"x2", coordinate(x2)},
                          {"y2", coordinate(y2)}});
}

Html svg(double width, double height, const std::string& label, const Html& content) {
  return element("svg",
                 {{"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                  {"role", "img"},
                  {"aria-label", label}},
                 element("title", label) + content);
}

Html figure(const Html& caption, const Html& content) {
  return element("figure", element("figcaption", caption) + content);
}

Html table(const Table& table) {
  Html head, body;
  bool has_head = false;
  for (const Table::Column& column : table.columns) {
    head += element("th", {{"scope", "col"}, {"class", column.number ? "number" : "name"}}, text(column.name));
    has_head = has_head || !column.name.empty();
  }
  for (size_t r = 0; r < table.rows.size(); ++r) {
    Html cells;
    for (size_t c = 0; c < table.rows[r].size(); ++c) {
      const std::string kind = table.columns[c].number ? "number" : "name";
      const Html cell = text(table.rows[r][c]);
      cells += c == 0 ? element("th", {{"scope", "row"}}, cell) : element("td", {{"class", kind}}, cell);
    }
    const bool total = table.last_is_total && r + 1 == table.rows.size();
    body += element("tr", total ? Attributes{{"class", "total"}} : Attributes{}, cells) + Html{"\n"};
  }
  const Html content = (has_head ? element("thead", element("tr", head)) : Html{}) + element("tbody", body);
  return element("div", {{"class", "scroll"}, {"role", "region"}, {"aria-label", "table"}, {"tabindex", "0"}},
                 element("table", content));
}

Html headlines(const std::vector<Headline>& all) {
  Html cards;
  for (const Headline& headline : all) {
    cards += element("div", element("dt", headline.meaning) + element("dd", headline.value));
  }
  return element("dl", {{"class", "headlines"}}, cards);
}

Html section(std::string_view heading, std::string_view lead, const Html& content) {
  Html inside = element("h2", heading);
  if (!lead.empty()) inside += element("p", {{"class", "lead"}}, text(lead));
  return element("section", inside + content) + Html{"\n"};
}

std::string page(std::string_view title, const Html& lead, const Html& content) {
  const Html head = Html{"<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"} +
                    element("title", title) + Html{"\n<style>\n" + page_style() + "</style>\n"};
  const Html body = element("header", element("h1", title) + lead) + element("main", Html{"\n"} + content);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n" + head.markup + "</head>\n<body>\n" + body.markup +
         "\n</body>\n</html>\n";
}

}  // namespace onefold
