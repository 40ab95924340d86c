// The bytes are lines "key=value": the metadata of model.safetensors and of checkpoint.safetensors.

#include <cmath>
#include <nlohmann/json.hpp>

#include "examples/training/checkpoint.h"
#include "examples/training/networks.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

using namespace onefold;

namespace {

/// A .safetensors file with this metadata and no tensors; empty if a text is not UTF-8.
std::string file_of(const std::map<std::string, std::string>& metadata) {
  try {
    const std::string header = nlohmann::json({{"__metadata__", metadata}}).dump();
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
  } catch (const nlohmann::json::exception&) {
    return "";
  }
}

void check_position(const Position& position) {
  for (const int64_t count : {position.epoch, position.step, position.images, position.correct}) {
    fuzz::require(count >= 0, "a negative position");
  }
  fuzz::require(position.correct <= position.images, "more correct predictions than images");
  fuzz::require(position.step < int64_t{1} << 53, "a step beyond the exact integers of JSON");
  if (fuzz::bug_is_planted() && position.epoch == 4) fuzz::read_out_of_bounds();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  std::map<std::string, std::string> metadata;
  while (!input.empty()) {
    const std::string key = input.until('=');
    metadata[key] = input.until('\n');
  }
  static const fuzz::MemoryFile memory;
  memory.write(file_of(metadata));

  Checkpoint checkpoint;
  if (fuzz::succeeds([&] { checkpoint = load_checkpoint(memory.path()); })) check_position(checkpoint.state.position);
  ModelCard card;
  if (fuzz::succeeds([&] { card = from_metadata(metadata, "input"); })) {
    fuzz::require(card.classes.size() >= 2, "fewer than two classes");
    for (const int64_t side : {card.image.height, card.image.width}) {
      fuzz::require(side >= 1 && side <= 4096, "images of no possible size");
    }
    for (size_t c = 0; c < 3; ++c) {
      fuzz::require(std::isfinite(card.normalization.mean[c]), "a mean that is not finite");
      fuzz::require(card.normalization.deviation[c] > 0, "a std that is not above 0");
    }
    fuzz::require(!fuzz::succeeds([&] { load_network(memory.path()); }), "a network without tensors was loaded");
  }
  return 0;
}
