// What the checks of exercises are written with. Each K_name.check.cpp beside an exercise defines check(), which calls
// the learner's function and compares. The first comparison that fails ends the check.
#pragma once

#include <string>
#include <vector>

namespace onefold::exercise {

using Values = std::vector<double>;

/// A classic mistake: what it gives in place of the right result, and the hint that names it.
struct Mistake {
  Values gives;
  std::string hint;
};

/// Ends the check if `got` is not `want` within `tolerance`: prints what was compared, both results, and the hint of
/// the mistake that gives just what came.
void expect(const std::string& what, const Values& got, const Values& want, const std::vector<Mistake>& mistakes = {},
            double tolerance = 1e-6);
void expect(const std::string& what, double got, double want, const std::vector<Mistake>& mistakes = {},
            double tolerance = 1e-6);

/// Defined by each check.
void check();

}  // namespace onefold::exercise
