#include "examples/report/page.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "examples/pictures/svg.h"
#include "examples/report/template.h"  // generated

namespace onefold {

using Json = nlohmann::ordered_json;

namespace {

/// JSON inside a script: no string in it may end the script ("</script>") or open a comment ("<!--").
std::string inlined(const Json& data) {
  std::string safe;
  for (const char character : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (character == '<') {
      safe += "\\u003c";
    } else {
      safe += character;
    }
  }
  return safe;
}

/// The template with each {{name}} replaced by its text; the texts themselves are not scanned.
std::string filled(std::string_view pattern, const std::map<std::string, std::string>& texts) {
  std::string result;
  for (size_t begin = pattern.find("{{"); begin != std::string_view::npos; begin = pattern.find("{{")) {
    const size_t end = pattern.find("}}", begin);
    result += pattern.substr(0, begin);
    result += texts.at(std::string(pattern.substr(begin + 2, end - begin - 2)));
    pattern.remove_prefix(end + 2);
  }
  return result.append(pattern);
}

}  // namespace

std::string page(const std::string& title, const std::string& lead, const std::vector<Headline>& headlines, Json data) {
  std::string summary;
  data["headlines"] = Json::array();
  for (const Headline& headline : headlines) {
    summary += (summary.empty() ? "" : "; ") + headline.value + " " + headline.meaning;
    data["headlines"].push_back({{"value", headline.value}, {"meaning", headline.meaning}});
  }
  return filled(kPageHtml, {{"title", text(title).markup},
                            {"lead", text(lead).markup},
                            {"summary", text(summary).markup},
                            {"style", kPageStyle},
                            {"script", kPageScript},
                            {"data", inlined(data)}});
}

Json table_json(const Table& table) {
  Json columns = Json::array();
  for (const Table::Column& column : table.columns) {
    columns.push_back({{"name", column.name}, {"number", column.number}});
  }
  return {{"columns", std::move(columns)}, {"rows", table.rows}, {"last_is_total", table.last_is_total}};
}

}  // namespace onefold
