// Every op's result and gradients against PyTorch's, from one table: a row an op of autograd/ops.h, which says how to
// call it with the inputs and settings that tests/torch/op_references.py stores.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "autograd/annex/pooling_ops.h"
#include "autograd/annex/survey_ops.h"
#include "core/annex/window_pooling.h"
#include "tests/autograd/declared_ops.h"
#include "tests/autograd/example.h"
#include "tests/reference.h"

using namespace onefold;

namespace {

constexpr Real kEps = Real(1e-5);

/// One case of the file: an op's settings by name.
class Stored {
 public:
  Stored(const ReferenceValues& values, const std::string& place) : values_(values), place_(place + "/") {}

  Real real(const std::string& name) const { return static_cast<Real>(values_.number(place(name))); }
  int64_t integer(const std::string& name) const { return static_cast<int64_t>(values_.number(place(name))); }
  std::vector<int64_t> integers(const std::string& name) const { return values_.integers(place(name)); }
  std::vector<int> labels() const { return values_.labels(place("labels")); }
  Shape shape() const {
    const std::vector<int64_t> extents = integers("shape");
    return {extents.data(), static_cast<int64_t>(extents.size())};
  }

  Activation activation() const {
    return values_.text(place("activation")) == "relu" ? Activation::relu : Activation::none;
  }
  StatisticsOf of() const { return values_.text(place("of")) == "batch" ? StatisticsOf::batch : StatisticsOf::running; }

  /// Those of x itself, or the ones that are stored for this branch.
  ChannelStatistics statistics(const Variable& x, size_t branch = 0) const {
    if (of() == StatisticsOf::batch) return channel_statistics(x.value());
    return {vector("mean", branch), vector("variance", branch)};
  }

  Conv2dArgs conv_args() const {
    const auto stride = integers("stride"), padding = integers("padding"), dilation = integers("dilation");
    return {stride[0], stride[1], padding[0], padding[1], dilation[0], dilation[1], integer("groups")};
  }
  Pool2dArgs pool_args() const {
    return {integer("kernel"), integer("stride"), integer("padding"), integer("count_padding") == 1};
  }
  ComposeArgs compose_args() const {
    const auto stride = integers("stride");
    return {integer("first_groups"), integer("second_groups"), stride[0], stride[1]};
  }

 private:
  std::string place(const std::string& name) const { return place_ + name; }

  Tensor vector(const std::string& name, size_t branch) const {
    const std::vector<double> numbers = values_.numbers(place(name) + "/" + std::to_string(branch));
    return Tensor::from({static_cast<int64_t>(numbers.size())}, {numbers.begin(), numbers.end()});
  }

  const ReferenceValues& values_;
  std::string place_;
};

/// An input that not every case has.
Variable optional(Inputs v, size_t index) { return index < v.size() ? v[index] : Variable(); }

Variable batch_norm_of_zero_case(Inputs v, const Stored& stored) {
  // Running statistics are constants, and so is x.
  const bool of_batch = stored.of() == StatisticsOf::batch;
  const Variable x = of_batch ? v[0] : Variable(Tensor::zeros({1, v[0].shape()[0]}));
  const Variable &gamma = v[v.size() - 2], &beta = v[v.size() - 1];
  return batch_norm_of_zero(x, gamma, beta, stored.statistics(x), stored.of(), kEps);
}

Variable norm_sum_case(Inputs v, const Stored& stored) {
  std::vector<NormInput> branches;
  for (size_t i = 0; i < v.size(); i += 3) {
    branches.push_back({v[i], v[i + 1], v[i + 2], stored.statistics(v[i], i / 3)});
  }
  return norm_sum(branches, stored.activation(), stored.of(), kEps);
}

/// A convolution for each padding; what is left is the batch norm of x itself.
Variable conv_norm_sum_case(Inputs v, const Stored& stored) {
  std::vector<ConvNormBranch> branches;
  size_t next = 1;
  for (const int64_t padding : stored.integers("padding")) {
    const Conv2dArgs args = conv2d_args(stored.integer("stride"), padding, stored.integer("groups"));
    branches.push_back({v[next], args, v[next + 1], v[next + 2]});
    next += 3;
  }
  if (next < v.size()) branches.push_back({Variable(), {}, v[next], v[next + 1]});
  std::vector<ChannelStatistics> statistics;
  return conv_norm_sum(v[0], branches, stored.activation(), kEps, statistics);
}

/// The table: a declaration in autograd/ops.h, name and parameters, and the call of it.
const std::map<std::string, std::function<Variable(Inputs, const Stored&)>>& rows() {
  using Row = std::function<Variable(Inputs, const Stored&)>;
  static const std::map<std::string, Row> table{
      {"add(a, b)", [](Inputs v, const Stored&) { return add(v[0], v[1]); }},
      {"subtract(a, b)", [](Inputs v, const Stored&) { return subtract(v[0], v[1]); }},
      {"multiply(a, b)", [](Inputs v, const Stored&) { return multiply(v[0], v[1]); }},
      {"scale(x, factor)", [](Inputs v, const Stored& s) { return scale(v[0], s.real("factor")); }},
      {"exp(x)", [](Inputs v, const Stored&) { return exp(v[0]); }},
      {"log(x)", [](Inputs v, const Stored&) { return log(v[0]); }},
      {"tanh(x)", [](Inputs v, const Stored&) { return tanh(v[0]); }},
      // [relu]
      {"relu(x)", [](Inputs v, const Stored&) { return relu(v[0]); }},
      // [/relu]
      {"leaky_relu(x, slope)", [](Inputs v, const Stored& s) { return leaky_relu(v[0], s.real("slope")); }},
      {"relu6(x)", [](Inputs v, const Stored&) { return relu6(v[0]); }},
      {"sigmoid(x)", [](Inputs v, const Stored&) { return sigmoid(v[0]); }},
      {"silu(x)", [](Inputs v, const Stored&) { return silu(v[0]); }},
      {"gelu(x)", [](Inputs v, const Stored&) { return gelu(v[0]); }},
      {"reshape(x, shape)", [](Inputs v, const Stored& s) { return reshape(v[0], s.shape()); }},
      {"gather(x, places, shape)",
       [](Inputs v, const Stored& s) { return gather(v[0], s.integers("places"), s.shape()); }},
      {"sum(x)", [](Inputs v, const Stored&) { return sum(v[0]); }},
      {"mean(x)", [](Inputs v, const Stored&) { return mean(v[0]); }},
      {"matmul(a, b)", [](Inputs v, const Stored&) { return matmul(v[0], v[1]); }},
      {"add_bias(x, bias)", [](Inputs v, const Stored&) { return add_bias(v[0], v[1]); }},
      {"linear(x, weight, bias)", [](Inputs v, const Stored&) { return linear(v[0], v[1], optional(v, 2)); }},
      {"scale_channels(x, factor)", [](Inputs v, const Stored&) { return scale_channels(v[0], v[1]); }},
      {"pad2d(x, value, rows, columns)",
       [](Inputs v, const Stored& s) { return pad2d(v[0], optional(v, 1), s.integer("rows"), s.integer("columns")); }},
      {"pad2d_circular(x, rows, columns)",
       [](Inputs v, const Stored& s) { return pad2d_circular(v[0], s.integer("rows"), s.integer("columns")); }},
      {"concat_channels(parts)", [](Inputs v, const Stored&) { return concat_channels(v); }},
      {"slice_channels(x, first, count)",
       [](Inputs v, const Stored& s) { return slice_channels(v[0], s.integer("first"), s.integer("count")); }},
      {"pad_channels(x, before, after)",
       [](Inputs v, const Stored& s) { return pad_channels(v[0], s.integer("before"), s.integer("after")); }},
      {"shuffle_channels(x, groups)",
       [](Inputs v, const Stored& s) { return shuffle_channels(v[0], s.integer("groups")); }},
      {"scale_images(x, factor)", [](Inputs v, const Stored&) { return scale_images(v[0], v[1]); }},
      {"resize_images(x, height, width)",
       [](Inputs v, const Stored& s) { return resize_images(v[0], s.integer("height"), s.integer("width")); }},
      {"normalize_filters(w)", [](Inputs v, const Stored&) { return normalize_filters(v[0]); }},
      {"conv2d(x, w, args)", [](Inputs v, const Stored& s) { return conv2d(v[0], v[1], s.conv_args()); }},
      {"conv2d(x, w, bias, activation, args, packed)",
       [](Inputs v, const Stored& s) { return conv2d(v[0], v[1], optional(v, 2), s.activation(), s.conv_args()); }},
      {"compose_kernels(first, second, args)",
       [](Inputs v, const Stored& s) { return compose_kernels(v[0], v[1], s.compose_args()); }},
      {"max_pool2d(x, args)", [](Inputs v, const Stored& s) { return max_pool2d(v[0], s.pool_args()); }},
      {"avg_pool2d(x, args)", [](Inputs v, const Stored& s) { return avg_pool2d(v[0], s.pool_args()); }},
      {"global_avg_pool(x)", [](Inputs v, const Stored&) { return global_avg_pool(v[0]); }},
      {"batch_norm(x, gamma, beta, statistics, of, eps)",
       [](Inputs v, const Stored& s) { return batch_norm(v[0], v[1], v[2], s.statistics(v[0]), s.of(), kEps); }},
      {"batch_norm_of_zero(x, gamma, beta, statistics, of, eps)", batch_norm_of_zero_case},
      {"norm_sum(branches, activation, of, eps)", norm_sum_case},
      {"conv_norm_sum(x, branches, activation, eps, statistics)", conv_norm_sum_case},
      {"softmax_cross_entropy(logits, labels, smoothing)",
       [](Inputs v, const Stored& s) { return softmax_cross_entropy(v[0], s.labels(), s.real("smoothing")); }},
      {"dropout(x, probability, random)",
       [](Inputs v, const Stored& s) {
         const Random random(static_cast<uint64_t>(s.integer("seed")), static_cast<uint64_t>(s.integer("stream")));
         return dropout(v[0], s.real("probability"), random);
       }},
  };
  return table;
}

}  // namespace

TEST_CASE("reference: each op that ops.h declares has a row, and each row an op", "[autograd]") {
  check_rows_are_declared_ops(rows());
}

TEST_CASE("reference: every op's result and the gradient of each input are PyTorch's", "[autograd]") {
  const ReferenceValues values("ops");
  for (const auto& [op, row] : rows()) {
    const std::string cases = "/ops/" + op;
    CHECK(values.size(cases) >= 2);
    for (int i = 0; i < values.size(cases); ++i) {
      const std::string place = cases + "/" + std::to_string(i);
      INFO(place);
      std::vector<Variable> inputs;
      for (int k = 0; k < values.size(place + "/inputs"); ++k) {
        inputs.emplace_back(values.tensor(place + "/inputs/" + std::to_string(k)), true);
      }
      const Variable y = row(inputs, Stored(values, place));
      CHECK(values.relative_error(y.value(), place + "/y") < kReferenceTolerance);
      y.backward(values.tensor(place + "/dy"));
      for (size_t k = 0; k < inputs.size(); ++k) {
        INFO("gradient " << k);
        CHECK(values.relative_error(inputs[k].grad(), place + "/gradients/" + std::to_string(k)) < kReferenceTolerance);
      }
    }
  }
}
