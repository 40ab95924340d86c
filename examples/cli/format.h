#pragma once

#include <cstdint>
#include <string>

namespace onefold {

// Numbers formatted for people, in tables, charts and reports; one that is not finite becomes "-".

/// With `decimals` digits after the point: "0.482".
std::string fixed(double value, int decimals);

/// With at most `digits` significant digits: "0.05", "12", "1e-06".
std::string plain(double value, int digits = 6);

/// "1.9e-06"; zero is "0".
std::string scientific(double value);

/// With a comma after every three digits: "1,148,234".
std::string grouped(int64_t value);

/// The number and the thing or things: "1 step", "2,000 steps", "0 images".
std::string several(int64_t count, const std::string& thing);

/// With three or four digits and a unit: "980", "18.8 k", "1.148 M", "63.90 M".
std::string short_count(double value);

/// A fraction as a percentage: "87.3 %".
std::string percent(double fraction, int decimals = 1);

/// A time in a suitable unit: "27.4 µs", "8.12 ms", "43.2 s", "12 min 4 s", "2 h 5 min".
std::string duration(double seconds);

}  // namespace onefold
