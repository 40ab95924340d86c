#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "examples/cli/table.h"

namespace onefold {

/// A key figure, shown large, and what it means.
struct Headline {
  std::string value, meaning;
};

/// A complete page: the template report.html with its style and script, which draws what it finds in `data`; report.js
/// documents the format. The page needs no other file and no network access. `lead` is shown below the title; a browser
/// without JavaScript shows only the headlines.
///
/// Strings always remain text: they can neither become a tag nor end the script. Bytes that are not UTF-8 become a
/// replacement character.
std::string page(const std::string& title, const std::string& lead, const std::vector<Headline>& headlines,
                 nlohmann::ordered_json data);

/// The table in the format that report.js expects.
nlohmann::ordered_json table_json(const Table& table);

}  // namespace onefold
