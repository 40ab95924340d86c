#include "examples/inference/prediction.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "autograd/variable.h"
#include "core/check.h"
#include "core/random.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/program.h"
#include "examples/pictures/image_file.h"
#include "examples/report/prediction_page.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/examples/page_data.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

const ChannelNormalization kNormalization = {{0.4, 0.5, 0.45}, {0.25, 0.2, 0.3}};

/// A network with random weights: a law of every network does not need a trained one.
SavedNetwork random_network(const std::string& net, const std::string& family = "repvgg") {
  SavedNetwork saved;
  saved.card = {.net = net,
                .reparam = family,
                .form = "training",
                .dataset = "shapes10",
                .classes = {"disc", "<ring>", "square", "frame", "triangle", "cross", "star"},
                .normalization = kNormalization};
  Initializer initializer(3);
  saved.trained = make_repvgg(vgg_variant(net, family), 7, initializer);
  fit_whitening(*saved.trained, shapes10(1, 40, 1).train, kNormalization);
  saved.trained->eval();
  return saved;
}

DecodedImage some_image(int64_t index) {
  const Dataset images = shapes10(2, 10, 1).train;
  return {images.height, images.width, {images.image(index), images.image(index + 1)}};
}

NetworkPhoto some_photo(const std::string& name) {
  NetworkPhoto photo;
  photo.name = name;
  photo.photo.image = photo.seen = some_image(1);
  photo.height = photo.width = 32;
  photo.centre = whole(photo.seen);
  return photo;
}

}  // namespace

TEST_CASE("prediction: the mean of a class's map plus its bias is its logit, in both forms", "[examples]") {
  for (const char* family : {"repvgg", "dbb", "acb", "mobileone", "none"}) {
    for (const char* net : {"tiny", "tiny+whitening"}) {
      CAPTURE(family, net);
      const SavedNetwork saved = random_network(net, family);
      const std::vector<Sight> sights = Viewer(saved).look(some_image(4), "image");
      REQUIRE(sights.size() == 2);
      CHECK(sights[0].form == "trained");
      CHECK(sights[1].form == "folded");
      double largest = 0;
      for (const Sight& sight : sights) {
        REQUIRE(sight.maps.has_value());
        CHECK(sight.maps->shape() == Shape({4, 4, 7}));
        largest = 0;
        for (int64_t c = 0; c < 7; ++c) largest = std::max(largest, std::abs(static_cast<double>(sight.logits[c])));
        for (int64_t c = 0; c < 7; ++c) {
          const double sum = mean_of_map(*sight.maps, c) + static_cast<double>(sight.biases[c]);
          CHECK(std::abs(sum - static_cast<double>(sight.logits[c])) <= 1e-5 * largest);
        }
      }
      CHECK(max_abs_difference(sights[0].logits, sights[1].logits) <= static_cast<Real>(1e-5 * largest));
    }
  }
}

TEST_CASE("prediction: a map's place is what the head makes of that place alone", "[examples]") {
  const SavedNetwork saved = random_network("tiny");
  const Sight sight = Viewer(saved).look(some_image(0), "image")[0];
  const Tensor weight = saved.vgg().head().weight().value();  // [C, classes]
  const Tensor& features = sight.stages.back();
  for (const int64_t place : {0, 5, 15}) {
    for (const int64_t c : {0, 6}) {
      double sum = 0;
      for (int64_t k = 0; k < 256; ++k) {
        sum += static_cast<double>(features[place * 256 + k]) * static_cast<double>(weight[k * 7 + c]);
      }
      CHECK(static_cast<double>((*sight.maps)[place * 7 + c]) == Approx(sum).epsilon(1e-4).margin(1e-5));
    }
  }
}

TEST_CASE("prediction: a network that ends in a maximum has no maps, and says why", "[examples]") {
  const SavedNetwork saved = random_network("short");
  CHECK_THAT(why_no_maps(saved.network()), ContainsSubstring("ends in GlobalMaxPool, not in the mean"));
  for (const Sight& sight : Viewer(saved).look(some_image(0), "image")) CHECK_FALSE(sight.maps.has_value());
  const SavedNetwork tiny = random_network("tiny");
  CHECK(why_no_maps(tiny.network()).empty());
}

TEST_CASE("prediction: a test image, written as a file, is what the network was tested on", "[examples]") {
  const TemporaryFolder folder;
  const DecodedImage image = some_image(3);
  std::ofstream(folder / "3.png", std::ios::binary) << encode_png({image.height, image.width, 3, image.pixels});
  const NetworkPhoto photo = read_photo(folder / "3.png", {32, 32}, 640);
  CHECK(photo.seen.pixels == image.pixels);

  const SavedNetwork saved = random_network("tiny");
  const Dataset images = shapes10(2, 4, 1).train;
  const NoGrad no_grad;
  const Tensor logits = saved.network()(Variable(all_images(images, kNormalization))).value();  // [4, 7]
  const Sight sight = Viewer(saved).look(photo.seen, photo.name)[0];
  for (int64_t c = 0; c < 7; ++c) CHECK(sight.logits[c] == Approx(logits[3 * 7 + c]).margin(1e-5));
  CHECK(sight.stages.size() == 5);
}

TEST_CASE("prediction: a large photo is kept small, its centre is taken from all of it", "[examples]") {
  const TemporaryFolder folder;
  std::vector<uint8_t> pixels(size_t{3 * 100 * 300}, 10);
  for (int64_t y = 0; y < 100; ++y) std::fill_n(pixels.begin() + 3 * (y * 300 + 100), 300, uint8_t{200});
  std::ofstream(folder / "wide.png", std::ios::binary) << encode_png({100, 300, 3, pixels});
  const NetworkPhoto photo = read_photo(folder / "wide.png", {32, 32}, 60);
  CHECK(photo.photo.image.height == 20);
  CHECK(photo.photo.image.width == 60);
  CHECK(photo.height == 100);
  CHECK(photo.centre == Rectangle{0, 100, 100, 100});
  CHECK(photo.seen.pixels == std::vector<uint8_t>(size_t{32 * 32 * 3}, 200));
}

TEST_CASE("prediction: the best classes are in order, and their probabilities those of the softmax", "[examples]") {
  const Tensor logits = Tensor::from({4}, {1000, Real(1000 + std::log(2.0)), -1000, 1000});
  const std::vector<ClassScore> best = best_classes(logits, 3);
  REQUIRE(best.size() == 3);
  CHECK(best[0].label == 1);
  CHECK(best[0].probability == Approx(0.5).epsilon(1e-4));
  CHECK(best[1].label == 0);  // of equals the first
  CHECK(best[2].label == 3);
  CHECK(best_classes(logits, 9).size() == 4);
}

TEST_CASE("prediction: logits that are not finite are an error that names the photo", "[examples]") {
  SavedNetwork saved = random_network("tiny");
  Tensor bias = saved.vgg().head().bias().value().clone();
  const Viewer viewer(saved);
  bias[2] = std::numeric_limits<Real>::quiet_NaN();
  Variable handle = saved.vgg().head().bias();
  handle.set_value(bias);
  CHECK_THROWS_AS(viewer.look(some_image(0), "a.png"), NonFiniteLoss);
}

TEST_CASE("prediction page: photo, classes, maps with their proof, and stages", "[examples]") {
  const SavedNetwork saved = random_network("tiny");
  const NetworkPhoto photo = some_photo("a/<b>.png");
  const Prediction prediction{photo, Viewer(saved).look(photo.seen, photo.name)};
  const std::string whole_page = prediction_page({prediction, prediction}, saved.card, "");
  CHECK(unbalanced_tag(whole_page) == "");
  CHECK(whole_page.find("<b>") == std::string::npos);
  const nlohmann::json data = data_in(whole_page)["predictions"];
  REQUIRE(data["photos"].size() == 2);
  const nlohmann::json& first = data["photos"][0];
  CHECK(first["name"] == "a/<b>.png");
  CHECK(first["about"] == "32 x 32 pixels, seen as they are");
  CHECK(first["photo"]["centre"] == nlohmann::json({0, 0, 32, 32}));
  for (const char* key : {"photo", "seen"}) {
    CHECK(first[key]["picture"].get<std::string>().starts_with("data:image/png;base64,iVBORw0KGgo"));
  }
  REQUIRE(first["classes"].size() == 5);
  double largest = 0;
  for (const nlohmann::json& each : first["classes"]) {
    largest = std::max(largest, std::abs(each["map"]["forms"][0]["logit"].get<double>()));
  }
  for (const nlohmann::json& each : first["classes"]) {
    CHECK(each["map"]["values"].size() == 16);
    REQUIRE(each["map"]["forms"].size() == 2);
    for (const nlohmann::json& form : each["map"]["forms"]) {
      CHECK(std::abs(form["sum"].get<double>() - form["logit"].get<double>()) <= 1e-5 * largest);
      CHECK(form["sum"].get<double>() == form["mean"].get<double>() + form["bias"].get<double>());
    }
  }
  REQUIRE(first["stages"].size() == 5);
  CHECK(first["stages"][0]["shown"].size() == 16);
  CHECK(first["stages"][4]["channels"] == 256);
  CHECK(first["stages"][4]["difference"].get<double>() <= 1e-5 * first["stages"][4]["high"].get<double>());
  const nlohmann::json& shown = first["stages"][4]["shown"];
  for (size_t i = 1; i < shown.size(); ++i) CHECK(shown[i - 1]["mean"] >= shown[i]["mean"]);

  const std::string text = prediction_text(prediction, saved.card);
  CHECK_THAT(text, ContainsSubstring("a/<b>.png: 32 x 32 pixels, seen as they are\n"));
  CHECK(count_of(text, "the mean of its map ") == 2);
}

TEST_CASE("prediction page: without maps it says why, and a folded network is alone", "[examples]") {
  SavedNetwork saved = random_network("short");
  saved.folded = saved.trained->fold();
  saved.trained = nullptr;
  const NetworkPhoto photo = some_photo("a.png");
  const Prediction prediction{photo, Viewer(saved).look(photo.seen, photo.name)};
  REQUIRE(prediction.sights.size() == 1);
  const nlohmann::json data = data_in(prediction_page({prediction}, saved.card, why_no_maps(saved.network())));
  CHECK(data["predictions"]["no_maps"] == why_no_maps(saved.network()));
  CHECK_FALSE(data["predictions"]["photos"][0]["classes"][0].contains("map"));
  CHECK_FALSE(data["predictions"]["photos"][0]["stages"][0].contains("difference"));
  CHECK(count_of(prediction_text(prediction, saved.card), "map") == 0);
}
