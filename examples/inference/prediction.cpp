#include "examples/inference/prediction.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "datasets/augment.h"
#include "datasets/data_loader.h"
#include "examples/cli/program.h"

namespace onefold {

namespace {

Tensor run(Module& module, const Tensor& x) { return module(Variable(x)).value(); }

/// [1, H, W, C] -> [H, W, C]: the only image of a batch.
Tensor only(const Tensor& batch) {
  const Shape& shape = batch.shape();
  return batch.reshape({shape[1], shape[2], shape[3]});
}

Sight look_with(Module& network, const std::string& form, const Tensor& image) {
  const EvaluationMode evaluation_mode(network);
  const NoGrad no_grad;
  Sight sight;
  sight.form = form;
  const Tensor logits = run(network, image);
  sight.logits = logits.reshape({logits.size()});

  auto* const vgg = dynamic_cast<Vgg*>(&network);
  if (vgg == nullptr) return sight;
  Tensor x = vgg->whitening() != nullptr ? run(*vgg->whitening(), image) : image;
  for (int64_t s = 0; s < std::ssize(vgg->size().depths); ++s) {
    x = run(vgg->stage(s), x);
    sight.stages.push_back(only(x));
  }
  if (!why_no_maps(network).empty()) return sight;
  sight.biases = run(vgg->head(), Tensor::zeros({1, x.shape()[3]})).reshape({sight.logits.size()});
  sight.maps = class_maps(*vgg, sight.stages.back(), sight.biases);
  return sight;
}

}  // namespace

NetworkPhoto read_photo(const std::filesystem::path& path, const ImageSize& size, int64_t kept_side) {
  NetworkPhoto read;
  read.name = path.string();
  read.photo = load_photo(path);
  DecodedImage& image = read.photo.image;
  read.height = image.height;
  read.width = image.width;
  read.centre = centre_of(image, size.height, size.width);
  read.seen = resized(image, read.centre, size.height, size.width);
  const int64_t longest = std::max(image.height, image.width);
  if (longest > kept_side) {
    const auto kept = [&](int64_t side) { return std::max<int64_t>(1, side * kept_side / longest); };
    image = resized(image, whole(image), kept(image.height), kept(image.width));
  }
  return read;
}

// [class-maps]
Tensor class_maps(Vgg& network, const Tensor& features, const Tensor& biases) {
  const int64_t height = features.shape()[0], width = features.shape()[1], classes = biases.size();
  Tensor maps = run(network.head(), features.reshape({height * width, features.shape()[2]})).clone();
  for (int64_t i = 0; i < maps.size(); ++i) maps[i] -= biases[i % classes];
  return maps.reshape({height, width, classes});
}
// [/class-maps]

std::string why_no_maps(Module& network) {
  if (dynamic_cast<Vgg*>(&network) == nullptr) {
    return "This network is no RepVGG, whose stages and maps of classes are shown here.";
  }
  for (const NamedModule& part : named_modules(network)) {
    if (part.name != "pool" || part.module->type() == "GlobalAvgPool") continue;
    return "This network ends in " + part.module->type() +
           ", not in the mean over all places: a feature counts only where it is largest, so there is no map of a "
           "class whose mean is its logit.";
  }
  return {};
}

double mean_of_map(const Tensor& maps, int64_t label) {
  const int64_t classes = maps.shape()[2], places = maps.size() / classes;
  double sum = 0;
  for (int64_t place = 0; place < places; ++place) sum += static_cast<double>(maps[place * classes + label]);
  return sum / static_cast<double>(places);
}

Viewer::Viewer(const SavedNetwork& saved) : saved_(saved), folded_(saved.trained ? saved.trained->fold() : nullptr) {}

std::vector<Sight> Viewer::look(const DecodedImage& image, const std::string& name) const {
  const ModelCard& card = saved_.card;
  const Dataset one{.name = name,
                    .classes = card.classes,
                    .height = image.height,
                    .width = image.width,
                    .pixels = image.pixels,
                    .labels = {0}};
  const Tensor input = all_images(one, card.normalization);
  std::vector<Sight> sights;
  if (saved_.trained) sights.push_back(look_with(*saved_.trained, "trained", input));
  sights.push_back(look_with(saved_.trained ? *folded_ : *saved_.folded, "folded", input));
  for (const Sight& sight : sights) {
    for (int64_t i = 0; i < sight.logits.size(); ++i) {
      if (std::isfinite(sight.logits[i])) continue;
      throw NonFiniteLoss(name + ": the network's logits for it are not finite: the training diverged or the file is " +
                          "damaged, take an earlier state");
    }
  }
  return sights;
}

std::vector<ClassScore> best_classes(const Tensor& logits, int64_t count) {
  std::vector<ClassScore> scores;
  double sum = 0;
  const double largest = static_cast<double>(*std::max_element(logits.data(), logits.data() + logits.size()));
  for (int64_t label = 0; label < logits.size(); ++label) {
    scores.push_back({label, std::exp(static_cast<double>(logits[label]) - largest)});
    sum += scores.back().probability;
  }
  for (ClassScore& score : scores) score.probability /= sum;
  std::ranges::stable_sort(scores, std::greater<>(), &ClassScore::probability);
  scores.resize(static_cast<size_t>(std::min(count, logits.size())));
  return scores;
}

}  // namespace onefold
