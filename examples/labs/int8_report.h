#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "examples/cli/table.h"
#include "examples/labs/histogram.h"

namespace onefold {

/// One of int8_lab's trials, named after what it rounds, in the order of the table.
struct Int8Trial {
  std::string name;     // "weights, per channel"
  double accuracy = 0;  // on the test images
};

/// A convolution or the linear layer of a network before rounding.
struct Int8Layer {
  std::string name;  // "stages.1.0.conv"
  Histogram weights;
  Histogram inputs;  // of the calibration images
};

/// One form of a network: its trials and layers.
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

/// A row per form, a column per trial.
Table accuracy_table(const Int8Record& record);

/// A row per layer: how far its maximum weight and maximum input are from the others.
Table spread_table(const Int8Form& form);

/// A page with the tables, and histograms of the weights and inputs of every layer.
std::string int8_page(const Int8Record& record);

/// An SVG file: the weights of one block in every form, beside the values that rounded weights can have. It is the
/// block whose maximum weight is furthest from the others. Throws Error if there is no layer.
std::string int8_picture(const Int8Record& record);

}  // namespace onefold
