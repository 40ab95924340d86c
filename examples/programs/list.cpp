// Lists all networks that --net and describe take, with what they cost per image of 32 x 32 pixels.
//
// Run     build/examples/list
//         build/examples/list resnet
// Time    a few seconds
// Expect  a row per network: name, parameters, multiply-adds of its convolutions and linear layers, in training form

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "examples/cli/format.h"
#include "examples/cli/program.h"
#include "examples/cli/table.h"
#include "layers/inspect/count.h"
#include "layers/labs/make_network.h"
#include "layers/models/survey/survey.h"

using namespace onefold;

namespace {

constexpr int64_t kClasses = 10, kSide = 32;

struct Named {
  std::string name, about;
};

/// The networks of the survey, then the sizes of RepVGG.
std::vector<Named> all_networks() {
  std::vector<Named> all;
  for (const SurveyNetwork& network : survey_networks()) all.push_back({network.name, network.about});
  for (const std::string& name : vgg_variant_names()) {
    const RepVggSize size = vgg_variant(name).size;
    std::string about = "RepVGG, ";
    for (size_t s = 0; s < size.depths.size(); ++s) about += (s == 0 ? "" : ", ") + std::to_string(size.depths[s]);
    about += " blocks of ";
    for (size_t s = 0; s < size.widths.size(); ++s) about += (s == 0 ? "" : ", ") + std::to_string(size.widths[s]);
    all.push_back({name, about + " channels"});
  }
  return all;
}

struct Options {
  std::string part;  // of the names to show
  bool json = false;
};

int list(const Options& options) {
  Table table{.columns = {{"network"}, {"parameters", true}, {"multiply-adds", true}, {"what it is"}}};
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const auto& [name, about] : all_networks()) {
    if (name.find(options.part) == name.npos) continue;
    Initializer initializer(0);
    const Counts counts = count(*make_network(name, "repvgg", kClasses, initializer), {1, kSide, kSide, 3});
    table.rows.push_back({name, short_count(static_cast<double>(counts.parameters)),
                          short_count(static_cast<double>(counts.multiply_adds)), about});
    array.push_back(
        {{"name", name}, {"parameters", counts.parameters}, {"multiply_adds", counts.multiply_adds}, {"about", about}});
  }
  if (array.empty()) throw UsageError("no network's name contains \"" + options.part + "\"; leave it out to see all");
  std::cout << (options.json ? array.dump() + "\n" : text_table(table));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Lists all networks, with their parameters and multiply-adds.", "resnet --json", "docs/the-networks.md"},
      [&](CommandLine& line) {
        line.add_option("part", &options.part, "only networks whose names contain this").value_name("PART");
        line.add_flag("--json", &options.json, "print an array of JSON instead of a table");
      },
      [&](const CommandLine&) { return list(options); });
}
