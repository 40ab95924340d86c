#include "examples/cli/format.h"

#include <cmath>
#include <cstdio>

namespace onefold {

namespace {

std::string print(const char* pattern, double value, int digits = 0) {
  if (!std::isfinite(value)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, pattern, digits, value);
  return text;
}

}  // namespace

std::string fixed(double value, int decimals) { return print("%.*f", value, decimals); }

std::string plain(double value, int digits) { return print("%.*g", value, digits); }

std::string scientific(double value) { return value == 0 ? "0" : print("%.*e", value, 1); }

std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  const int first = value < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string several(int64_t count, const std::string& thing) {
  return grouped(count) + ' ' + thing + (count == 1 ? "" : "s");
}

std::string short_count(double value) {
  const double size = std::abs(value);
  if (size < 1e3) return plain(value);
  const double unit = size < 1e6 ? 1e3 : size < 1e9 ? 1e6 : 1e9;
  const double scaled = value / unit;
  // Four digits for millions, as is usual for network sizes; three for the rest.
  const int digits = (unit == 1e6 ? 4 : 3) - static_cast<int>(std::floor(std::log10(std::abs(scaled)))) - 1;
  return fixed(scaled, digits) + (unit == 1e3 ? " k" : unit == 1e6 ? " M" : " G");
}

std::string percent(double fraction, int decimals) {
  return std::isfinite(fraction) ? fixed(100 * fraction, decimals) + " %" : "-";
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds > 1e12) return "-";  // 30,000 years
  if (seconds == 0) return "0 s";
  if (seconds < 1e-4) return fixed(1e6 * seconds, seconds < 1e-5 ? 2 : 1) + " \u00b5s";
  if (seconds < 1) return fixed(1000 * seconds, seconds < 0.01 ? 2 : seconds < 0.1 ? 1 : 0) + " ms";
  if (seconds < 99.95) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return grouped(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace onefold
