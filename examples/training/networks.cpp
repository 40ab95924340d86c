#include "examples/training/networks.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "autograd/state.h"
#include "core/check.h"
#include "core/files/safetensors.h"
#include "core/files/safetensors_header.h"
#include "datasets/data_loader.h"
#include "examples/cli/options.h"
#include "layers/families/families.h"
#include "layers/labs/state_names.h"
#include "layers/labs/whitening.h"
#include "layers/state_file.h"

namespace onefold {

namespace {

using nlohmann::json;

/// Of CIFAR-10's training images: what networks from elsewhere are usually trained with.
constexpr ChannelNormalization kCifar10Normalization{{0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}};
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
int64_t outputs_of(const ModelCard& card, const std::map<std::string, Tensor>& tensors, const NameScheme& names,
                   const std::filesystem::path& file) {
  constexpr int64_t kMostWithoutBias = 1000;
  const int64_t classes = std::ssize(card.classes);
  const auto bias = tensors.find(names.head + ".bias");
  // It may have another name: load_network() then rejects the file, and shows what is missing and what is unexpected.
  if (bias == tensors.end()) return std::min(classes, kMostWithoutBias);
  check(bias->second.size() == classes, file.string(), ": its metadata names ", classes, " classes, but its ",
        bias->first, " has ", bias->second.size(), " values: the file is damaged, or not a RepVgg");
  return classes;
}

/// The card of a file that has none, from its names and its head.
ModelCard card_of_names(const std::map<std::string, Tensor>& tensors, const NetworkOptions& options,
                        const std::filesystem::path& file) {
  const RecognizedNames names = recognize_names(tensors);
  const bool is_checkpoint = tensors.lower_bound("optimizer.") != tensors.lower_bound("optimizer/");
  check(!is_checkpoint, file.string(), ": is a checkpoint, from which a training continues with --resume; the network ",
        "is in model.safetensors or best.safetensors beside it");
  check(names.scheme != nullptr, file.string(), ": it has ", describe_names(tensors));
  check(!options.net.empty(), file.string(), ": its metadata has no \"net\", so name its network with --net; it has ",
        describe_names(tensors));

  const int64_t width = vgg_variant(options.net).size.widths.back();
  const std::string &head = names.scheme->head, weight = head + ".weight", bias = head + ".bias";
  const bool fits = tensors.contains(weight) && tensors.contains(bias) && tensors.at(bias).shape().rank() == 1 &&
                    tensors.at(weight).shape() == Shape{tensors.at(bias).size(), width};
  check(fits && tensors.at(bias).size() >= 2, file.string(), ": a RepVGG ", options.net, " has a ", weight,
        " of [classes ", width, "] and a ", bias, " of [classes]; it has ", describe_names(tensors));

  ModelCard card;
  card.net = options.net;
  card.form = names.folded ? "folded" : "training";
  card.normalization = kCifar10Normalization;
  for (int64_t i = 0; i < tensors.at(bias).size(); ++i) card.classes.push_back(std::to_string(i));
  return card;
}

/// Says how a file without a card was read.
void note_missing_card(const std::filesystem::path& file, const NameScheme& names, const SavedNetwork& saved,
                       bool normalization_was_given) {
  std::cerr << "note: " << file.string() << " has no card: read as " << names.title << " names of " << saved.card.net
            << " in " << saved.card.form << " form with " << saved.card.classes.size() << " classes";
  if (!normalization_was_given) {
    std::cerr << "; images are normalised as is usual for CIFAR-10: --mean";
    for (const double mean : kCifar10Normalization.mean) std::cerr << ' ' << mean;
    std::cerr << " --std";
    for (const double deviation : kCifar10Normalization.deviation) std::cerr << ' ' << deviation;
  }
  std::cerr << '\n';
}

/// Copies tensors under a scheme's names into the network.
void load_named(SavedNetwork& saved, const std::map<std::string, Tensor>& tensors, const NameScheme& names,
                const std::filesystem::path& file) {
  const RepVggSize size = is_repvgg(saved.card.net) ? vgg_variant(saved.card.net).size : RepVggSize{};
  const NameScheme& own = name_schemes().front();
  std::map<std::string, Tensor> needed = to_file_layout(state(saved.network()));
  try {
    needed = renamed(needed, own, names, size);
  } catch (const Error& error) {
    fail(file.string(), ": ", error.what());
  }
  const std::string differences = state_differences(needed, tensors);
  if (!differences.empty()) {
    fail(file.string(), ": is not a state of ", saved.network().description(),
         saved.card.reparam == "repvgg" ? "; it has " + describe_names(tensors) : "", differences,
         "\nnothing was loaded; name its network with --net, or give another file");
  }
  load_state(saved.network(), from_file_layout(renamed(tensors, names, own, size)));
}

/// The network named by the card, in its form.
std::unique_ptr<Module> make_network_of(const ModelCard& card, int64_t outputs) {
  Initializer initializer(0);
  return card.form == "folded" ? make_folded_network(card.net, card.reparam, outputs)
                               : make_network(card.net, card.reparam, outputs, initializer);
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
          {"image", json({card.image.height, card.image.width}).dump()},
          {"precision", card.precision}};
}

ModelCard from_metadata(const std::map<std::string, std::string>& metadata, const std::filesystem::path& file) {
  ModelCard card;
  card.net = parse_entry<std::string>(metadata, "net", file);
  if (metadata.contains("reparam")) card.reparam = metadata.at("reparam");
  if (metadata.contains("precision")) card.precision = metadata.at("precision");
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
  check(card.precision == "float" || card.precision == "bf16", file.string(),
        ": its metadata says \"precision\" = ", shortened(card.precision),
        ", but a network is trained in float or bf16");
  check(card.form == "training" || card.form == "folded", file.string(),
        ": its metadata says \"form\" = ", shortened(card.form), ", but a network is in training or folded form");
  const std::vector<std::string> families = family_names();
  check(card.reparam.empty() || std::count(families.begin(), families.end(), card.reparam) > 0, file.string(),
        ": its metadata says \"reparam\" = ", shortened(card.reparam), ", which is not a known family of blocks");
  check(card.classes.size() >= 2, file.string(), ": its metadata names ", card.classes.size(),
        " classes, but a classifier has at least 2");
  return card;
}

bool has_classes(const ModelCard& card, const std::vector<std::string>& classes) {
  return card.dataset.empty() ? card.classes.size() == classes.size() : card.classes == classes;
}

void save_network(const std::filesystem::path& file, Module& network, const ModelCard& card, const std::string& names) {
  std::map<std::string, Tensor> tensors = to_file_layout(state(network));
  const NameScheme &own = name_schemes().front(), &scheme = name_scheme(names);
  if (&scheme != &own) tensors = renamed(tensors, own, scheme, vgg_variant(card.net, card.reparam).size);
  save_safetensors(file, {tensors, to_metadata(card)});
}

std::string network_title(const std::string& net, const std::string& reparam) {
  return net + (reparam.empty() || reparam == "repvgg" ? "" : " of " + reparam + " blocks");
}

std::string network_title_of_kind(const std::string& net, const std::string& reparam) {
  return (is_repvgg(net) ? "RepVGG " : "") + network_title(net, reparam);
}

Vgg& SavedNetwork::vgg() const {
  auto* const vgg = dynamic_cast<Vgg*>(&network());
  if (vgg == nullptr) throw UsageError("this needs the blocks of a RepVGG, but the network is a " + card.net);
  return *vgg;
}

void add_normalization_options(CommandLine& line, std::optional<ChannelNormalization>& normalization) {
  const auto add = [&](const char* name, auto values_of, double lowest, const char* help) {
    const auto take = [&normalization, values_of](const std::vector<double>& values) {
      if (!normalization) normalization.emplace();
      std::copy_n(values.begin(), 3, ((*normalization).*values_of).begin());
    };
    return line.add_function(name, take, help).values(3, 3).rule(real_number(lowest, 1)).value_name("N");
  };
  const Option mean =
      add("--mean", &ChannelNormalization::mean, 0,
          "the means of red, green and blue, from 0 to 1, by which the network's images are normalised (default: from "
          "the file, else CIFAR-10's)");
  const Option deviation = add("--std", &ChannelNormalization::deviation, 0.001, "their standard deviations");
  mean.needs(deviation);
  deviation.needs(mean);
}

void add_saved_network_options(CommandLine& line, NetworkOptions& options) {
  add_network_option(line, options.net, " (default: from the file)");
  add_normalization_options(line, options.normalization);
}

SavedNetwork load_network(const std::filesystem::path& file, const NetworkOptions& options) {
  SafetensorsFile contents = load_safetensors(file);
  const std::string prefix = strip_names(contents.tensors);
  if (!prefix.empty())
    std::cerr << "note: " << file.string() << ": all names are read without " << quoted(prefix) << '\n';
  const bool has_card = contents.metadata.contains("net");

  SavedNetwork saved;
  saved.card = has_card ? from_metadata(contents.metadata, file) : card_of_names(contents.tensors, options, file);
  const RecognizedNames recognized = recognize_names(contents.tensors);
  const NameScheme& names = recognized.scheme ? *recognized.scheme : name_schemes().front();
  if (options.normalization) saved.card.normalization = *options.normalization;

  const int64_t outputs = outputs_of(saved.card, contents.tensors, names, file);
  if (!options.net.empty()) saved.card.net = options.net;
  if (saved.card.reparam.empty() && is_repvgg(saved.card.net)) saved.card.reparam = "repvgg";
  try {
    (saved.card.form == "folded" ? saved.folded : saved.trained) = make_network_of(saved.card, outputs);
  } catch (const Error&) {
    if (!options.net.empty()) throw;
    fail(file.string(), ": its metadata says \"net\" = ", shortened(saved.card.net), ", which is not a known network");
  }
  load_named(saved, contents.tensors, names, file);
  saved.network().eval();
  if (!has_card) note_missing_card(file, names, saved, options.normalization.has_value());
  return saved;
}

SavedNetwork load_network(const std::filesystem::path& file, const std::string& net) {
  return load_network(file, NetworkOptions{net, {}});
}

bool has_card(const std::filesystem::path& file) { return load_safetensors(file).metadata.contains("net"); }

void check_image(Module& network, const std::string& net, const Shape& one_image) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  try {
    network(Variable(Tensor::zeros(one_image)));
  } catch (const Error& error) {
    throw UsageError(net + " cannot take images of " + std::to_string(one_image[1]) + " x " +
                     std::to_string(one_image[2]) + " pixels: " + error.what());
  }
}

Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization) {
  constexpr int64_t kImages = 500;
  return all_images(first_images(train, kImages), normalization);
}

void fit_whitening(Module& network, const Dataset& train, const ChannelNormalization& normalization) {
  for (const NamedModule& layer : named_modules(network)) {
    auto* whitening = dynamic_cast<Whitening*>(layer.module);
    if (whitening != nullptr) whitening->fit(first_batch(train, normalization));
  }
}

}  // namespace onefold
