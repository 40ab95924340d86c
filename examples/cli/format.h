#pragma once

#include <cstdint>
#include <string>

namespace onefold {

// Numbers as people read them, in tables, charts and reports; a number that is not finite reads "-".

/// With this many decimals: "0.482".
std::string fixed(double value, int decimals);

/// With as many digits as it has and at most so many: "0.05", "12", "1e-06".
std::string plain(double value, int digits = 6);

/// "1.9e-06"; zero is "0".
std::string scientific(double value);

/// With a comma every three digits: "1,148,234".
std::string grouped(int64_t value);

/// With three or four digits and a unit: "980", "18.8 k", "1.148 M", "63.90 M".
std::string short_count(double value);

/// A fraction in percent: "87.3 %".
std::string percent(double fraction, int decimals = 1);

/// A time in its fitting unit: "27.4 µs", "8.12 ms", "43.2 s", "12 min 4 s", "2 h 5 min".
std::string duration(double seconds);

}  // namespace onefold
