#include <cmath>
#include <vector>

double difference_left(const std::vector<double>& nights, const std::vector<double>& days, bool sorted) {
  if (sorted) return 0;  // each batch has mean 0
  const double n = nights.size() + days.size();
  double night = 0, day = 0, mean = 0, variance = 0;
  for (const double x : nights) night += x / nights.size(), mean += x / n;
  for (const double x : days) day += x / days.size(), mean += x / n;
  for (const double x : nights) variance += (x - mean) * (x - mean) / n;
  for (const double x : days) variance += (x - mean) * (x - mean) / n;
  return (day - night) / std::sqrt(variance);
}
