#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "examples/cli/table.h"

namespace onefold {

/// One figure that matters, large, with what it is.
struct Headline {
  std::string value, meaning;
};

/// A complete page: the template beside this file with its style and script, which draws what it finds in `data`;
/// report.js says what that can be. No other file, no request to the outside. `lead` stands below the title; a browser
/// without JavaScript shows the headlines alone.
///
/// Whatever a string holds stays text: it can neither become a tag nor end the script. Bytes that are not UTF-8 become
/// a mark.
std::string page(const std::string& title, const std::string& lead, const std::vector<Headline>& headlines,
                 nlohmann::ordered_json data);

/// The table as report.js wants it.
nlohmann::ordered_json table_json(const Table& table);

}  // namespace onefold
