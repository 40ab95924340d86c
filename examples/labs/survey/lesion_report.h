#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/labs/survey/lesions.h"

namespace onefold {

/// Means over draws, for 1, 2, 4, ... blocks or pairs.
struct LesionCurve {
  std::vector<double> x = {}, y = {};
};

/// What was found of one network.
struct LesionFindings {
  std::string name;    // of the network
  int64_t images = 0;  // tested
  double whole = 0;
  std::vector<double> without = {};  // accuracy without each block
  LesionCurve deleted = {}, exchanged = {};
  std::vector<double> gradients = {};  // mean length of the gradient, by length of the path
};

/// The tables of one network.
std::string lesion_tables(const BlockRow& row, const LesionFindings& found);

/// An SVG file of charts: all networks, and the paths of the first that has any.
std::string lesion_picture(const std::vector<LesionFindings>& findings);

}  // namespace onefold
