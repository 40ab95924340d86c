#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/files/protobuf.h"
#include "core/tensor.h"

namespace onefold {

/// A value that is computed in an ONNX graph: its name, and its shape here for one image, [1, H, W, C] or [1, C]. In
/// the file the batch is symbolic, and channels come first: [N, C, H, W].
struct OnnxMap {
  std::string name;
  Shape shape;
};

/// The attributes of an operator: "strides" = {2, 2}, "group" = 4, "epsilon" = 1e-5.
using OnnxAttributes = std::map<std::string, std::variant<int64_t, double, std::vector<int64_t>>>;

/// An ONNX file that is put together node by node, for operator set 17. Values and weights are named as in a state
/// file, "stages.1.0.conv3" and "stages.1.0.conv3.weight"; numbers are floats.
/// The operators: https://onnx.ai/onnx/operators. The file: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
class OnnxModel {
 public:
  static constexpr int64_t kOperatorSet = 17;

  /// The graph's input.
  OnnxMap input(const std::string& name, const Shape& shape);

  /// Adds an operator, whose node and result both get this name, with "_2" after it if there is one already.
  OnnxMap node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
               const Shape& shape, const OnnxAttributes& attributes = {});

  /// Adds weights, and returns their name. They are stored in a file's layout: see layers/state_file.h.
  std::string weights(const std::string& name, const Tensor& values);

  /// The same for whole numbers, as operators take some of their settings.
  std::string integers(const std::string& name, const std::vector<int64_t>& values);

  /// How often each operator occurs: {{"Conv", 9}, {"Relu", 9} ...}.
  const std::map<std::string, int64_t>& counts() const { return counts_; }

  /// The whole file. The last node is the graph's output; the results of all others are listed with their shapes.
  std::string bytes(const std::string& graph_name, const std::string& version,
                    const std::map<std::string, std::string>& metadata) const;

 private:
  ProtobufMessage graph_;      // nodes and weights
  std::vector<OnnxMap> maps_;  // the input, then the results of nodes
  std::map<std::string, int64_t> counts_;
};

}  // namespace onefold
