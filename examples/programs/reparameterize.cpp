// Folds a trained RepVGG, with any blocks, into plain 3x3 convolutions, shows how, and proves that nothing changed. Of
// another network, folds what it can, above all batch norms into convolutions, and proves the same.
//
// Run     build/examples/reparameterize --model runs/train-mini/model.safetensors
// Time    half a minute
// Expect  a table of the steps for one block and for the whole network, 10,000 of 10,000 predictions equal, the times
//         of both forms; folded.safetensors, trained.onnx, folded.onnx, fold.json and report.html next to the model; of
//         another network the same without blocks and ONNX
//
// Exits with 1, and writes nothing, if a prediction changes or a logit by more than 1e-5 of the maximum logit.
// The algebra is in layers/fold/kernel.h, the steps in layers/calculus/explain.h.

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/parallel.h"
#include "datasets/data_loader.h"
#include "examples/cli/format.h"
#include "examples/cli/machine.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/folding/fold_demonstration.h"
#include "examples/folding/fold_tables.h"
#include "examples/folding/form_times.h"
#include "examples/inference/onnx_file.h"
#include "examples/report/fold_report.h"
#include "examples/training/data_source.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "layers/labs/state_names.h"

using namespace onefold;

namespace {

struct Settings {
  std::filesystem::path model;
  std::optional<std::filesystem::path> out;  // by default the model's folder
  NetworkOptions network;                    // by default from the file
  std::vector<std::string> names;            // schemes of names to write both forms under, beside our own
  std::string block = "stages.1.0";          // in every network size the first with an identity branch
  DataOptions data;
  int64_t batch_size = 128;
  double timing_seconds = 2;  // per batch size
};

constexpr int64_t kShownImages = 128;  // on which the steps are compared
constexpr int64_t kTimedBatches[] = {128, 1};

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--model", &settings.model, "a trained network, as train_cifar10 saves it")
      .required()
      .rule(name_of("a file"))
      .value_name("FILE");
  add_saved_network_options(line, settings.network);
  line.add_option("--block", &settings.block, "the block to show step by step").value_name("stages.S.B");
  line.add_option("--out", &settings.out, "folder for the results (default: the model's folder)")
      .rule(name_of("a folder"))
      .value_name("DIR");
  line.add_option(
          "--names", &settings.names,
          "also write the network before and after folding under the names of other projects' RepVGG: dingxiaoh "
          "(by its authors), timm, or both; of other families only after folding")
      .rule(one_of({"dingxiaoh", "timm"}))
      .value_name("NAME");
  add_data_options(line, settings.data);
  add_batch_size_option(line, settings.batch_size, "images per batch when predictions are compared");
  line.add_option("--timing-seconds", &settings.timing_seconds,
                  "seconds of timing per batch size for the network, and again for its blocks (0 = no timing)")
      .rule(real_number(0, 3600))
      .value_name("S");
  add_threads_option(line);
}

SavedNetwork load_trained(const CommandLine& line, const Settings& settings) {
  SavedNetwork saved = load_network(settings.model, settings.network);
  check(saved.trained != nullptr, settings.model.string(),
        ": is folded already; name the trained network it came from, model.safetensors in the same folder");
  const bool needs_blocks = line.count("--block") > 0 || line.count("--names") > 0;
  if (!needs_blocks && !is_repvgg(saved.card.net)) return saved;
  const auto blocks = named_blocks(saved.vgg());
  std::string names;
  for (const auto& [name, block] : blocks) {
    if (name == settings.block) return saved;
    names += (names.empty() ? "" : ", ") + name;
  }
  throw UsageError("--block: there is no block " + settings.block + " in a RepVGG " + saved.card.net + "; it has " +
                   names);
}

Evaluation evaluate_form(const std::string& form, Module& network, const Dataset& test, const Settings& settings,
                         const ModelCard& card) {
  ProgressBar bar(form, test.size());
  return evaluate(network, test, card.normalization, settings.batch_size, [&](int64_t images) { bar.update(images); });
}

void print_steps(const FoldRecord& record) {
  const FoldedBlockRow& block = record.shown_block();
  std::cout << block.name << ": " << block.description << ", on its input from " << record.block_images
            << " test images\n\n"
            << text_table(step_table(block.steps, false)) << "\nThe whole network, all blocks at once\n\n"
            << text_table(step_table(record.network_steps, true)) << "\nEach block by itself, on its true input\n\n"
            << text_table(blocks_table(record.blocks)) << std::endl;
}

void print_results(const FoldRecord& record) {
  std::cout << text_table(proof_table(record.proof)) << '\n' << text_table(costs_table(record)) << '\n';
  if (!record.blocks.empty())
    std::cout << "The same block by block\n\n" << text_table(block_costs_table(record)) << '\n';
  if (record.times.empty()) return;
  std::cout << text_table(times_table(record.times)) << "Medians of alternating passes, on " << record.threads
            << (record.threads == 1 ? " thread.\n\n" : " threads.\n\n");
}

void measure_times(const SavedNetwork& saved, Module& folded, const Tensor& images, double seconds,
                   FoldRecord& record) {
  if (seconds == 0) return;
  for (int64_t batch : kTimedBatches) {
    record.times.push_back(time_forms(*saved.trained, folded, batch, seconds));
    if (record.blocks.empty()) continue;
    const std::vector<FormTimes> of_blocks = time_blocks(saved.vgg(), images, batch, seconds);
    for (size_t b = 0; b < of_blocks.size(); ++b) record.blocks[b].times.push_back(of_blocks[b]);
  }
}

/// Saves a network and reads it back: what counts is the file.
void save_and_check(const std::filesystem::path& file, Module& network, const ModelCard& card,
                    const std::string& names) {
  save_network(file, network, card, names);
  const SavedNetwork read = load_network(file);
  const auto saved = state(network), loaded = state(read.network());
  for (const auto& [name, tensor] : saved) {
    check(max_abs_difference(tensor, loaded.at(name)) == 0, file.string(), ": ", name,
          " reads back differently from what was written; is the disk damaged?");
  }
}

/// The .safetensors files to write: per scheme of names the folded network, and the trained one if its blocks have such
/// names. model.safetensors itself, under our own names, is there already.
struct NetworkFile {
  std::filesystem::path path;
  bool folded;
  std::string names;
};
std::vector<NetworkFile> network_files(const std::filesystem::path& folder, const Settings& settings,
                                       const std::string& reparam) {
  std::vector<NetworkFile> files = {{folder / "folded.safetensors", true, "own"}};
  for (const std::string& names : settings.names) {
    if (reparam == "repvgg") files.push_back({folder / ("model-" + names + ".safetensors"), false, names});
    files.push_back({folder / ("folded-" + names + ".safetensors"), true, names});
  }
  return files;
}

/// Throws Error, before minutes of work, if the network has no such names or a file to write is the one to read.
void check_files(const std::vector<NetworkFile>& files, const Settings& settings, const std::string& net,
                 Module& folded) {
  for (const NetworkFile& file : files) {
    if (file.names != "own") {
      renamed(state(folded), name_scheme("own"), name_scheme(file.names), vgg_variant(net).size);
    }
    std::error_code none;
    check(!std::filesystem::equivalent(settings.model, file.path, none), settings.model.string(),
          ": would be overwritten by ", file.folded ? "the folded network" : "itself under other names",
          "; choose another folder with --out");
  }
}

/// Writes these files. Returns all paths.
std::vector<std::filesystem::path> save_forms(const std::vector<NetworkFile>& planned, const SavedNetwork& trained,
                                              const SavedNetwork& folded) {
  std::vector<std::filesystem::path> files;
  for (const auto& [path, is_folded, names] : planned) {
    is_folded ? save_and_check(path, *folded.folded, folded.card, names)
              : save_and_check(path, *trained.trained, trained.card, names);
    files.push_back(path);
  }
  return files;
}

/// Throws Error if the folder, or the first of its missing parents, cannot be created or written to: before minutes of
/// work, and without creating it.
void check_can_make(std::filesystem::path folder) {
  std::filesystem::path entry = folder / "folded.safetensors";
  std::error_code none;
  while (!folder.empty() && !std::filesystem::exists(folder, none)) {
    entry = folder;
    folder = folder.parent_path();
  }
  try {
    check_can_write(entry);
  } catch (const Error& error) {
    throw Error(error.what() + std::string(" (--out)"));
  }
}

/// The folder for the results.
std::filesystem::path folder_of(const Settings& settings) {
  return settings.out.value_or(settings.model.parent_path());
}

/// The same, created if missing.
std::filesystem::path results_folder(const Settings& settings) {
  const std::filesystem::path folder = folder_of(settings);
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  check(!error, folder.string(), ": cannot be created (", error.message(), "); choose another folder with --out");
  return folder;
}

int run(const CommandLine& line, const Settings& settings) {
  check_can_make(folder_of(settings));
  SavedNetwork trained = load_trained(line, settings);
  const Dataset test = load_test_images(settings.data, trained.card);
  if (trained.card.dataset.empty()) trained.card.classes = test.classes;
  check_inference_fits(*trained.trained, batch_shape(test, settings.batch_size));
  SavedNetwork folded{.card = trained.card, .folded = trained.trained->fold()};
  folded.card.form = "folded";
  const std::vector<NetworkFile> planned = network_files(folder_of(settings), settings, trained.card.reparam);
  check_files(planned, settings, trained.card.net, *folded.folded);
  std::cout << network_title_of_kind(trained.card.net, trained.card.reparam) << " from " << settings.model.string()
            << ", tested on " << test.name << "\n\n";

  FoldRecord record;
  record.net = trained.card.net;
  record.reparam = trained.card.reparam;
  record.dataset = test.name;
  record.threads = threads();
  record.machine = cpu_name();
  const Tensor images = all_images(first_images(test, kShownImages), trained.card.normalization);
  if (is_repvgg(trained.card.net)) {
    record.block = settings.block;
    demonstrate_network(trained.vgg(), images, record);
    print_steps(record);
  }

  record.proof = compare_forms(evaluate_form("trained", *trained.trained, test, settings, trained.card),
                               evaluate_form("folded", *folded.folded, test, settings, trained.card));
  check_forms_equal(record.proof);
  record.before = count(*trained.trained, {1, test.height, test.width, test.channels});
  record.after = count(*folded.folded, {1, test.height, test.width, test.channels});
  measure_times(trained, *folded.folded, images, settings.timing_seconds, record);
  print_results(record);

  const std::filesystem::path folder = results_folder(settings);
  std::vector<std::filesystem::path> files = save_forms(planned, trained, folded);
  if (!record.blocks.empty()) {
    files.insert(files.end(), {folder / "trained.onnx", folder / "folded.onnx"});
    save_onnx(folder / "trained.onnx", trained.vgg(), trained.card, test.height, test.width);
    save_onnx(folder / "folded.onnx", folded.vgg(), folded.card, test.height, test.width);
  }
  write_file_atomically(folder / "fold.json", to_json(record).dump() + "\n");  // on one line: it is mostly numbers
  write_fold_report(folder);
  files.push_back(folder / "report.html");
  std::string before = "Written: ";
  for (const std::filesystem::path& file : files) {
    std::cout << before << file.string() << '\n';
    before.assign(before.size(), ' ');
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Folds a trained RepVGG into plain 3x3 convolutions, step by step, and proves that nothing changed.",
       "--model runs/train-mini/model.safetensors", "docs/10-folding-a-network.md"},
      [&](CommandLine& line) { add_settings(line, settings); },
      [&](const CommandLine& line) { return run(line, settings); });
}
