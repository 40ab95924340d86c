// Every network of the survey has the counts of its paper's definition, computes what it did once it is folded, and has
// the gradients that differences say. All of this goes over the table of networks, so a new row is held to it at once.

#include <algorithm>
#include <cmath>
#include <map>

#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/fold/conv_relu.h"
#include "layers/labs/count.h"
#include "layers/models/survey/genotype.h"
#include "layers/models/survey/survey.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/sanitizers.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct SurveyCounts {
  int64_t parameters, multiply_adds;
};

/// Of one image of 32 x 32 pixels and ten classes. The integers come from definitions in PyTorch and from formulas,
/// which share no code with these.
const std::map<std::string, SurveyCounts>& expected_counts() {
  static const std::map<std::string, SurveyCounts> all = {
      {"vgg_small", {585450, 43354624}},
      {"vgg11", {9231114, 152769536}},
      {"vgg16", {14728266, 313201664}},
      {"googlenet_small", {402074, 95698688}},
      {"googlenet", {6166250, 1521756160}},
      {"resnet20", {269722, 40551040}},
      {"resnet32", {464154, 68862592}},
      {"resnet44", {658586, 97174144}},
      {"resnet56", {853018, 125485696}},
      {"resnet110", {1727962, 252887680}},
      {"inception_resnet", {337738, 87101184}},
      {"densenet_bc_40_12", {176122, 72365352}},
      {"densenet_bc_100_12", {769162, 287929692}},
      {"nasnet_a_small", {212122, 35556480}},
      {"nasnet_a", {3061738, 483842304}},
      {"pnasnet_small", {258618, 42847360}},
      {"pnasnet", {4271002, 675210624}},
      {"amoebanet_a_small", {237178, 46221184}},
      {"amoebanet_a", {2509674, 420581120}},
      {"mobilenet", {3217226, 46354432}},
      {"mobilenet_0.5", {823722, 12167168}},
      {"mobilenet_0.5_24", {823722, 7546496}},
      {"shufflenet_g2", {887582, 39614080}},
      {"shufflenet_g3", {862768, 38605056}},
      {"shufflenetv2_0.5", {352042, 10902016}},
      {"shufflenetv2_1", {1263854, 45002112}},
      {"xception", {503242, 128241408}},
      {"efficientnet_tiny_0", {220580, 8962592}},
      {"efficientnet_tiny_1", {370238, 19022896}},
      {"efficientnet_tiny_2", {444861, 32255080}},
      {"efficientnet_b0", {3598598, 30331392}},
      {"regnetx_small", {275386, 41313936}},
      {"regnety_small", {319742, 41357328}},
      {"regnetx_200mf", {2321946, 223317600}},
      {"regnety_400mf", {3912330, 453501264}},
      {"delta_orthogonal_32", {1110282, 79626880}},
      {"maxnorm_20", {269034, 40551040}},
      {"maxnorm_56", {850986, 125485696}},
  };
  return all;
}

/// The teaching sizes, at most 130 M multiply-adds, are enough where a test runs a network several times.
constexpr int64_t kTeachingSize = 130'000'000;

std::unique_ptr<Sequential> make_named(const std::string& name) {
  Initializer initializer(1);
  return make_survey_network(name, 10, initializer);
}

/// Larger variances, so that random gammas let the values of a hundred layers neither explode nor vanish. Large ones
/// would saturate the sigmoids of squeeze-excite, where a rounding error grows.
void double_variances(Module& network) {
  auto values = state(network);
  for (auto& [name, tensor] : values) {
    if (ends_with(name, "running_var")) tensor = scale(tensor, 2);
  }
  load_state(network, values);
}

/// In millions, with this many digits behind the point.
double rounded_millions(int64_t count, int digits) {
  const double parts = std::pow(10, digits);
  return std::round(static_cast<double>(count) / 1e6 * parts) / parts;
}

}  // namespace

TEST_CASE("survey: every network has these counts, and folded it computes what it did", "[layers][fold]") {
  const Shape image{1, 32, 32, 3};
  const NoGrad no_grad;
  for (const SurveyNetwork& each : survey_networks()) {
    CAPTURE(each.name);
    REQUIRE(expected_counts().count(each.name) == 1);
    const SurveyCounts expected = expected_counts().at(each.name);
    if (kSanitized && expected.multiply_adds > kTeachingSize) continue;

    const auto network = make_named(each.name);
    const Counts counts = count(*network, image);
    CHECK(counts.parameters == expected.parameters);
    CHECK(counts.multiply_adds == expected.multiply_adds);

    randomize(*network, 3, false);
    double_variances(*network);
    network->eval();
    const auto folded = network->fold();
    const Variable x = random_images(image);
    const Tensor logits = (*network)(x).value();
    CHECK(logits.shape() == Shape{1, 10});
    CHECK(relative_difference(logits, (*folded)(x).value()) <= kFoldTolerance);
    for (const NamedModule& module : named_modules(*folded)) CHECK(module.module->type() != "BatchNorm2d");
  }
}

TEST_CASE("survey: the counts of reference definitions round to those that are published", "[layers]") {
  struct Published {
    std::string name;
    double parameters;  // millions, three digits behind the point
    double multiply_adds;
    int digits;
  };
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
  for (const Published& each : all) {
    CAPTURE(each.name);
    const SurveyCounts counts = expected_counts().at(each.name);
    CHECK(rounded_millions(counts.parameters, 3) == Approx(each.parameters).epsilon(1e-12));
    CHECK(rounded_millions(counts.multiply_adds, each.digits) == Approx(each.multiply_adds).epsilon(1e-12));
  }
}

#ifdef ONEFOLD_REAL_IS_DOUBLE
TEST_CASE("survey: every network's gradient along a direction is that of differences", "[layers]") {
  // Among the activations of a deep network one may lie so close to a kink that a step crosses it. The slope along a
  // random direction is about as large as the gradient is long, with which the error is compared.
  constexpr double kLargestError = 1e-6;
  constexpr double kSteps[] = {1e-9, 1e-10};
  for (const SurveyNetwork& each : survey_networks()) {
    if (expected_counts().at(each.name).multiply_adds > kTeachingSize) continue;
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
  CHECK(seen.size() == expected_counts().size());
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
