#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "examples/cli/table.h"
#include "examples/labs/histogram.h"

namespace onefold {

/// What int8_lab rounds in one of its trials, in the order of its table.
struct Int8Trial {
  std::string name;     // "weights, per channel"
  double accuracy = 0;  // on the test images
};

/// A convolution or the linear layer of a network, before rounding.
struct Int8Layer {
  std::string name;  // "stages.1.0.conv"
  Histogram weights;
  Histogram inputs;  // of the calibration images
};

/// One form of a network: each trial, each layer.
struct Int8Form {
  std::string model;  // its folder's name
  std::string form;   // "trained" or "folded"
  std::vector<Int8Trial> trials;
  std::vector<Int8Layer> layers;
};

struct Int8Record {
  std::string dataset;
  int64_t calibration_images = 0;
  int64_t test_images = 0;
  int weight_bits = 0;
  int input_bits = 0;
  double coverage = 1;
  std::vector<Int8Form> forms;

  /// "8-bit weights, 8-bit inputs, ranges from 256 training images"
  std::string settings() const;
};

/// A row a form, a column a trial.
Table accuracy_table(const Int8Record& record);

/// A row a layer: how far its largest weight and largest input are from the others.
Table spread_table(const Int8Form& form);

/// The tables, and histograms of every layer's weights and inputs, as one page.
std::string int8_page(const Int8Record& record);

}  // namespace onefold
