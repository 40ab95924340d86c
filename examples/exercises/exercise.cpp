#include "examples/exercises/exercise.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace onefold::exercise {
namespace {

constexpr int kRed = 1;
constexpr int kSecondsAtMost = 5;

// A NaN is close to nothing.
bool close(const Values& a, const Values& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= tolerance)) return false;
  return true;
}

// All values in brackets, or one alone without; the first sixteen of many.
std::string text(const Values& values) {
  constexpr size_t kShown = 16;
  std::string all;
  for (size_t i = 0; i < values.size() && i < kShown; ++i) {
    char number[32];
    std::snprintf(number, sizeof number, "%.7g", values[i] + 0.0);  // -0 + 0 is 0
    all += (i == 0 ? "" : " ") + std::string(number);
  }
  if (values.size() > kShown) all += " ... (" + std::to_string(values.size()) + " values)";
  return values.size() == 1 ? all : "[" + all + "]";
}

}  // namespace

void expect(const std::string& what, const Values& got, const Values& want, const std::vector<Mistake>& mistakes,
            double tolerance) {
  if (close(got, want, tolerance)) return;
  std::printf("%s\n  expected  %s\n  got       %s\n", what.c_str(), text(want).c_str(), text(got).c_str());
  for (const Mistake& mistake : mistakes) {
    if (!close(got, mistake.gives, tolerance)) continue;
    std::printf("  hint      %s\n", mistake.hint.c_str());
    break;
  }
  std::exit(kRed);
}

void expect(const std::string& what, double got, double want, const std::vector<Mistake>& mistakes, double tolerance) {
  expect(what, Values{got}, Values{want}, mistakes, tolerance);
}

}  // namespace onefold::exercise

// A check that runs for too long is ended by the signal.
int main() {
  alarm(onefold::exercise::kSecondsAtMost);
  try {
    onefold::exercise::check();
  } catch (const std::exception& error) {
    std::printf("an exception ended the check\n  it says   %s\n", error.what());
    return onefold::exercise::kRed;
  }
  return EXIT_SUCCESS;
}
