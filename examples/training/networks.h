#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "layers/labs/vgg_variant.h"
#include "layers/models/vgg.h"

namespace onefold {

/// The metadata of a saved network's .safetensors file: everything that is needed to use the network.
struct ModelCard {
  std::string net;                     // "mini"
  std::string reparam = "repvgg";      // the family of its blocks, or of the blocks it was folded from
  std::string form;                    // "training" or "folded"
  std::string dataset;                 // what it was trained on: "cifar10", "shapes10", "images"; see data_source.h
  std::vector<std::string> classes;    // names of the outputs
  ChannelNormalization normalization;  // how its images are normalised
};
std::map<std::string, std::string> to_metadata(const ModelCard& card);

/// Throws Error, naming `file` and the entry, if one is missing or malformed. A card without a family is from before
/// there was a choice.
ModelCard from_metadata(const std::map<std::string, std::string>& metadata, const std::filesystem::path& file);

/// "mini", or for another family of blocks "mini of dbb blocks".
std::string network_title(const std::string& net, const std::string& reparam);

/// A network with its card, in evaluation mode and in one of the two forms.
struct SavedNetwork {
  ModelCard card;
  std::unique_ptr<RepVgg> trained = {};   // null in folded form
  std::unique_ptr<PlainVgg> folded = {};  // null in training form

  Vgg& network() const { return trained ? static_cast<Vgg&>(*trained) : *folded; }
  VggVariant variant() const { return vgg_variant(card.net, card.reparam); }
};

/// Writes a network in either form, atomically. Throws Error if the file cannot be written.
void save_network(const std::filesystem::path& file, Module& network, const ModelCard& card);

/// Reads a network in either form. Throws Error if the file has no card, and one that lists every missing and
/// unexpected name if the state belongs to another net. A `net` that is not empty overrides the card's.
SavedNetwork load_network(const std::filesystem::path& file, const std::string& net = {});

/// The first 500 training images, normalised, as one batch: what the initial weights of a network are fitted to.
Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization);

/// Fits the network's whitening, if it has one, to first_batch(): half a million patches, for covariances of 27
/// values. Call it before the first step; a loaded network has its whitening already.
void fit_whitening(Vgg& network, const Dataset& train, const ChannelNormalization& normalization);

}  // namespace onefold
