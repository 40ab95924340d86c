// Describes a network layer by layer, and draws its graph: one of those that list shows, or a saved one.
//
// Run     build/examples/describe resnet20
//         build/examples/describe runs/train-mini/model.safetensors --form folded --svg folded.svg
// Time    a few seconds
// Expect  a row per layer: the shape that it computes, its parameters, multiply-adds and memory accesses, and its share
//         of the time that a pass of 16 images takes on this machine
//
// Memory accesses are the elements of feature maps, weights and results that a layer's ops read and write: where they
// are many and multiply-adds are few, memory is what takes the time.

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/table.h"
#include "examples/pictures/network_drawing.h"
#include "examples/training/networks.h"
#include "layers/inspect/trace.h"

using namespace onefold;

namespace {

constexpr int64_t kClasses = 10, kTimedImages = 16;

struct Options {
  std::string network;
  std::string reparam = "repvgg";
  std::string form;
  std::optional<int64_t> image;
  double timing_seconds = 1;
  bool json = false;
  std::optional<std::filesystem::path> svg;
};

void add_options(CommandLine& line, Options& options) {
  line.add_option("network", &options.network,
                  "a network's name, such as resnet20 (list shows all), or a saved network")
      .required()
      .rule(name_of("a network"))
      .value_name("NAME|FILE");
  add_reparam_option(line, options.reparam);
  line.add_option("--form", &options.form,
                  "training, or folded: what the network folds to (default: training, or the form of the file)")
      .rule(one_of({"training", "folded"}))
      .value_name("FORM");
  line.add_option("--image", &options.image, "height and width of the images (default: from the file, else 32)")
      .rule(whole_number(1, 4096))
      .value_name("N");
  line.add_option("--timing-seconds", &options.timing_seconds, "how long to time passes (0 = no timing)")
      .rule(real_number(0, 3600))
      .value_name("S");
  line.add_flag("--json", &options.json, "print one object of JSON instead of a table");
  line.add_option("--svg", &options.svg, "draw the network's graph to this .svg file")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_threads_option(line);
}

/// The network that was asked for, in the form that was.
struct Described {
  SavedNetwork saved;
  Shape image;
};

bool is_file(const std::string& network) {
  std::error_code none;
  return network.ends_with(".safetensors") || std::filesystem::is_regular_file(network, none);
}

SavedNetwork make(const CommandLine& line, Options options) {
  settle_reparam(line, options.network, options.reparam);
  SavedNetwork made;
  made.card.net = options.network;
  made.card.reparam = options.reparam;
  made.card.form = "training";
  Initializer initializer(0);
  try {
    made.trained = make_network(options.network, options.reparam, kClasses, initializer);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  made.trained->eval();
  return made;
}

SavedNetwork load(const CommandLine& line, const Options& options) {
  if (line.count("--reparam") > 0) throw UsageError("--reparam: " + options.network + " has its blocks already");
  return load_network(options.network);
}

Described get_network(const CommandLine& line, const Options& options) {
  SavedNetwork saved = is_file(options.network) ? load(line, options) : make(line, options);
  if (options.form == "training" && saved.folded) {
    throw UsageError("--form training: " + options.network + " is folded; name the file that it was folded from");
  }
  if (options.form == "folded" && saved.trained) {
    saved.folded = saved.trained->fold();
    saved.trained = nullptr;
    saved.card.form = "folded";
  }
  const ImageSize& image = saved.card.image;
  const Shape shape{1, options.image.value_or(image.height), options.image.value_or(image.width), 3};
  return {std::move(saved), shape};
}

/// What a layer's ops come to; those of layers that are called several times, too.
struct Row {
  std::string output = "-";
  int64_t multiply_adds = 0, memory_accesses = 0;
  double seconds = 0;
};

std::vector<Row> rows_of(const Trace& trace) {
  std::vector<Row> rows(trace.layers.size());
  for (const TracedOp& op : trace.ops) {
    Row& row = rows[op.layer];
    row.output = shape_text(op.output);
    row.multiply_adds += op.multiply_adds;
    row.memory_accesses += op.memory_accesses;
    row.seconds += op.seconds;
  }
  return rows;
}

Table table_of(const Trace& trace) {
  Table table{.columns = {{"layer"},
                          {"what it is"},
                          {"output"},
                          {"parameters", true},
                          {"multiply-adds", true},
                          {"memory accesses", true}},
              .last_is_total = true};
  const double total = trace.seconds();
  if (total > 0) table.columns.push_back({"time", true});
  const auto add = [&](std::vector<std::string> cells, int64_t parameters, const Row& row) {
    cells.insert(cells.end(),
                 {row.output, grouped(parameters), grouped(row.multiply_adds), grouped(row.memory_accesses)});
    if (total > 0) cells.push_back(percent(row.seconds / total));
    table.rows.push_back(cells);
  };
  const std::vector<Row> rows = rows_of(trace);
  for (size_t i = 0; i < rows.size(); ++i) {
    const TracedLayer& layer = trace.layers[i];
    add({layer.name.empty() ? "(network)" : layer.name, layer.description}, layer.parameters, rows[i]);
  }
  add({"in all", ""}, trace.parameters(), {"", trace.multiply_adds(), trace.memory_accesses(), total});
  return table;
}

nlohmann::ordered_json json_of(const Trace& trace, const Described& described) {
  const ModelCard& card = described.saved.card;
  nlohmann::ordered_json json = {{"network", card.net}, {"form", card.form}};
  if (!card.reparam.empty()) json["reparam"] = card.reparam;
  json["image"] = {described.image[1], described.image[2]};
  json["parameters"] = trace.parameters();
  json["multiply_adds"] = trace.multiply_adds();
  json["memory_accesses"] = trace.memory_accesses();
  if (trace.seconds() > 0) json["seconds_per_image"] = trace.seconds() / kTimedImages;
  json["layers"] = nlohmann::ordered_json::array();
  const std::vector<Row> rows = rows_of(trace);
  for (size_t i = 0; i < rows.size(); ++i) {
    nlohmann::ordered_json layer = {{"name", trace.layers[i].name},
                                    {"layer", trace.layers[i].description},
                                    {"output", rows[i].output},
                                    {"parameters", trace.layers[i].parameters},
                                    {"multiply_adds", rows[i].multiply_adds},
                                    {"memory_accesses", rows[i].memory_accesses}};
    if (trace.seconds() > 0) layer["share_of_time"] = rows[i].seconds / trace.seconds();
    json["layers"].push_back(layer);
  }
  return json;
}

int describe(const CommandLine& line, const Options& options) {
  if (options.svg) check_is_not_read("--svg", *options.svg, options.network);
  const Described described = get_network(line, options);
  if (options.svg) check_can_write(*options.svg);
  const ModelCard& card = described.saved.card;
  check_image(described.saved.network(), card.net, described.image);
  const Trace found = trace(described.saved.network(), described.image, kTimedImages, options.timing_seconds);
  const std::string title = network_title_of_kind(card.net, card.reparam) + ", " + card.form + " form";
  const std::string counts = short_count(static_cast<double>(found.parameters())) + " parameters, " +
                             short_count(static_cast<double>(found.multiply_adds())) + " multiply-adds per image";
  if (options.svg) write_file_atomically(*options.svg, network_drawing(title, counts, found, described.image));
  if (options.json) {
    std::cout << json_of(found, described).dump() << '\n';
    return kSuccess;
  }
  std::cout << title << ": " << counts << " of " << described.image[1] << " x " << described.image[2] << " pixels\n\n"
            << text_table(table_of(found));
  if (found.seconds() > 0) {
    std::cout << "\nA pass of " << kTimedImages << " images takes " << duration(found.seconds())
              << " here, the sum of the layers' medians.\n";
  }
  if (options.svg) std::cout << "Written: " << options.svg->string() << '\n';
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Describes a network layer by layer, and draws its graph.", "resnet20 --svg resnet20.svg",
       "docs/the-networks.md"},
      [&](CommandLine& line) { add_options(line, options); },
      [&](const CommandLine& line) { return describe(line, options); });
}
