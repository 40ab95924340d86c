#include "layers/labs/onnx_model.h"

#include <algorithm>

#include "core/check.h"
#include "layers/state_file.h"

namespace onefold {

namespace {

// The numbers of the fields, by message, under their names in onnx.proto.
struct ModelProto {
  enum { ir_version = 1, producer_name = 2, producer_version = 3, graph = 7, opset_import = 8, metadata_props = 14 };
};
struct OperatorSetIdProto {
  enum { version = 2 };
};
struct StringStringEntryProto {
  enum { key = 1, value = 2 };
};
struct GraphProto {
  enum { node = 1, name = 2, initializer = 5, input = 11, output = 12, value_info = 13 };
};
struct NodeProto {
  enum { input = 1, output = 2, name = 3, op_type = 4, attribute = 5 };
};
struct AttributeProto {
  enum { name = 1, f = 2, i = 3, ints = 8, type = 20 };
  enum AttributeType { FLOAT = 1, INT = 2, INTS = 7 };
};
struct TensorProto {
  enum { dims = 1, data_type = 2, int64_data = 7, name = 8, raw_data = 9 };
  enum DataType { FLOAT = 1, INT64 = 7 };
};
struct ValueInfoProto {
  enum { name = 1, type = 2 };
};
struct TypeProto {
  enum { tensor_type = 1 };
  struct Tensor {
    enum { elem_type = 1, shape = 2 };
  };
};
struct TensorShapeProto {
  enum { dim = 1 };
  struct Dimension {
    enum { dim_value = 1, dim_param = 2 };
  };
};

constexpr int64_t kFormat = 8;  // the version of the file format that came with operator set 17

ProtobufMessage attribute_message(const std::string& name, const OnnxAttributes::mapped_type& value) {
  ProtobufMessage message;
  message.text(AttributeProto::name, name);
  if (const auto* number = std::get_if<double>(&value)) {
    message.number(AttributeProto::f, *number);
    message.integer(AttributeProto::type, AttributeProto::FLOAT);
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    message.integer(AttributeProto::i, *integer);
    message.integer(AttributeProto::type, AttributeProto::INT);
  } else {
    for (const int64_t each : std::get<std::vector<int64_t>>(value)) message.integer(AttributeProto::ints, each);
    message.integer(AttributeProto::type, AttributeProto::INTS);
  }
  return message;
}

/// Name, type and shape: [N, H, W, C] becomes ["N", C, H, W].
ProtobufMessage map_message(const OnnxMap& map) {
  ProtobufMessage batch, shape, of_tensor, of_value, message;
  batch.text(TensorShapeProto::Dimension::dim_param, "N");
  shape.message(TensorShapeProto::dim, batch);
  std::vector<int64_t> extents{map.shape[-1]};
  for (int axis = 1; axis + 1 < map.shape.rank(); ++axis) extents.push_back(map.shape[axis]);
  for (const int64_t extent : extents) {
    ProtobufMessage fixed;
    fixed.integer(TensorShapeProto::Dimension::dim_value, extent);
    shape.message(TensorShapeProto::dim, fixed);
  }
  of_tensor.integer(TypeProto::Tensor::elem_type, TensorProto::FLOAT);
  of_tensor.message(TypeProto::Tensor::shape, shape);
  of_value.message(TypeProto::tensor_type, of_tensor);
  message.text(ValueInfoProto::name, map.name);
  message.message(ValueInfoProto::type, of_value);
  return message;
}

}  // namespace

OnnxMap OnnxModel::input(const std::string& name, const Shape& shape) {
  check(maps_.empty(), "OnnxModel: input ", name, " after other values; add the input first, and only one");
  maps_.push_back({name, shape});
  return maps_.back();
}

OnnxMap OnnxModel::node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                        const Shape& shape, const OnnxAttributes& attributes) {
  const auto is_taken = [&](const std::string& wanted) {
    return std::any_of(maps_.begin(), maps_.end(), [&](const OnnxMap& map) { return map.name == wanted; });
  };
  std::string unique = name;
  for (int number = 2; is_taken(unique); ++number) unique = name + "_" + std::to_string(number);

  ProtobufMessage message;
  for (const std::string& input : inputs) message.text(NodeProto::input, input);
  message.text(NodeProto::output, unique);
  message.text(NodeProto::name, unique);
  message.text(NodeProto::op_type, op);
  for (const auto& [key, value] : attributes) message.message(NodeProto::attribute, attribute_message(key, value));
  graph_.message(GraphProto::node, message);
  counts_[op] += 1;
  maps_.push_back({unique, shape});
  return maps_.back();
}

std::string OnnxModel::weights(const std::string& name, const Tensor& values) {
  const Tensor stored = to_file_layout({{name, values}}).at(name);
  ProtobufMessage message;
  for (int axis = 0; axis < stored.shape().rank(); ++axis) message.integer(TensorProto::dims, stored.shape()[axis]);
  message.integer(TensorProto::data_type, TensorProto::FLOAT);
  message.text(TensorProto::name, name);
  message.numbers(TensorProto::raw_data, {stored.data(), static_cast<size_t>(stored.size())});
  graph_.message(GraphProto::initializer, message);
  return name;
}

std::string OnnxModel::integers(const std::string& name, const std::vector<int64_t>& values) {
  ProtobufMessage message;
  message.integer(TensorProto::dims, std::ssize(values));
  message.integer(TensorProto::data_type, TensorProto::INT64);
  for (const int64_t value : values) message.integer(TensorProto::int64_data, value);
  message.text(TensorProto::name, name);
  graph_.message(GraphProto::initializer, message);
  return name;
}

std::string OnnxModel::bytes(const std::string& graph_name, const std::string& version,
                             const std::map<std::string, std::string>& metadata) const {
  check(maps_.size() >= 2, "OnnxModel: a graph needs an input and at least one node; add them");
  ProtobufMessage whole_graph = graph_;
  whole_graph.text(GraphProto::name, graph_name);
  for (const OnnxMap& map : maps_) {
    const bool first = &map == &maps_.front(), last = &map == &maps_.back();
    whole_graph.message(first  ? GraphProto::input
                        : last ? GraphProto::output
                               : GraphProto::value_info,
                        map_message(map));
  }

  ProtobufMessage file, operators;
  operators.integer(OperatorSetIdProto::version, kOperatorSet);
  file.integer(ModelProto::ir_version, kFormat);
  file.text(ModelProto::producer_name, "onefold");
  file.text(ModelProto::producer_version, version);
  file.message(ModelProto::opset_import, operators);
  for (const auto& [key, value] : metadata) {
    ProtobufMessage pair;
    pair.text(StringStringEntryProto::key, key);
    pair.text(StringStringEntryProto::value, value);
    file.message(ModelProto::metadata_props, pair);
  }
  file.message(ModelProto::graph, whole_graph);
  return file.bytes();
}

}  // namespace onefold
