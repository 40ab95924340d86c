// Every network of the survey is the one that PyTorch computes from its paper's definition, folds to one that computes
// the same, and has the gradients that differences say. This goes over the table of networks, so a new row is held to
// it at once.

#include <algorithm>
#include <cmath>
#include <map>

#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/fold/conv_relu.h"
#include "layers/inspect/count.h"
#include "layers/models/survey/genotype.h"
#include "layers/models/survey/survey.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/reference.h"
#include "tests/sanitizers.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// What definitions in PyTorch count and compute: tests/torch/survey_networks.py.
const ReferenceValues& reference() {
  static const ReferenceValues values("survey");
  return values;
}
int64_t expected(const std::string& name, const std::string& count) {
  return static_cast<int64_t>(reference().number("/networks/" + name + "/" + count));
}

/// The teaching sizes, at most 130 M multiply-adds, are enough where a test runs a network several times.
constexpr int64_t kTeachingSize = 130'000'000;

std::unique_ptr<Sequential> make_named(const std::string& name) {
  Initializer initializer(1);
  return make_survey_network(name, 10, initializer);
}

/// The values of that script, which follow from a formula: tensor `number`, in [-1, 1).
double formula(int64_t number, int64_t element) {
  auto x = static_cast<uint32_t>(element + 65537 * number);
  x *= 2654435761U;
  x ^= x >> 16;
  x *= 2246822519U;
  x ^= x >> 13;
  return x / 2147483648.0 - 1;
}

Tensor formula(int64_t number, const Shape& shape, double factor, double offset = 0) {
  Tensor values(shape);
  for (int64_t i = 0; i < values.size(); ++i) values[i] = static_cast<Real>(factor * formula(number, i) + offset);
  return values;
}

/// Fills a network with them, in the order of computation. Gammas are positive, negative and zero; the variances let
/// the values of a hundred layers neither explode nor vanish.
class FormulaFiller : public Visitor {
 public:
  void parameter(const std::string& name, Variable& value) override {
    const Shape shape = value.shape();
    const double factor = name == "bias"      ? 0.5
                          : shape.rank() == 4 ? std::sqrt(6.0 / static_cast<double>(shape.rows()))
                          : shape.rank() == 2 ? 1 / std::sqrt(static_cast<double>(shape[0]))
                                              : 2;
    Tensor values = formula(++number_, shape, factor);
    if (name == "weight" && shape.rank() == 1) {
      for (int64_t c = 3; c < values.size(); c += 7) values[c] = 0;
    }
    value.set_value(values);
  }
  void buffer(const std::string& name, Tensor& value) override {
    if (name == "running_mean") value = formula(++number_, value.shape(), 0.5);
    if (name == "running_var") value = formula(++number_, value.shape(), 1, 1.5);
  }
  void child(const std::string&, Module& module) override { module.visit(*this); }

 private:
  int64_t number_ = 0;
};

/// In millions, with this many digits after the point.
double rounded_millions(int64_t count, int digits) {
  const double parts = std::pow(10, digits);
  return std::round(static_cast<double>(count) / 1e6 * parts) / parts;
}

}  // namespace

TEST_CASE("survey: every network is its definition in PyTorch, and folded it computes the same", "[layers][fold]") {
  const Shape image{1, 32, 32, 3};
  const NoGrad no_grad;
  for (const SurveyNetwork& each : survey_networks()) {
    CAPTURE(each.name);
    if (kSanitized && expected(each.name, "multiply_adds") > kTeachingSize / 3) continue;
    const auto network = make_named(each.name);
    const Counts counts = count(*network, image);
    CHECK(counts.parameters == expected(each.name, "parameters"));
    CHECK(counts.multiply_adds == expected(each.name, "multiply_adds"));

    FormulaFiller filler;
    network->visit(filler);
    network->eval();
    const auto folded = network->fold();
    const Variable x(formula(0, image, 2));
    const Tensor logits = (*network)(x).value();
    CHECK(reference().relative_error(logits, "/networks/" + each.name + "/logits") <= kReferenceTolerance);
    CHECK(relative_difference(logits, (*folded)(x).value()) <= kFoldTolerance);
    for (const NamedModule& module : named_modules(*folded)) CHECK(module.module->type() != "BatchNorm2d");
  }
}

TEST_CASE("survey: the counts of reference definitions round to those that are published", "[layers]") {
  struct Published {
    std::string name;
    double parameters;  // millions, three digits after the point
    double multiply_adds;
    int digits;
  };
  // [published]
  const Published all[] = {
      {"vgg16", 14.728, 313.20, 2},
      {"vgg_small", 0.585, 43.4, 1},
      {"googlenet", 6.166, 1521.76, 2},
      {"resnet20", 0.270, 40.55, 2},
      {"resnet56", 0.853, 125.49, 2},
      {"densenet_bc_100_12", 0.769, 287.9, 1},
      {"densenet_bc_40_12", 0.176, 72.4, 1},
      {"mobilenet", 3.217, 46.35, 2},
      {"shufflenet_g2", 0.888, 39.61, 2},
      {"shufflenetv2_0.5", 0.352, 10.90, 2},
      {"regnetx_200mf", 2.322, 223.32, 2},
      // 3.600 with the 1,088 parameters of an expansion that the reference's first block has, but never uses.
      {"efficientnet_b0", 3.599, 30.33, 2},
  };
  // [/published]
  for (const Published& each : all) {
    CAPTURE(each.name);
    CHECK(rounded_millions(expected(each.name, "parameters"), 3) == Approx(each.parameters).epsilon(1e-12));
    CHECK(rounded_millions(expected(each.name, "multiply_adds"), each.digits) ==
          Approx(each.multiply_adds).epsilon(1e-12));
  }
}

#ifdef ONEFOLD_REAL_IS_DOUBLE
TEST_CASE("survey: every network's gradient along a direction is that of differences", "[layers]") {
  // Among the activations of a deep network one may lie so close to a kink that a step crosses it. The slope along a
  // random direction is about as large as the gradient is long, with which the error is compared.
  constexpr double kLargestError = 1e-6;
  constexpr double kSteps[] = {1e-9, 1e-10};
  for (const SurveyNetwork& each : survey_networks()) {
    if (expected(each.name, "multiply_adds") > kTeachingSize) continue;
    CAPTURE(each.name);
    const auto network = make_named(each.name);
    const Variable x = random_images({4, 16, 16, 3});
    const Variable weights = random_images({4, 10}, 8);
    const auto loss = [&] { return sum(multiply((*network)(x), weights)); };

    // No batch norm as it is made, and none that makes a feature map constant: its maxima would be kinks.
    auto start = state(*network);
    uint64_t stream = 0;
    for (const auto& [name, value] : named_parameters(*network)) {
      const double deviation = value.shape().rank() == 1 ? 0.2 : 0;
      start[name] = add(value.value(), random_normal(value.shape(), Random(4, stream++), deviation));
    }
    load_state(*network, start);

    // In training mode, with the batch's statistics; each call begins with the same state.
    loss().backward();
    double slope = 0, squares = 0;
    auto directions = start;
    for (const auto& [name, value] : named_parameters(*network)) {
      directions[name] = random_normal(value.shape(), Random(5, stream++));
      for (int64_t i = 0; i < value.grad().size(); ++i) {
        slope += value.grad()[i] * directions[name][i];
        squares += value.grad()[i] * value.grad()[i];
      }
    }
    const auto loss_at = [&](double distance) {
      const NoGrad no_grad;
      auto moved = start;
      for (const auto& [name, value] : named_parameters(*network)) {
        moved[name] = add_scaled(start[name], distance, directions[name]);
      }
      load_state(*network, moved);
      return loss().value().item();
    };
    double error = INFINITY;
    for (const double step : kSteps) {
      const double difference = (loss_at(step) - loss_at(-step)) / (2 * step);
      error = std::min(error, std::abs(slope - difference) / std::sqrt(squares));
      if (error <= kLargestError) break;
    }
    CHECK(error <= kLargestError);
  }
}
#endif

TEST_CASE("survey: names may end in numbers, and an unknown one gets the nearest", "[layers]") {
  Initializer initializer(1);
  CHECK(count_parameters(*make_named("resnet14")) == 172506);
  CHECK(count_parameters(*make_named("densenet_bc_22_12")) == 71686);
  CHECK(is_survey_network("resnet8"));
  CHECK(is_survey_network("resnet9"));  // which cannot be made, and making it says why
  for (const char* name :
       {"", "resnet", "resnet_20", "resnet20x", "resnet1e2", "densenet_bc_40", "densenet_bc_40_12_6"}) {
    CAPTURE(name);
    CHECK_FALSE(is_survey_network(name));
    CHECK_THAT(error_of([&] { make_named(name); }), ContainsSubstring("unknown network \"" + std::string(name) + "\""));
  }
  CHECK_THROWS_WITH(make_named("resnet_20"),
                    "unknown network \"resnet_20\"; the nearest names are resnet20, resnet32, resnet110");
  CHECK_THROWS_WITH(make_named("ResNet-56"), ContainsSubstring("the nearest names are resnet56, "));
  CHECK_THROWS_WITH(make_named("densenet"),
                    ContainsSubstring("the nearest names are densenet_bc_40_12, densenet_bc_100_12, "));
  CHECK_THROWS_WITH(make_named("gogglenet"),
                    ContainsSubstring("unknown network \"gogglenet\"; the nearest names are googlenet, "));
  CHECK(count_parameters(*make_named(std::string("nasnet:") + kNasNetA)) == 212122);
  CHECK_THROWS_WITH(make_named("nasnet:sep3 0 + sepp 1"),
                    ContainsSubstring("genotype: \"sepp\" at character 10, expected one of skip, sep3"));
  CHECK_THROWS_WITH(make_named("resnet21"),
                    "resnet: got depth 21, expected 6 n + 2 layers, as 20, 32, 44, 56 or 110, at most 1202");
  CHECK_THROWS_WITH(make_named("resnet20.5"), "survey: got 20.5, expected a whole number below 1e9");
  CHECK_THROWS_WITH(make_named("resnet99999999999999999998"), ContainsSubstring("expected a whole number below 1e9"));
  CHECK_THROWS_WITH(make_named("densenet_bc_41_12"),
                    "densenet_bc: got depth 41, expected 6 n + 4 layers, as 40 or 100, at most 250");
  CHECK_THROWS_WITH(make_named("densenet_bc_40_0"), "densenet_bc: got growth 0, expected 1 to 48 channels per layer");
  CHECK_THROWS_WITH(vgg("vgg13", 10, initializer), "vgg: unknown plan \"vgg13\"; expected vgg_small, vgg11 or vgg16");
  CHECK_THROWS_WITH(nasnet(kNasNetA, 0, 8, 10, initializer),
                    "nasnet: got 0 cells of 8 channels, expected at least 1 and 2");
}

TEST_CASE("survey: names are unique, and each is known", "[layers]") {
  std::map<std::string, int> seen;
  for (const SurveyNetwork& each : survey_networks()) {
    CAPTURE(each.name);
    CHECK(++seen[each.name] == 1);
    CHECK(is_survey_network(each.name));
    CHECK_FALSE(each.about.empty());
  }
  CHECK(seen.size() == reference().names("/networks").size());
}

TEST_CASE("survey: a folded ResNet is one op per convolution, and one per sum and ReLU", "[layers][fold]") {
  const auto network = make_named("resnet8");
  network->eval();
  const auto folded = network->fold();
  const Counts counts = count(*folded, {1, 32, 32, 3});
  CHECK(counts.convolutions == 7);
  CHECK(counts.batch_norms == 0);
  CHECK(counts.additions == 3);
  int64_t joined = 0;
  for (const NamedModule& each : named_modules(*folded)) joined += dynamic_cast<ConvRelu*>(each.module) != nullptr;
  CHECK(joined == 4);  // the stem, and the first convolution of each block
}
