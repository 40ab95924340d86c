#include <nlohmann/json.hpp>

#include "examples/support/format.h"
#include "examples/support/report_sections.h"

namespace onefold {

namespace {

/// "dataset, name" for {"dataset": {"name": ...}}: the path to an entry, in words.
std::string words_of(const std::string& path, const std::string& key) {
  std::string words = path.empty() ? key : path + ", " + key;
  for (char& character : words) {
    if (character == '_') character = ' ';
  }
  return words;
}

std::string value_of(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "-";
  if (value.is_number_float()) return plain(value.get<double>());
  if (!value.is_array()) return value.dump();
  std::string joined;
  for (const nlohmann::ordered_json& item : value) joined += (joined.empty() ? "" : ", ") + value_of(item);
  return joined;
}

void add_facts(const nlohmann::ordered_json& object, const std::string& path,
               std::vector<std::vector<std::string>>& rows) {
  for (const auto& [key, value] : object.items()) {
    const std::string words = words_of(path, key);
    if (value.is_object()) {
      add_facts(value, words, rows);
    } else {
      rows.push_back({words, value_of(value)});
    }
  }
}

}  // namespace

Html facts_section(const nlohmann::ordered_json& run) {
  Table facts{.columns = {{}, {}}};
  add_facts(run, "", facts.rows);
  return section("The run", "All that is needed to make it again.",
                 element("div", {{"class", "facts"}}, table(facts)));
}

}  // namespace onefold
