#include "examples/training/networks.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/check.h"
#include "core/files/safetensors.h"
#include "datasets/data_loader.h"
#include "layers/families/families.h"
#include "layers/labs/whitening.h"
#include "layers/state_file.h"

namespace onefold {

namespace {

using nlohmann::json;

constexpr int64_t kMostSide = 4096;  // of an image, as in datasets/stb_image.h

/// Text from a file, short enough for a message.
std::string shortened(const std::string& text) { return text.size() > 120 ? text.substr(0, 120) + "..." : text; }

/// Throws Error unless images can be normalised with it.
void check_normalization(const ChannelNormalization& normalization, const std::filesystem::path& file) {
  for (size_t c = 0; c < normalization.mean.size(); ++c) {
    const double mean = normalization.mean[c], deviation = normalization.deviation[c];
    check(std::isfinite(mean) && std::isfinite(deviation) && deviation > 0, file.string(), ": its metadata says that ",
          "channel ", c, " has mean ", mean, " and std ", deviation, ", but a mean must be finite and a std above 0");
  }
}

/// The number of outputs to make a network with: the number of classes in its card, if its head has as many. Otherwise
/// a file could make us allocate memory for any number.
int64_t outputs_of(const ModelCard& card, const std::map<std::string, Tensor>& tensors,
                   const std::filesystem::path& file) {
  constexpr int64_t kMostWithoutBias = 1000;
  const int64_t classes = std::ssize(card.classes);
  const auto bias = tensors.find("head.bias");
  // It may have another name: load_model() then rejects the file, and lists what is missing and what is unexpected.
  if (bias == tensors.end()) return std::min(classes, kMostWithoutBias);
  check(bias->second.size() == classes, file.string(), ": its metadata names ", classes,
        " classes, but its head.bias has ", bias->second.size(), " values: the file is damaged, or not a RepVgg");
  return classes;
}

/// The size named by the card.
VggVariant variant_of(const ModelCard& card, const std::filesystem::path& file) {
  try {
    return vgg_variant(card.net, card.reparam);
  } catch (const Error&) {
    fail(file.string(), ": its metadata says \"net\" = ", shortened(card.net), ", which is not a known size");
  }
}

/// One entry of the metadata, parsed as JSON unless it is a plain string.
template <class Value>
Value parse_entry(const std::map<std::string, std::string>& metadata, const std::string& key,
                  const std::filesystem::path& file) {
  const auto entry = metadata.find(key);
  check(entry != metadata.end(), file.string(), ": its metadata has no \"", key,
        "\", so it is not a network that train_cifar10 or reparameterize saved");
  try {
    if constexpr (std::is_same_v<Value, std::string>)
      return entry->second;
    else
      return json::parse(entry->second).get<Value>();
  } catch (const json::exception&) {
    fail(file.string(), ": its metadata says \"", key, "\" = ", shortened(entry->second), ", which cannot be read");
  }
}

}  // namespace

std::map<std::string, std::string> to_metadata(const ModelCard& card) {
  return {{"net", card.net},
          {"reparam", card.reparam},
          {"form", card.form},
          {"dataset", card.dataset},
          {"classes", json(card.classes).dump()},
          {"mean", json(card.normalization.mean).dump()},
          {"deviation", json(card.normalization.deviation).dump()},
          {"image", json({card.image.height, card.image.width}).dump()}};
}

ModelCard from_metadata(const std::map<std::string, std::string>& metadata, const std::filesystem::path& file) {
  ModelCard card;
  card.net = parse_entry<std::string>(metadata, "net", file);
  if (metadata.contains("reparam")) card.reparam = metadata.at("reparam");
  card.form = parse_entry<std::string>(metadata, "form", file);
  card.dataset = parse_entry<std::string>(metadata, "dataset", file);
  card.classes = parse_entry<std::vector<std::string>>(metadata, "classes", file);
  card.normalization.mean = parse_entry<std::array<double, 3>>(metadata, "mean", file);
  card.normalization.deviation = parse_entry<std::array<double, 3>>(metadata, "deviation", file);
  check_normalization(card.normalization, file);
  if (metadata.contains("image")) {
    const auto [height, width] = parse_entry<std::array<double, 2>>(metadata, "image", file);
    for (const double side : {height, width}) {
      check(side >= 1 && side <= kMostSide && side == std::floor(side), file.string(),
            ": its metadata says \"image\" = ", shortened(metadata.at("image")), ", but an image has 1 to ", kMostSide,
            " pixels per side");
    }
    card.image = {static_cast<int64_t>(height), static_cast<int64_t>(width)};
  }
  check(card.form == "training" || card.form == "folded", file.string(),
        ": its metadata says \"form\" = ", shortened(card.form), ", but a network is in training or folded form");
  const std::vector<std::string> families = family_names();
  check(std::find(families.begin(), families.end(), card.reparam) != families.end(), file.string(),
        ": its metadata says \"reparam\" = ", shortened(card.reparam), ", which is not a known family of blocks");
  check(card.classes.size() >= 2, file.string(), ": its metadata names ", card.classes.size(),
        " classes, but a classifier has at least 2");
  return card;
}

void save_network(const std::filesystem::path& file, Module& network, const ModelCard& card) {
  save_model(file, network, to_metadata(card));
}

std::string network_title(const std::string& net, const std::string& reparam) {
  return net + (reparam.empty() || reparam == "repvgg" ? "" : " of " + reparam + " blocks");
}

SavedNetwork load_network(const std::filesystem::path& file, const std::string& net) {
  SavedNetwork saved;
  const SafetensorsFile contents = load_safetensors(file);
  saved.card = from_metadata(contents.metadata, file);
  const int64_t outputs = outputs_of(saved.card, contents.tensors, file);
  const VggVariant variant = net.empty() ? variant_of(saved.card, file) : vgg_variant(net, saved.card.reparam);
  saved.card.net = variant.size.name;
  if (saved.card.form == "folded") {
    saved.folded = make_plain_vgg(variant, outputs);
  } else {
    Initializer initializer(0);
    saved.trained = make_repvgg(variant, outputs, initializer);
  }
  load_model(file, saved.network());
  saved.network().eval();
  return saved;
}

Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization) {
  constexpr int64_t kImages = 500;
  return all_images(first_images(train, kImages), normalization);
}

void fit_whitening(Vgg& network, const Dataset& train, const ChannelNormalization& normalization) {
  auto* whitening = dynamic_cast<Whitening*>(network.whitening());
  if (whitening != nullptr) whitening->fit(first_batch(train, normalization));
}

}  // namespace onefold
