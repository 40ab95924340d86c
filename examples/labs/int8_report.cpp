#include "examples/labs/int8_report.h"

#include <nlohmann/json.hpp>

#include "core/check.h"
#include "examples/cli/format.h"
#include "examples/report/page.h"

namespace onefold {

using Json = nlohmann::ordered_json;

namespace {

Json to_json(const Histogram& histogram) {
  return {
      {"low", histogram.low}, {"high", histogram.high}, {"spread", histogram.spread()}, {"counts", histogram.counts}};
}

Json to_json(const Int8Form& form) {
  Json layers = Json::array();
  for (const Int8Layer& layer : form.layers) {
    layers.push_back({{"name", layer.name}, {"weights", to_json(layer.weights)}, {"inputs", to_json(layer.inputs)}});
  }
  return {{"model", form.model}, {"form", form.form}, {"layers", layers}};
}

}  // namespace

std::string Int8Record::settings() const {
  std::string words = std::to_string(weight_bits) + "-bit weights, " + std::to_string(input_bits) +
                      "-bit inputs, ranges from " + grouped(calibration_images) + " training images";
  return coverage == 1 ? words : words + " without the outer " + percent(1 - coverage, 2);
}

Table accuracy_table(const Int8Record& record) {
  Table table{.columns = {{"network"}, {"form"}}};
  check(!record.forms.empty(), "accuracy_table: got no network, expected at least 1");
  for (const Int8Trial& trial : record.forms.front().trials) table.columns.push_back({trial.name, true});
  for (const Int8Form& form : record.forms) {
    std::vector<std::string> row = {form.model, form.form};
    for (const Int8Trial& trial : form.trials) row.push_back(percent(trial.accuracy, 2));
    table.rows.push_back(row);
  }
  return table;
}

Table spread_table(const Int8Form& form) {
  Table table{.columns = {{form.model + ", " + form.form},
                          {"maximum |weight|", true},
                          {"std", true},
                          {"their ratio", true},
                          {"lowest input", true},
                          {"highest input", true},
                          {"maximum |input| / std", true}}};
  for (const Int8Layer& layer : form.layers) {
    table.rows.push_back({layer.name, plain(layer.weights.largest(), 3), plain(layer.weights.deviation, 3),
                          fixed(layer.weights.spread(), 1), plain(layer.inputs.low, 3), plain(layer.inputs.high, 3),
                          fixed(layer.inputs.spread(), 1)});
  }
  return table;
}

std::string int8_page(const Int8Record& record) {
  Json forms = Json::array();
  for (const Int8Form& form : record.forms) forms.push_back(to_json(form));
  const std::string lead =
      record.settings() + "; tested on " + record.dataset + ", " + grouped(record.test_images) + " images.";
  return page("Rounded to few bits", lead, {},
              {{"int8", {{"accuracy", table_json(accuracy_table(record))}, {"forms", forms}}}});
}

}  // namespace onefold
