#include "tests/reference.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/check.h"

namespace onefold {

struct ReferenceValues::Json {
  nlohmann::json root;

  const nlohmann::json& at(const std::string& place) const { return root.at(nlohmann::json::json_pointer(place)); }
};

ReferenceValues::ReferenceValues(const std::string& name) : json_(std::make_unique<Json>()) {
  const std::string path = std::string(ONEFOLD_SOURCE_DIR) + "/tests/reference/" + name + ".json";
  std::ifstream file(path);
  check(file.good(), path, ": cannot be read");
  json_->root = nlohmann::json::parse(file);
}

ReferenceValues::~ReferenceValues() = default;

double ReferenceValues::number(const std::string& place) const { return json_->at(place).get<double>(); }

std::string ReferenceValues::text(const std::string& place) const { return json_->at(place).get<std::string>(); }

std::vector<double> ReferenceValues::numbers(const std::string& place) const {
  return json_->at(place).get<std::vector<double>>();
}

std::vector<int64_t> ReferenceValues::integers(const std::string& place) const {
  return json_->at(place).get<std::vector<int64_t>>();
}

std::vector<int> ReferenceValues::labels(const std::string& place) const {
  return json_->at(place).get<std::vector<int>>();
}

int ReferenceValues::size(const std::string& place) const { return static_cast<int>(json_->at(place).size()); }

std::vector<std::string> ReferenceValues::names(const std::string& place) const {
  std::vector<std::string> names;
  for (const auto& entry : json_->at(place).items()) names.push_back(entry.key());
  return names;
}

Tensor ReferenceValues::tensor(const std::string& place) const {
  const std::vector<int64_t> extents = integers(place + "/shape");
  const std::vector<double> values = numbers(place + "/values");
  return Tensor::from(Shape(extents.data(), static_cast<int64_t>(extents.size())), {values.begin(), values.end()});
}

std::map<std::string, Tensor> ReferenceValues::state(const std::string& place) const {
  std::map<std::string, Tensor> state;
  for (const std::string& name : names(place)) state[name] = tensor(place + "/" + name);
  return state;
}

double ReferenceValues::relative_error(const Tensor& got, const std::string& place) const {
  const std::vector<double> wanted = numbers(place + "/values");
  double largest = 0, difference = 0;
  if (got.shape() == tensor(place).shape()) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const double error = std::abs(static_cast<double>(got[static_cast<int64_t>(i)]) - wanted[i]);
      if (std::isnan(error)) return error;
      difference = std::max(difference, error);
      largest = std::max(largest, std::abs(wanted[i]));
    }
  }
  return largest > 0 ? difference / largest : std::numeric_limits<double>::infinity();
}

}  // namespace onefold
