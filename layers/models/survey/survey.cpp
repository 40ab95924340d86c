#include "layers/models/survey/survey.h"

#include <algorithm>
#include <cctype>
#include <locale>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include "core/check.h"
#include "layers/models/survey/genotype.h"

namespace onefold {

namespace {

using Make = decltype(SurveyNetwork::make);

/// A definition with its settings, which stand before the classes.
template <class Definition, class... Settings>
Make with(Definition definition, Settings... settings) {
  return [=](int64_t classes, Initializer& initializer) { return definition(settings..., classes, initializer); };
}

/// Networks by numbers after a name: "resnet" 50.
struct NumberedNetworks {
  std::string prefix;
  size_t numbers;  // how many, with _ between them
  Make (*make)(const std::vector<double>& numbers);
};

std::unique_ptr<Sequential> scaled_efficientnet(double phi, int64_t classes, Initializer& initializer) {
  return efficientnet_tiny(compound_scale(phi), classes, initializer);
}

int64_t whole(double number) {
  const auto rounded = static_cast<int64_t>(std::min(number, 1e9));
  check(static_cast<double>(rounded) == number, "survey: got ", number, ", expected a whole number below 1e9");
  return rounded;
}

const std::vector<NumberedNetworks>& numbered_networks() {
  // [numbered]
  static const std::vector<NumberedNetworks> all = {
      {"resnet", 1, [](const std::vector<double>& n) { return with(resnet, whole(n[0])); }},
      {"densenet_bc_", 2, [](const std::vector<double>& n) { return with(densenet_bc, whole(n[0]), whole(n[1])); }},
      {"mobilenet_", 1, [](const std::vector<double>& n) { return with(mobilenet, n[0], 32); }},
      {"mobilenet_", 2, [](const std::vector<double>& n) { return with(mobilenet, n[0], whole(n[1])); }},
      {"shufflenet_g", 1, [](const std::vector<double>& n) { return with(shufflenet, whole(n[0])); }},
      {"shufflenetv2_", 1, [](const std::vector<double>& n) { return with(shufflenet_v2, n[0]); }},
      {"efficientnet_tiny_", 1, [](const std::vector<double>& n) { return with(scaled_efficientnet, n[0]); }},
      {"delta_orthogonal_", 1, [](const std::vector<double>& n) { return with(delta_orthogonal, whole(n[0])); }},
      {"maxnorm_", 1, [](const std::vector<double>& n) { return with(max_norm, whole(n[0])); }},
  };
  // [/numbered]
  return all;
}

/// A small stack of any cells: their genotype follows.
const std::string kCells = "nasnet:";

/// "64_24" -> 64 and 24; empty if the text is anything else.
std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, '_');) {
    std::istringstream digits(part);
    digits.imbue(std::locale::classic());
    double number = 0;
    if (part.find_first_not_of("0123456789.") != std::string::npos || !(digits >> number) || !digits.eof()) return {};
    numbers.push_back(number);
  }
  return numbers;
}

std::optional<Make> find_network(const std::string& name) {
  for (const SurveyNetwork& network : survey_networks()) {
    if (network.name == name) return network.make;
  }
  if (name.starts_with(kCells)) return with(nasnet, name.substr(kCells.size()), 1, 16);
  for (const NumberedNetworks& family : numbered_networks()) {
    if (!name.starts_with(family.prefix)) continue;
    const std::vector<double> numbers = numbers_in(name.substr(family.prefix.size()));
    if (numbers.size() == family.numbers) return family.make(numbers);
  }
  return std::nullopt;
}

/// How many characters must be inserted, removed or replaced to get from a to b.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);  // distances from a's first i characters to b's first j
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// "resnet20, resnet32, resnet44": names that begin as this one first, then those that are least different.
std::string nearest_names(const std::string& name) {
  const std::string typed = lower_case(name);
  std::vector<std::pair<size_t, std::string>> names;
  for (const SurveyNetwork& network : survey_networks()) {
    names.emplace_back(network.name.starts_with(typed) ? 0 : edit_distance(typed, network.name), network.name);
  }
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return names[0].second + ", " + names[1].second + ", " + names[2].second;
}

}  // namespace

const std::vector<SurveyNetwork>& survey_networks() {
  // [networks]
  static const std::vector<SurveyNetwork> all = {
      {"vgg_small", "7 convolutions, 32 to 256 channels", with(vgg, "vgg_small")},
      {"vgg11", "8 convolutions, 64 to 512 channels", with(vgg, "vgg11")},
      {"vgg16", "13 convolutions, 64 to 512 channels", with(vgg, "vgg16")},
      {"googlenet_small", "5 Inception modules, 80 to 400 channels", with(googlenet_small)},
      {"googlenet", "9 Inception modules, 256 to 1024 channels", with(googlenet)},
      {"resnet20", "9 residual blocks, 16 to 64 channels", with(resnet, 20)},
      {"resnet32", "15 residual blocks, 16 to 64 channels", with(resnet, 32)},
      {"resnet44", "21 residual blocks, 16 to 64 channels", with(resnet, 44)},
      {"resnet56", "27 residual blocks, 16 to 64 channels", with(resnet, 56)},
      {"resnet110", "54 residual blocks, 16 to 64 channels", with(resnet, 110)},
      {"inception_resnet", "one block each of kinds A, B and C, 64 to 384 channels", with(inception_resnet)},
      {"densenet_bc_40_12", "18 dense layers that add 12 channels each", with(densenet_bc, 40, 12)},
      {"densenet_bc_100_12", "48 dense layers that add 12 channels each", with(densenet_bc, 100, 12)},
      {"nasnet_a_small", "3 normal and 2 reduction cells of NASNet-A, 16 channels", with(nasnet, kNasNetA, 1, 16)},
      {"nasnet_a", "18 normal and 2 reduction cells of NASNet-A (6 @ 768)", with(nasnet, kNasNetA, 6, 32)},
      {"pnasnet_small", "3 normal and 2 reduction cells of PNASNet-5, 16 channels", with(nasnet, kPnasNet5, 1, 16)},
      {"pnasnet", "9 normal and 2 reduction cells of PNASNet-5, 48 channels", with(nasnet, kPnasNet5, 3, 48)},
      {"amoebanet_a_small", "3 normal and 2 reduction cells of AmoebaNet-A, 16 channels",
       with(nasnet, kAmoebaNetA, 1, 16)},
      {"amoebanet_a", "18 normal and 2 reduction cells of AmoebaNet-A, 32 channels", with(nasnet, kAmoebaNetA, 6, 32)},
      {"mobilenet", "13 depthwise and 1x1 pairs, 64 to 1024 channels", with(mobilenet, 1.0, 32)},
      {"mobilenet_0.5", "half of MobileNet's channels", with(mobilenet, 0.5, 32)},
      {"mobilenet_0.5_24", "half of its channels, on images of 24 x 24 pixels", with(mobilenet, 0.5, 24)},
      {"shufflenet_g2", "16 blocks in 2 groups, 200 to 800 channels", with(shufflenet, 2)},
      {"shufflenet_g3", "16 blocks in 3 groups, 240 to 960 channels", with(shufflenet, 3)},
      {"shufflenetv2_0.5", "16 blocks, 48 to 192 channels", with(shufflenet_v2, 0.5)},
      {"shufflenetv2_1", "16 blocks, 116 to 464 channels", with(shufflenet_v2, 1)},
      {"xception", "8 blocks of separable convolutions, 64 to 256 channels", with(xception)},
      {"efficientnet_tiny_0", "9 inverted bottlenecks, 16 to 80 channels, 32 x 32 pixels",
       with(scaled_efficientnet, 0)},
      {"efficientnet_tiny_1", "11 of them, 16 to 88 channels, 37 x 37 pixels", with(scaled_efficientnet, 1)},
      {"efficientnet_tiny_2", "12 of them, 20 to 96 channels, 42 x 42 pixels", with(scaled_efficientnet, 2)},
      {"efficientnet_b0", "16 inverted bottlenecks, 16 to 320 channels", with(efficientnet_b0)},
      {"regnetx_small", "8 blocks, 16 to 168 channels", with(regnet, RegNet{16, 20, 2.2, 8, 8})},
      {"regnety_small", "the same with squeeze-excite", with(regnet, RegNet{16, 20, 2.2, 8, 8, 0.25})},
      {"regnetx_200mf", "13 blocks, 24 to 368 channels", with(regnet, RegNet{24, 36.44, 2.49, 13, 8})},
      {"regnety_400mf", "16 blocks with squeeze-excite, 48 to 440 channels",
       with(regnet, RegNet{48, 27.89, 2.09, 16, 8, 0.25})},
      {"delta_orthogonal_32", "32 plain layers, 64 channels, tanh", with(delta_orthogonal, 32)},
      {"maxnorm_20", "20 plain layers, 16 to 64 channels, leaky ReLU", with(max_norm, 20)},
      {"maxnorm_56", "56 plain layers, 16 to 64 channels, leaky ReLU", with(max_norm, 56)},
  };
  // [/networks]
  return all;
}

bool is_survey_network(const std::string& name) { return find_network(name).has_value(); }

std::unique_ptr<Sequential> make_survey_network(const std::string& name, int64_t classes, Initializer& initializer) {
  const std::optional<Make> make = find_network(name);
  check(make.has_value(), "unknown network \"", name, "\"; the nearest names are ", nearest_names(name));
  return (*make)(classes, initializer);
}

}  // namespace onefold
