#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "examples/cli/program.h"
#include "layers/labs/make_network.h"

namespace onefold {

/// Height and width in pixels.
struct ImageSize {
  int64_t height = 32, width = 32;
};

/// The metadata of a saved network's .safetensors file: everything that is needed to use the network.
struct ModelCard {
  std::string net;                 // "mini"
  std::string reparam = "repvgg";  // the family of its blocks, or of the blocks it was folded from; "" if not of RepVGG
  std::string form;                // "training" or "folded"
  std::string dataset;             // what it was trained on: "cifar10", "shapes10", "images"; see data_source.h
  std::vector<std::string> classes;    // names of the outputs; "0", "1", ... if the dataset is unknown, which is ""
  ChannelNormalization normalization;  // how its images are normalised
  ImageSize image = {};                // of its images
  std::string precision = "float";     // of the products of its training, or "bf16"; see core/gemm/gemm.h
};
std::map<std::string, std::string> to_metadata(const ModelCard& card);

/// Throws Error, naming `file` and the entry, if one is missing or malformed. A card without a family is from before
/// there was a choice, one without a size of images has 32 x 32, and one without a precision was trained in float.
ModelCard from_metadata(const std::map<std::string, std::string>& metadata, const std::filesystem::path& file);

/// Whether the network's outputs can be these classes: the same names, or as many if its dataset is unknown.
bool has_classes(const ModelCard& card, const std::vector<std::string>& classes);

/// "mini", or for another family of blocks "mini of dbb blocks"; with its kind "RepVGG mini of dbb blocks".
std::string network_title(const std::string& net, const std::string& reparam);
std::string network_title_of_kind(const std::string& net, const std::string& reparam);

/// A network with its card, in evaluation mode and in one of the two forms.
struct SavedNetwork {
  ModelCard card;
  std::unique_ptr<Module> trained = {};  // null in folded form
  std::unique_ptr<Module> folded = {};   // null in training form

  Module& network() const { return trained ? *trained : *folded; }

  /// For what needs the blocks of a RepVGG. Throws UsageError if it is another network.
  Vgg& vgg() const;
};

/// Writes a network in either form, atomically, under the names of a scheme in layers/labs/state_names.h. Throws Error
/// if the file cannot be written, and if the scheme has no name for a tensor.
void save_network(const std::filesystem::path& file, Module& network, const ModelCard& card,
                  const std::string& names = "own");

/// What the user says of a saved network. It overrides the card, or stands in for a missing one.
struct NetworkOptions {
  std::string net;                                    // a name that make_network() takes; empty: the card's
  std::optional<ChannelNormalization> normalization;  // none: the card's, or that of CIFAR-10
};

/// --mean and --std; and those with --net.
void add_normalization_options(CommandLine& line, std::optional<ChannelNormalization>& normalization);
void add_saved_network_options(CommandLine& line, NetworkOptions& options);

/// Reads a network in either form, under any names of layers/labs/state_names.h, which tell the form if there is no
/// card. Without a card `net` is needed, classes are numbered, blocks are RepVGG's, and a note on stderr says how the
/// file was read. Throws Error that says which names the file has if they are not those of the network.
SavedNetwork load_network(const std::filesystem::path& file, const NetworkOptions& options);
SavedNetwork load_network(const std::filesystem::path& file, const std::string& net = {});

/// Whether the file has a card. Throws Error if it cannot be read.
bool has_card(const std::filesystem::path& file);

/// Throws UsageError if the network cannot take images of this shape, [1, H, W, C]: they are too small for its strides.
void check_image(Module& network, const std::string& net, const Shape& one_image);

/// The first 500 training images, normalised, as one batch: what the initial weights of a network are fitted to.
Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization);

/// Fits the network's whitening, if it has one, to first_batch(): half a million patches, for covariances of 27
/// values. Call it before the first step; a loaded network has its whitening already.
void fit_whitening(Module& network, const Dataset& train, const ChannelNormalization& normalization);

}  // namespace onefold
