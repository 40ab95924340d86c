#include "examples/support/int8_report.h"

#include "core/check.h"
#include "examples/support/chart.h"
#include "examples/support/format.h"

namespace onefold {

namespace {

/// Each layer's largest weight over the standard deviation, as bars.
Html spread_chart(const Int8Form& form) {
  BarChart chart{.title = form.form + ": largest |weight| in standard deviations"};
  for (const Int8Layer& layer : form.layers) {
    chart.bars.push_back({layer.name, {layer.weights.spread()}, fixed(layer.weights.spread(), 1)});
  }
  return bar_chart(chart);
}

Html histograms(const Int8Form& form) {
  Html pictures;
  for (const Int8Layer& layer : form.layers) {
    pictures += histogram_picture(layer.name + ", weights", layer.weights, 0);
    pictures += histogram_picture(layer.name + ", inputs", layer.inputs, 1);
  }
  return element("details",
                 element("summary", form.form + ": histograms of " + std::to_string(form.layers.size()) + " layers") +
                     element("div", {{"class", "charts"}}, pictures));
}

}  // namespace

std::string Int8Record::settings() const {
  std::string words = std::to_string(weight_bits) + "-bit weights, " + std::to_string(input_bits) +
                      "-bit inputs, ranges from " + grouped(calibration_images) + " training images";
  return coverage == 1 ? words : words + " without the outer " + percent(1 - coverage, 2);
}

Table accuracy_table(const Int8Record& record) {
  Table table{.columns = {{"network"}, {"form"}}};
  check(!record.forms.empty(), "accuracy_table: no network was tried; try at least one");
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
                          {"largest |weight|", true},
                          {"standard deviation", true},
                          {"their ratio", true},
                          {"lowest input", true},
                          {"highest input", true},
                          {"largest |input| / deviation", true}}};
  for (const Int8Layer& layer : form.layers) {
    table.rows.push_back({layer.name, plain(layer.weights.largest(), 3), plain(layer.weights.deviation, 3),
                          fixed(layer.weights.spread(), 1), plain(layer.inputs.low, 3), plain(layer.inputs.high, 3),
                          fixed(layer.inputs.spread(), 1)});
  }
  return table;
}

std::string int8_page(const Int8Record& record) {
  Html content = section("Accuracy", "Weights on symmetric grids, inputs on one asymmetric grid a layer.",
                         table(accuracy_table(record)));
  for (size_t first = 0; first < record.forms.size();) {
    // The forms of one model stand one after the other.
    const std::string& model = record.forms[first].model;
    Html charts, more;
    for (; first < record.forms.size() && record.forms[first].model == model; ++first) {
      charts += spread_chart(record.forms[first]);
      more += histograms(record.forms[first]);
    }
    content += section(model,
                       "A grid reaches to the largest number: the further that is from the others, the fewer of the "
                       "grid's steps are left for them. Each chart has its own scale; counts of histograms are logarithmic.",
                       element("div", {{"class", "charts"}}, charts) + more);
  }
  const Html lead = element("p", record.settings() + "; tested on " + grouped(record.test_images) + " images of " +
                                     record.dataset + ".");
  return page("Rounded to few bits", lead, content);
}

}  // namespace onefold
