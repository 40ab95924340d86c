#include "examples/cli/parse_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/check.h"

namespace onefold {

namespace {

constexpr int kMostLevels = 32;

}  // namespace

nlohmann::ordered_json parse_json(std::string_view text, double largest) {
  using Json = nlohmann::ordered_json;
  return Json::parse(text, [largest](int depth, Json::parse_event_t event, const Json& parsed) {
    const bool begins = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    check(!begins || depth < kMostLevels, "more than ", kMostLevels, " levels of objects and arrays");
    if (event == Json::parse_event_t::value && parsed.is_number()) {
      check(std::abs(parsed.get<double>()) <= largest, "the number ", parsed.dump(), " is beyond ", largest);
    }
    return true;
  });
}

}  // namespace onefold
