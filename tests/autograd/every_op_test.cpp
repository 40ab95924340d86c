// Every op's gradient against central differences, from one table: a row an op of autograd/ops.h. The first test reads
// that file: an op without a row fails it, and a row without an op.

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "autograd/annex/pooling_ops.h"
#include "autograd/annex/survey_ops.h"
#include "tests/autograd/conv_examples.h"
#include "tests/autograd/declared_ops.h"
#include "tests/autograd/example.h"
#include "tests/autograd/norm_examples.h"
#include "tests/catch.h"
#include "tests/same_bits.h"
#include "tests/sanitizers.h"

using namespace onefold;

namespace {

const std::vector<Shape> kShapes{{}, {1}, {7}, {3, 1}, {1, 5}, {2, 3, 4}, {2, 1, 3, 2}};

/// The same op on inputs of every shape in kShapes.
Examples elementwise(const std::function<Variable(Inputs)>& f,
                     const std::function<std::vector<Tensor>(const Shape&)>& draw) {
  Examples examples;
  for (const Shape& shape : kShapes) examples.push_back({shape.text(), f, draw(shape)});
  return examples;
}

const std::vector<std::vector<int64_t>> kProducts{{1, 1, 1}, {1, 5, 1}, {2, 3, 4}, {4, 1, 3}, {3, 2, 1}};  // M, K, N

Examples products(const std::function<Variable(Inputs)>& f, Draw& draw, bool with_bias = false) {
  Examples examples;
  for (const auto& p : kProducts) {
    const Shape a{p[0], p[1]}, b{p[1], p[2]};
    std::vector<Tensor> inputs{draw.normal(a), draw.normal(b)};
    if (with_bias) inputs.push_back(draw.normal({p[2]}));
    examples.push_back({a.text() + " " + b.text() + (with_bias ? ", bias" : ""), f, inputs});
  }
  return examples;
}

Examples linears(Draw& draw) {
  Examples examples = products([](Inputs v) { return linear(v[0], v[1], {}); }, draw);
  for (Example& example : products([](Inputs v) { return linear(v[0], v[1], v[2]); }, draw, true)) {
    examples.push_back(std::move(example));
  }
  return examples;
}

Examples reshapes(Draw& draw) {
  const std::vector<std::pair<Shape, Shape>> cases{
      {{1}, {}}, {{6}, {2, 3}}, {{2, 3}, {6}}, {{2, 1, 3}, {3, 2}}, {{2, 2, 2, 1}, {1, 8}}};
  Examples examples;
  for (const auto& [from, to] : cases) {
    const auto f = [shape = to](Inputs v) { return reshape(v[0], shape); };
    examples.push_back({from.text() + " to " + to.text(), f, {draw.normal(from)}});
  }
  return examples;
}

Examples gathers(Draw& draw) {
  Examples examples;
  const std::vector<std::pair<Shape, std::vector<int64_t>>> cases{
      {{1}, {0}}, {{2, 3}, {2, 1, 0}}, {{4}, {3, 3}}, {{3, 1, 2}, {5, 0, 5, 5, 1, 2}}, {{1, 5}, {4, 3, 2, 1}}};
  for (const auto& [from, places] : cases) {
    const Shape to{static_cast<int64_t>(places.size()), 1};
    const auto f = [taken = places, to](Inputs v) { return gather(v[0], taken, to); };
    examples.push_back({from.text() + " to " + to.text(), f, {draw.normal(from)}});
  }
  return examples;
}

Examples biases(Draw& draw) {
  Examples examples;
  for (const Shape& shape : {Shape{1, 1}, Shape{4, 1}, Shape{1, 3}, Shape{2, 3, 4}, Shape{2, 2, 1, 3}}) {
    const auto f = [](Inputs v) { return add_bias(v[0], v[1]); };
    examples.push_back({shape.text(), f, {draw.normal(shape), draw.normal({shape[-1]})}});
  }
  return examples;
}

Examples averages_of_maps(Draw& draw) {
  Examples examples;
  const std::vector<Shape> shapes{{1, 1, 1, 1}, {2, 3, 4, 1}, {1, 1, 5, 3}, {3, 2, 2, 2}, {1, 4, 1, 2}};
  for (const Shape& shape : shapes) {
    examples.push_back({shape.text(), [](Inputs v) { return global_avg_pool(v[0]); }, {draw.normal(shape)}});
  }
  return examples;
}

Examples cross_entropies(Draw& draw) {
  Examples examples;
  for (const Shape& shape : {Shape{1, 2}, Shape{1, 5}, Shape{4, 2}, Shape{3, 10}, Shape{6, 3}}) {
    for (const Real smoothing : {Real(0), Real(0.1)}) {
      const auto f = [labels = draw.labels(shape[0], shape[1]), smoothing](Inputs v) {
        return softmax_cross_entropy(v[0], labels, smoothing);
      };
      examples.push_back({shape.text() + (smoothing > 0 ? ", smoothed" : ""), f, {draw.normal(shape)}});
    }
  }
  return examples;
}

Examples dropouts(Draw& draw) {
  Examples examples;
  for (const Shape& shape : {Shape{30}, Shape{12, 1}, Shape{1, 20}, Shape{2, 3, 4}, Shape{2, 3, 1, 4}}) {
    const auto f = [random = draw.stream()](Inputs v) { return dropout(v[0], Real(0.4), random); };
    examples.push_back({shape.text(), f, {draw.normal(shape)}});
  }
  return examples;
}

Examples filter_normalizations(Draw& draw) {
  Examples examples;
  for (const Shape& shape : {Shape{3, 2}, Shape{5, 1}, Shape{3, 3, 2, 4}, Shape{1, 1, 5, 1}, Shape{2, 1, 3}}) {
    examples.push_back({shape.text(), [](Inputs v) { return normalize_filters(v[0]); }, {draw.normal(shape)}});
  }
  return examples;
}

Examples concatenations(Draw& draw) {
  Examples examples;
  const std::vector<std::vector<Shape>> cases{
      {{3}}, {{1}, {4}}, {{2, 3}, {2, 1}}, {{1, 2, 1}, {1, 2, 5}, {1, 2, 2}}, {{2, 1, 3, 20}, {2, 1, 3, 7}}};
  for (const std::vector<Shape>& shapes : cases) {
    std::vector<Tensor> inputs;
    for (const Shape& shape : shapes) inputs.push_back(draw.normal(shape));
    examples.push_back({shapes[0].text() + "...", [](Inputs v) { return concat_channels(v); }, inputs});
  }
  return examples;
}

/// An op on channels with two numbers, such as the first and the count of a slice.
Examples channel_ops(const std::vector<std::pair<Shape, std::vector<int64_t>>>& cases,
                     const std::function<Variable(const Variable&, const std::vector<int64_t>&)>& op, Draw& draw) {
  Examples examples;
  for (const auto& [shape, numbers] : cases) {
    const auto f = [op, given = numbers](Inputs v) { return op(v[0], given); };
    examples.push_back({shape.text(), f, {draw.normal(shape)}});
  }
  return examples;
}

Examples slices(Draw& draw) {
  return channel_ops(
      {{{5}, {2, 2}}, {{3, 1}, {0, 1}}, {{2, 4}, {3, 1}}, {{1, 3, 20}, {1, 18}}, {{2, 1, 2, 6}, {0, 6}}},
      [](const Variable& x, const auto& v) { return slice_channels(x, v[0], v[1]); }, draw);
}

Examples channel_paddings(Draw& draw) {
  return channel_ops(
      {{{5}, {2, 0}}, {{3, 1}, {0, 3}}, {{2, 4}, {1, 1}}, {{1, 3, 17}, {9, 6}}, {{2, 1, 2, 6}, {0, 0}}},
      [](const Variable& x, const auto& v) { return pad_channels(x, v[0], v[1]); }, draw);
}

Examples shuffles(Draw& draw) {
  return channel_ops(
      {{{6}, {2}}, {{3, 1}, {1}}, {{2, 4}, {4}}, {{1, 3, 24}, {3}}, {{2, 1, 2, 6}, {3}}},
      [](const Variable& x, const auto& v) { return shuffle_channels(x, v[0]); }, draw);
}

Examples image_scales(Draw& draw) {
  Examples examples;
  for (const Shape& shape :
       {Shape{1, 1, 1, 1}, Shape{2, 3, 4, 1}, Shape{1, 1, 5, 3}, Shape{3, 2, 2, 2}, Shape{2, 2, 1, 18}}) {
    const auto f = [](Inputs v) { return scale_images(v[0], v[1]); };
    examples.push_back({shape.text(), f, {draw.normal(shape), draw.normal({shape[0], shape[3]})}});
  }
  return examples;
}

Examples resizings(Draw& draw) {
  return channel_ops(
      {{{1, 1, 1, 1}, {2, 3}},
       {{2, 3, 4, 2}, {3, 4}},
       {{1, 6, 5, 3}, {4, 2}},
       {{2, 2, 3, 1}, {5, 4}},
       {{1, 5, 2, 18}, {3, 3}}},
      [](const Variable& x, const auto& v) { return resize_images(x, v[0], v[1]); }, draw);
}

/// Padding of none, of less than the images, and of several times their size.
Examples circular_paddings(Draw& draw) {
  return channel_ops(
      {{{1, 1, 1, 1}, {1, 2}},
       {{2, 3, 4, 2}, {1, 1}},
       {{1, 2, 3, 1}, {5, 4}},
       {{2, 1, 5, 3}, {0, 2}},
       {{1, 4, 2, 18}, {3, 0}}},
      [](const Variable& x, const auto& v) { return pad2d_circular(x, v[0], v[1]); }, draw);
}

/// The table: a declaration in autograd/ops.h, name and parameters, and what to check of it.
const std::map<std::string, std::function<Examples(Draw&)>>& rows() {
  using Row = std::function<Examples(Draw&)>;
  const auto unary = [](Variable (*op)(const Variable&), auto&& draw_input) -> Row {
    return [op, draw_input](Draw& draw) {
      return elementwise([op](Inputs v) { return op(v[0]); },
                         [&](const Shape& shape) { return std::vector<Tensor>{draw_input(draw, shape)}; });
    };
  };
  const auto binary = [](Variable (*op)(const Variable&, const Variable&)) -> Row {
    return [op](Draw& draw) {
      return elementwise([op](Inputs v) { return op(v[0], v[1]); },
                         [&](const Shape& shape) {
                           return std::vector<Tensor>{draw.normal(shape), draw.normal(shape)};
                         });
    };
  };
  const auto normal = [](Draw& draw, const Shape& shape) { return draw.normal(shape); };
  const auto positive = [](Draw& draw, const Shape& shape) { return draw.between(0.5, 2, shape); };
  const auto no_kinks_of_relu6 = [](Draw& draw, const Shape& shape) {
    Tensor x = draw.away_from_zero(shape);  // up to 2, so up to 8 after the first, which keeps a gradient
    for (int64_t i = 1; i < x.size(); ++i) x[i] = std::abs(4 * x[i] - 6) < 0.4 ? 5 : 4 * x[i];
    return x;
  };
  const auto no_kink = [](Draw& draw, const Shape& shape) { return draw.away_from_zero(shape); };

  static const std::map<std::string, Row> table{
      {"add(a, b)", binary(add)},
      {"subtract(a, b)", binary(subtract)},
      {"multiply(a, b)", binary(multiply)},
      {"scale(x, factor)",
       [](Draw& draw) {
         return elementwise([](Inputs v) { return scale(v[0], Real(-1.75)); },
                            [&](const Shape& shape) { return std::vector<Tensor>{draw.normal(shape)}; });
       }},
      {"exp(x)", unary(exp, normal)},
      {"log(x)", unary(log, positive)},
      {"tanh(x)", unary(tanh, normal)},
      // [relu]
      {"relu(x)", unary(relu, no_kink)},
      // [/relu]
      {"leaky_relu(x, slope)",
       [no_kink](Draw& draw) {
         return elementwise([](Inputs v) { return leaky_relu(v[0], Real(0.1)); },
                            [&](const Shape& shape) { return std::vector<Tensor>{no_kink(draw, shape)}; });
       }},
      {"relu6(x)", unary(relu6, no_kinks_of_relu6)},
      {"sigmoid(x)", unary(sigmoid, normal)},
      {"silu(x)", unary(silu, normal)},
      {"gelu(x)", unary(gelu, normal)},
      {"reshape(x, shape)", reshapes},
      {"gather(x, places, shape)", gathers},
      {"sum(x)", unary(sum, normal)},
      {"mean(x)", unary(mean, normal)},
      {"matmul(a, b)", [](Draw& draw) { return products([](Inputs v) { return matmul(v[0], v[1]); }, draw); }},
      {"add_bias(x, bias)", biases},
      {"linear(x, weight, bias)", linears},
      {"scale_channels(x, factor)", channel_scales},
      {"pad2d(x, value, rows, columns)", paddings},
      {"pad2d_circular(x, rows, columns)", circular_paddings},
      {"normalize_filters(w)", filter_normalizations},
      {"concat_channels(parts)", concatenations},
      {"slice_channels(x, first, count)", slices},
      {"pad_channels(x, before, after)", channel_paddings},
      {"shuffle_channels(x, groups)", shuffles},
      {"scale_images(x, factor)", image_scales},
      {"resize_images(x, height, width)", resizings},
      {"conv2d(x, w, args)", plain_convolutions},
      {"conv2d(x, w, bias, activation, args, packed)", fused_convolutions},
      {"compose_kernels(first, second, args)", compositions},
      {"max_pool2d(x, args)",
       [](Draw& draw) { return pools(max_pool2d, [&](const Shape& shape) { return draw.distinct(shape); }); }},
      {"avg_pool2d(x, args)",
       [](Draw& draw) { return pools(avg_pool2d, [&](const Shape& shape) { return draw.normal(shape); }); }},
      {"global_avg_pool(x)", averages_of_maps},
      {"batch_norm(x, gamma, beta, statistics, of, eps)", batch_norms},
      {"batch_norm_of_zero(x, gamma, beta, statistics, of, eps)", batch_norms_of_zero},
      {"norm_sum(branches, activation, of, eps)", norm_sums},
      {"conv_norm_sum(x, branches, activation, eps, statistics)", conv_norm_sums},
      {"softmax_cross_entropy(logits, labels, smoothing)", cross_entropies},
      {"dropout(x, probability, random)", dropouts},
  };
  return table;
}

/// The double build is the proof. Where float differences cancel, in batch norm above all, a tenth is what is left.
constexpr double kTolerance = sizeof(Real) == 8 ? 1e-6 : 0.1;

/// The name of the op that ran last.
class LastOp : public OpObserver {
 public:
  void on_op(const std::string& name, const std::vector<Variable>&, const Variable&) override { name_ = name; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

void check_example(const std::string& op, const Example& example) {
  CAPTURE(op, example.what);
  std::vector<Variable> variables;
  for (const Tensor& input : example.inputs) variables.emplace_back(input, true);

  const LastOp last;
  const Variable y = example.f(variables);
  CHECK(last.name() == op.substr(0, op.find('(')));

  // A check of nothing but zeros would say nothing.
  y.backward(random_uniform(y.shape(), Random(2, 0), 0.5, 1.5));
  for (const Variable& variable : variables) CHECK(max_abs(variable.grad()) > 0);

  const GradientCheck result = check_gradients(example.f, example.inputs, example.step);
  CAPTURE(result.where);
  CHECK(result.largest_error <= kTolerance);
}

/// The gradients of an example's inputs where something happens to these between the op and backward().
std::vector<std::vector<Real>> gradients(const Example& example, const std::function<void(Variable&)>& between) {
  std::vector<Variable> variables;
  for (const Tensor& input : example.inputs) variables.emplace_back(input.clone(), true);
  Variable y = example.f(variables);
  for (Variable& variable : variables) between(variable);
  y.backward(random_uniform(y.shape(), Random(2, 0), 0.5, 1.5));
  y = Variable();

  std::vector<std::vector<Real>> result;
  for (Variable& variable : variables) {
    result.push_back(variable.grad().to_vector());
    const Real* const buffer = variable.value().data();
    CHECK(variable.mutable_value().data() == buffer);  // nobody holds it any more
  }
  return result;
}

}  // namespace

TEST_CASE("every op: each one that ops.h declares has a row, and each row an op", "[autograd]") {
  check_rows_are_declared_ops(rows());
}

TEST_CASE("every op: its gradient equals central differences, at five shapes or more and three seeds", "[autograd]") {
  // Handing out ops of this size costs more than computing them.
  const ThreadCount one_thread(1);
  for (const auto& [op, examples] : rows()) {
    for (uint64_t seed = 1; seed <= repeats(3); ++seed) {
      Draw draw(seed);
      for (const Example& example : examples(draw)) check_example(op, example);
    }
  }
}

TEST_CASE("every op: its gradient is that of the values it saw, whatever its inputs become before it", "[autograd]") {
  const ThreadCount one_thread(1);
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  const auto overwrite = [nan](Variable& v) { std::fill_n(v.mutable_value().data(), v.value().size(), nan); };
  const auto replace = [nan](Variable& v) { v.set_value(Tensor::full(v.shape(), nan)); };
  for (const auto& [op, examples] : rows()) {
    Draw draw(1);
    for (const Example& example : examples(draw)) {
      CAPTURE(op, example.what);
      const auto expected = gradients(example, [](Variable&) {});
      CHECK(gradients(example, overwrite) == expected);
      CHECK(gradients(example, replace) == expected);
    }
  }
}

TEST_CASE("every op: its row has five shapes or more, among them extents of one", "[autograd]") {
  for (const auto& [op, examples] : rows()) {
    CAPTURE(op);
    Draw draw(1);
    std::set<std::string> shapes;
    bool extent_of_one = false;
    for (const Example& example : examples(draw)) {
      std::string all;
      for (const Tensor& input : example.inputs) {
        all += input.shape().text();
        for (int axis = 0; axis < input.shape().rank(); ++axis) extent_of_one |= input.shape()[axis] == 1;
      }
      shapes.insert(all);
    }
    CHECK(shapes.size() >= 5);
    CHECK(extent_of_one);
  }
}
