// Rounds trained networks to 8 bits without further training, before and after folding, and shows what it costs.
//
// Run     build/examples/int8_lab --model runs/repvgg/model.safetensors
// Time    a minute per network
// Expect  a table of accuracies: as trained, with rounded weights, rounded inputs, and both; per network a table of how
//         far the maximum weight of each layer is from the others; int8.html next to the first model. --model may be
//         given several times
//
// The grids are in core/annex/quantization.h, the network that uses them in layers/labs/quantize.h.

#include <filesystem>
#include <iostream>
#include <optional>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "datasets/data_loader.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/labs/int8_report.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "layers/labs/quantize.h"

using namespace onefold;

namespace {

struct Settings {
  std::vector<std::filesystem::path> models;
  std::optional<std::filesystem::path> out;      // by default int8.html in the first model's folder
  std::optional<std::filesystem::path> picture;  // none: no picture
  NetworkOptions network;                        // by default from the file
  DataOptions data;
  int64_t batch_size = 256;
  int64_t calibration = 256;  // enough for ranges of minima and maxima to settle
  int64_t weight_bits = 8;
  int64_t input_bits = 8;
  double coverage = 1;  // ranges from minimum to maximum
};

constexpr int kIntervals = 120;  // of a histogram

void add_settings(CommandLine& line, Settings& settings) {
  line.group("Network");
  line.add_option("--model", &settings.models,
                  "a trained network, as train_cifar10 saves it; may be given several times")
      .required()
      .rule(name_of("a file"))
      .value_name("FILE");
  add_saved_network_options(line, settings.network);
  line.group("Rounding");
  line.add_option("--calibration", &settings.calibration, "training images to determine the ranges of inputs from")
      .rule(whole_number(1, 10000))
      .value_name("N");
  line.add_option("--weight-bits", &settings.weight_bits, "bits per weight").rule(whole_number(2, 16)).value_name("N");
  line.add_option("--input-bits", &settings.input_bits, "bits per input").rule(whole_number(2, 16)).value_name("N");
  line.add_option("--coverage", &settings.coverage,
                  "fraction of the inputs within their range (1 = minimum to maximum)")
      .rule(real_number(0.5, 1))
      .value_name("X");
  line.group("Data");
  add_data_options(line, settings.data);
  line.group("Run");
  line.add_option("--out", &settings.out, "page to write (default: int8.html next to the model)")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_picture_option(line, settings.picture, "the weights of one block");
  add_batch_size_option(line, settings.batch_size, "images per batch when accuracy is measured");
  add_threads_option(line);
}

/// The grids of each trial: the columns of the table.
std::vector<std::pair<std::string, QuantizationOptions>> trials_of(const Settings& settings) {
  std::vector<std::pair<std::string, QuantizationOptions>> trials;
  const auto add = [&](const std::string& name, WeightGrids weights, InputGrids inputs) {
    trials.push_back({name,
                      {.weights = weights,
                       .weight_bits = static_cast<int>(settings.weight_bits),
                       .inputs = inputs,
                       .input_bits = static_cast<int>(settings.input_bits),
                       .coverage = settings.coverage}});
  };
  add("not rounded", WeightGrids::none, InputGrids::none);
  add("weights, per tensor", WeightGrids::per_tensor, InputGrids::none);
  add("weights, per channel", WeightGrids::per_channel, InputGrids::none);
  add("inputs alone", WeightGrids::none, InputGrids::asymmetric);
  add("both, per tensor", WeightGrids::per_tensor, InputGrids::asymmetric);
  add("both, per channel", WeightGrids::per_channel, InputGrids::asymmetric);
  return trials;
}

/// The results of all trials for one form of a network.
Int8Form try_form(const std::string& model, const std::string& form, const std::shared_ptr<Module>& network,
                  const Tensor& calibration, const Dataset& test, const ModelCard& card, const Settings& settings) {
  Int8Form result{model, form, {}, {}};
  const std::vector<LayerOperands> recorded = record_operands(*network, calibration);
  for (const LayerOperands& layer : recorded) {
    result.layers.push_back(
        {layer.name, make_histogram({layer.weight}, kIntervals), make_histogram(layer.inputs, kIntervals)});
  }
  for (const auto& trial : trials_of(settings)) {
    ProgressBar bar(model + ", " + form + ": " + trial.first, test.size());
    QuantizedNetwork rounded(network, trial.second, recorded);
    const Evaluation evaluation =
        evaluate(rounded, test, card.normalization, settings.batch_size, [&](int64_t images) { bar.update(images); });
    result.trials.push_back({trial.first, evaluation.accuracy()});
  }
  return result;
}

void try_model(const std::filesystem::path& file, SavedNetwork saved, const Settings& settings, Int8Record& record) {
  DataOptions options = settings.data;
  options.limit_train = settings.calibration;
  const DatasetSplits splits = load_splits(options, saved.card);
  check_inference_fits(saved.network(), batch_shape(splits.test, settings.batch_size));

  const Tensor calibration = all_images(splits.train, saved.card.normalization);
  record.dataset = splits.test.name;
  record.test_images = splits.test.size();
  record.calibration_images = splits.train.size();

  const std::string folder = std::filesystem::absolute(file).parent_path().filename().string();
  const auto add_form = [&](const std::string& form, const std::shared_ptr<Module>& of) {
    record.forms.push_back(try_form(folder, form, of, calibration, splits.test, saved.card, settings));
  };
  const std::shared_ptr<Module> network = std::move(saved.trained ? saved.trained : saved.folded);
  if (saved.card.form == "training") add_form("trained", network);
  add_form("folded", network->fold());
}

/// The networks, which must be of the same dataset, as all rows of a table are.
std::vector<SavedNetwork> load_models(const Settings& settings) {
  std::vector<SavedNetwork> networks;
  for (const std::filesystem::path& model : settings.models) {
    networks.push_back(load_network(model, settings.network));
    const std::string &first = networks.front().card.dataset, &dataset = networks.back().card.dataset;
    if (dataset != first) {
      throw UsageError("--model: " + settings.models.front().string() + " was trained on " + first + ", " +
                       model.string() + " on " + dataset + ": a table is for one dataset, so run them one by one");
    }
  }
  return networks;
}

int run(const Settings& settings) {
  const std::filesystem::path page = settings.out.value_or(settings.models.front().parent_path() / "int8.html");
  for (const std::filesystem::path& model : settings.models) {
    check_is_not_read("--out", page, model);
    if (settings.picture) check_is_not_read("--picture", *settings.picture, model);
  }
  std::vector<SavedNetwork> networks = load_models(settings);
  check_can_write(page);
  if (settings.picture) check_can_write(*settings.picture);
  Int8Record record;
  record.weight_bits = static_cast<int>(settings.weight_bits);
  record.input_bits = static_cast<int>(settings.input_bits);
  record.coverage = settings.coverage;
  for (size_t i = 0; i < networks.size(); ++i) {
    try_model(settings.models[i], std::move(networks[i]), settings, record);
  }

  std::cout << record.settings() << "; tested on " << record.dataset << "\n\n" << text_table(accuracy_table(record));
  for (const Int8Form& form : record.forms) std::cout << '\n' << text_table(spread_table(form));
  write_file_atomically(page, int8_page(record));
  if (settings.picture) write_file_atomically(*settings.picture, int8_picture(record));
  std::cout << "\nWritten: " << page.string() << '\n';
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Rounds trained networks to 8 bits, before and after folding, and shows what it costs.",
       "--model runs/train-mini/model.safetensors", "docs/15-int8.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
