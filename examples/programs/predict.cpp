// Predicts what photos show, with a saved network in training or folded form, and shows where the network saw it.
//
// Run     build/examples/predict --model runs/quickstart/model.safetensors photo.jpg
// Time    at once
// Expect  per photo the five most likely classes, and that the mean of the class's map plus its bias is the logit, in
//         the trained and in the folded form; predictions.html next to the model
//
// Photos are PNG or JPEG of any size. Each is turned by its EXIF orientation; of it the largest centred part with the
// proportions of the network's images is seen, at their size. If one cannot be read, each such photo is named,
// nothing is predicted, and no page is written.

#include <filesystem>
#include <iostream>
#include <optional>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/inference/prediction.h"
#include "examples/report/prediction_page.h"
#include "examples/training/networks.h"

using namespace onefold;

namespace {

struct Options {
  std::filesystem::path model;
  NetworkOptions network;  // by default from the file
  std::vector<std::filesystem::path> photos;
  std::optional<std::filesystem::path> out;  // by default next to the model
};

constexpr int64_t kKeptSide = 640;  // of a photo on the page

void add_options(CommandLine& line, Options& options) {
  line.add_option("photos", &options.photos, "PNG or JPEG files of any size")
      .required()
      .rule(name_of("a file"))
      .value_name("PHOTO")
      .default_text("");
  line.add_option("--model", &options.model, "the network: model.safetensors or folded.safetensors")
      .required()
      .rule(name_of("a file"))
      .value_name("FILE");
  add_saved_network_options(line, options.network);
  line.add_option("--out", &options.out, "page to write (default: predictions.html next to the model)")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_threads_option(line);
}

/// All photos, or an Error that names each one that cannot be read.
std::vector<NetworkPhoto> read_photos(const std::vector<std::filesystem::path>& paths, const ImageSize& size) {
  std::vector<NetworkPhoto> photos;
  std::string faults;
  for (const std::filesystem::path& path : paths) {
    try {
      photos.push_back(read_photo(path, size, kKeptSide));
    } catch (const Error& error) {
      faults += (faults.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  check(faults.empty(), faults);
  return photos;
}

int predict(const Options& options) {
  const std::filesystem::path out = options.out.value_or(options.model.parent_path() / "predictions.html");
  check_is_not_read("--out", out, options.model);
  for (const std::filesystem::path& photo : options.photos) check_is_not_read("--out", out, photo);
  const SavedNetwork saved = load_network(options.model, options.network);
  check_can_write(out);
  std::vector<NetworkPhoto> photos = read_photos(options.photos, saved.card.image);

  const Viewer viewer(saved);
  std::vector<Prediction> predictions;
  for (NetworkPhoto& photo : photos) {
    std::vector<Sight> sights = viewer.look(photo.seen, photo.name);
    predictions.push_back({std::move(photo), std::move(sights)});
  }
  const std::string no_maps = why_no_maps(saved.network());
  write_file_atomically(out, prediction_page(predictions, saved.card, no_maps));

  for (const Prediction& prediction : predictions) std::cout << prediction_text(prediction, saved.card) << '\n';
  if (!no_maps.empty()) std::cout << no_maps << "\n\n";
  std::cout << "Written: " << out.string() << '\n';
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Predicts what photos show, and shows where the network saw it.",
       "--model runs/train-mini/model.safetensors photo.jpg", "docs/files-and-photos.md"},
      [&](CommandLine& line) { add_options(line, options); }, [&](const CommandLine&) { return predict(options); });
}
