#include "layers/models/survey/survey.h"

#include <algorithm>
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

/// Networks by numbers behind a name: "resnet" 50.
struct NumberedNetworks {
  std::string prefix;
  size_t numbers;  // how many, with _ between them
  Make (*make)(const std::vector<double>& numbers);
};

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
  };
  // [/numbered]
  return all;
}

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

/// "resnet20, resnet32, resnet44"
std::string nearest_names(const std::string& name) {
  std::vector<std::pair<size_t, std::string>> names;
  for (const SurveyNetwork& network : survey_networks()) {
    names.emplace_back(edit_distance(name, network.name), network.name);
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
      {"nasnet_a_small", "3 normal and 2 reduction cells of NASNet-A, 8 channels", with(nasnet, kNasNetA, 1, 8)},
      {"nasnet_a", "18 normal and 2 reduction cells of NASNet-A (6 @ 768)", with(nasnet, kNasNetA, 6, 32)},
      {"pnasnet_small", "3 normal and 2 reduction cells of PNASNet-5, 8 channels", with(nasnet, kPnasNet5, 1, 8)},
      {"pnasnet", "9 normal and 2 reduction cells of PNASNet-5, 48 channels", with(nasnet, kPnasNet5, 3, 48)},
      {"amoebanet_a_small", "3 normal and 2 reduction cells of AmoebaNet-A, 8 channels",
       with(nasnet, kAmoebaNetA, 1, 8)},
      {"amoebanet_a", "18 normal and 2 reduction cells of AmoebaNet-A, 32 channels", with(nasnet, kAmoebaNetA, 6, 32)},
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
