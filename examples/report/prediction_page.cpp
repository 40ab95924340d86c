#include "examples/report/prediction_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "examples/cli/format.h"
#include "examples/cli/table.h"
#include "examples/pictures/image_file.h"
#include "examples/report/page.h"

namespace onefold {

using Json = nlohmann::ordered_json;

namespace {

constexpr int64_t kShownChannels = 16;  // of a stage, those with the highest means

/// "4000 x 3000": width first, as people and cameras say it.
std::string size_text(int64_t height, int64_t width) { return std::to_string(width) + " x " + std::to_string(height); }

std::string about(const NetworkPhoto& photo) {
  std::string words = size_text(photo.height, photo.width) + " pixels";
  if (photo.photo.orientation != 1)
    words += ", turned by its EXIF orientation, " + std::to_string(photo.photo.orientation);
  if (photo.seen.height == photo.height && photo.seen.width == photo.width) return words + ", seen as they are";
  if (photo.centre.height != photo.height || photo.centre.width != photo.width) {
    words += "; the centre, " + size_text(photo.centre.height, photo.centre.width) + ",";
  }
  return words + " seen as " + size_text(photo.seen.height, photo.seen.width);
}

/// The three numbers of the proof, and how far they are from it.
struct Proof {
  double mean = 0, bias = 0, logit = 0;

  double sum() const { return mean + bias; }
  double difference() const { return std::abs(sum() - logit); }
};

Proof proof_of(const Sight& sight, int64_t label) {
  return {mean_of_map(*sight.maps, label), static_cast<double>(sight.biases[label]),
          static_cast<double>(sight.logits[label])};
}

std::string uri_of(const DecodedImage& image) {
  return data_uri("image/png", encode_png({image.height, image.width, 3, image.pixels}));
}

/// The photo as it is kept, and the part of it that the network sees, in its pixels.
Json photo_json(const NetworkPhoto& photo) {
  const DecodedImage& kept = photo.photo.image;
  const double scale = static_cast<double>(kept.width) / static_cast<double>(photo.width);
  // A small picture is shown pixel by pixel: compression would blur what the network saw.
  const bool is_small = kept.height * kept.width <= 128 * 128;
  return {{"size", size_text(photo.height, photo.width)},
          {"height", kept.height},
          {"width", kept.width},
          {"picture",
           is_small ? uri_of(kept) : data_uri("image/jpeg", encode_jpeg({kept.height, kept.width, 3, kept.pixels}))},
          {"centre",
           {static_cast<double>(photo.centre.left) * scale, static_cast<double>(photo.centre.top) * scale,
            static_cast<double>(photo.centre.width) * scale, static_cast<double>(photo.centre.height) * scale}}};
}

Json map_json(const Prediction& prediction, int64_t label) {
  const Tensor& maps = *prediction.sights.front().maps;
  Json values = Json::array(), forms = Json::array();
  const int64_t classes = maps.shape()[2];
  for (int64_t i = label; i < maps.size(); i += classes) values.push_back(maps[i]);
  for (const Sight& sight : prediction.sights) {
    const Proof proof = proof_of(sight, label);
    forms.push_back({{"form", sight.form},
                     {"mean", proof.mean},
                     {"bias", proof.bias},
                     {"sum", proof.sum()},
                     {"logit", proof.logit},
                     {"difference", proof.difference()}});
  }
  return {{"height", maps.shape()[0]}, {"width", maps.shape()[1]}, {"values", values}, {"forms", forms}};
}

/// The channels of a feature map with the highest means, side by side in one grey picture with a pixel between them.
Json stage_json(const Prediction& prediction, size_t stage) {
  const Tensor& features = prediction.sights.front().stages[stage];
  const int64_t height = features.shape()[0], width = features.shape()[1], channels = features.shape()[2];
  std::vector<double> means(static_cast<size_t>(channels));
  for (int64_t i = 0; i < features.size(); ++i) {
    means[static_cast<size_t>(i % channels)] += static_cast<double>(features[i]) / static_cast<double>(height * width);
  }
  std::vector<int64_t> order(means.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](int64_t channel) { return means[static_cast<size_t>(channel)]; });
  order.resize(static_cast<size_t>(std::min(kShownChannels, channels)));

  const auto [low, high] = std::minmax_element(features.data(), features.data() + features.size());
  const Real range = *high > *low ? *high - *low : 1;
  const int64_t columns = std::min<int64_t>(8, std::ssize(order)), rows = (std::ssize(order) + columns - 1) / columns;
  Pixels pixels{rows * (height + 1) - 1, columns * (width + 1) - 1, 1};
  pixels.values.resize(static_cast<size_t>(pixels.height * pixels.width));
  Json shown = Json::array();
  for (int64_t t = 0; t < std::ssize(order); ++t) {
    const int64_t channel = order[static_cast<size_t>(t)];
    shown.push_back({{"channel", channel}, {"mean", means[static_cast<size_t>(channel)]}});
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        const Real value = (features[(y * width + x) * channels + channel] - *low) / range;
        const int64_t row = t / columns * (height + 1) + y, column = t % columns * (width + 1) + x;
        pixels.values[static_cast<size_t>(row * pixels.width + column)] =
            static_cast<uint8_t>(std::lround(255 * value));
      }
    }
  }
  Json json = {{"channels", channels}, {"height", height}, {"width", width}, {"columns", columns},
               {"shown", shown},       {"low", *low},      {"high", *high}};
  json["picture"] = data_uri("image/png", encode_png(pixels));
  if (prediction.sights.size() > 1) {
    json["difference"] = max_abs_difference(features, prediction.sights[1].stages[stage]);
  }
  return json;
}

Json prediction_json(const Prediction& prediction, const ModelCard& card) {
  Json json = {{"name", prediction.photo.name}, {"about", about(prediction.photo)}, {"stages", Json::array()}};
  json["photo"] = photo_json(prediction.photo);
  const DecodedImage& seen = prediction.photo.seen;
  json["seen"] = {{"height", seen.height}, {"width", seen.width}, {"picture", uri_of(seen)}};
  for (const ClassScore& score : prediction.best()) {
    Json entry = {{"name", card.classes[static_cast<size_t>(score.label)]}, {"probability", score.probability}};
    if (prediction.sights.front().maps) entry["map"] = map_json(prediction, score.label);
    json["classes"].push_back(entry);
  }
  for (size_t s = 0; s < prediction.sights.front().stages.size(); ++s) {
    json["stages"].push_back(stage_json(prediction, s));
  }
  return json;
}

std::vector<Headline> headlines_of(const std::vector<Prediction>& predictions, const ModelCard& card) {
  constexpr size_t kMostNamed = 3;
  std::vector<Headline> all;
  for (size_t i = 0; i < std::min(kMostNamed, predictions.size()); ++i) {
    const ClassScore best = predictions[i].best().front();
    all.push_back(
        {percent(best.probability), card.classes[static_cast<size_t>(best.label)] + ": " +
                                        std::filesystem::path(predictions[i].photo.name).filename().string()});
  }
  if (predictions.size() > kMostNamed) {
    all.push_back({grouped(std::ssize(predictions) - static_cast<int64_t>(kMostNamed)), "more photos below"});
  }
  double largest = -1;
  for (const Prediction& prediction : predictions) {
    for (const Sight& sight : prediction.sights) {
      for (int64_t label = 0; sight.maps && label < sight.logits.size(); ++label) {
        largest = std::max(largest, proof_of(sight, label).difference());
      }
    }
  }
  if (largest >= 0) all.push_back({scientific(largest), "maximum difference of a map's mean plus bias and its logit"});
  return all;
}

}  // namespace

std::string prediction_text(const Prediction& prediction, const ModelCard& card) {
  Table table{.columns = {{}, {.number = true}}};
  const std::vector<ClassScore> best = prediction.best();
  for (const ClassScore& score : best) {
    table.rows.push_back({"  " + card.classes[static_cast<size_t>(score.label)], percent(score.probability)});
  }
  std::string words = prediction.photo.name + ": " + about(prediction.photo) + "\n" + text_table(table);
  for (const Sight& sight : prediction.sights) {
    if (!sight.maps) continue;
    const Proof proof = proof_of(sight, best.front().label);
    words += "  " + sight.form + ": the mean of its map " + fixed(proof.mean, 4) + (proof.bias < 0 ? " - " : " + ") +
             "bias " + fixed(std::abs(proof.bias), 4) + " = " + fixed(proof.sum(), 4) + ", its logit " +
             fixed(proof.logit, 4) + ", difference " + scientific(proof.difference()) + "\n";
  }
  return words;
}

std::string prediction_page(const std::vector<Prediction>& predictions, const ModelCard& card,
                            const std::string& no_maps) {
  Json data = {{"predictions", {{"no_maps", no_maps}, {"photos", Json::array()}}}};
  for (const Prediction& prediction : predictions) {
    data["predictions"]["photos"].push_back(prediction_json(prediction, card));
  }
  const std::string lead = "Trained on " + grouped(std::ssize(card.classes)) + " classes, on images of " +
                           size_text(card.image.height, card.image.width) +
                           " pixels. The answer is always one of them, whatever the photo shows.";
  return page("What " + network_title_of_kind(card.net, card.reparam) + " sees", lead, headlines_of(predictions, card),
              data);
}

}  // namespace onefold
