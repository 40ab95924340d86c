#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace onefold {

/// What is in the script of a page that holds its data, as a browser reads it: up to the first end of a script.
inline nlohmann::json data_in(const std::string& page) {
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(opening) + opening.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script", begin) - begin));
}

}  // namespace onefold
