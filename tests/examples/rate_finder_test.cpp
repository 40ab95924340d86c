#include "examples/labs/rate_finder.h"

#include <cmath>

#include "core/parallel.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"

using namespace onefold;

namespace {

const ChannelNormalization kRateNormalization{{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}};

/// Images that a few steps can learn to tell apart: the grey of each is that of its class, give or take.
Dataset shades() {
  Dataset images = shapes10(1, 400, 1).train;
  const size_t bytes = images.pixels.size() / images.labels.size();
  for (size_t i = 0; i < images.pixels.size(); ++i) {
    images.pixels[i] = static_cast<uint8_t>(25 * images.labels[i / bytes] + images.pixels[i] / 16);
  }
  return images;
}

TrainerOptions with_muon() {
  TrainerOptions chosen = options();
  chosen.batch_size = 16;
  chosen.augment = {};
  chosen.initial_rate = 0.1;
  chosen.muon_rate = 0.06;
  return chosen;
}

TrainerOptions without_muon() {
  TrainerOptions chosen = with_muon();
  chosen.muon_rate = 0;
  return chosen;
}

RateCurve sweep(const TrainerOptions& chosen, bool of_muon, const RateSweep& rates = {}) {
  Initializer initializer(7);
  const auto network = make_repvgg(narrow(), 10, initializer);
  return sweep_rate(*network, shades(), kRateNormalization, chosen, of_muon, rates);
}

/// The mean loss of the last epoch of this training.
double loss_after_training(const TrainerOptions& chosen) {
  Initializer initializer(7);
  const auto network = make_repvgg(narrow(), 10, initializer);
  const Dataset images = shades();
  Trainer trainer(*network, images, kRateNormalization, chosen);
  for (;; trainer.next_epoch()) {
    trainer.train_epoch();
    if (trainer.position().epoch + 1 == chosen.epochs) return trainer.position().loss();
  }
}

}  // namespace

TEST_CASE("rate finder: one rate grows by the same factor with every step, the other stays", "[examples]") {
  for (const bool of_muon : {false, true}) {
    const RateCurve curve = sweep(with_muon(), of_muon, {.lowest = 1e-3, .highest = 1e-1, .steps = 21});
    REQUIRE(curve.rates.size() == 21);
    REQUIRE(curve.losses.size() == 21);
    REQUIRE(curve.smoothed.size() == 21);
    CHECK_FALSE(curve.diverged);
    for (size_t i = 0; i < 21; ++i) {
      CHECK(curve.rates[i] == Approx(std::pow(10.0, -3 + 0.1 * static_cast<double>(i))));
    }
    // The middle one is the mean of eleven.
    double sum = 0;
    for (size_t i = 5; i <= 15; ++i) sum += curve.losses[i];
    CHECK(curve.smoothed[10] == Approx(sum / 11));
  }
  // The rate that stays matters: at its maximum instead of the tenth, the losses are others.
  TrainerOptions whole = with_muon();
  whole.initial_rate = 1;
  CHECK(sweep(whole, false).losses != sweep(with_muon(), false).losses);
}

TEST_CASE("rate finder: the seed decides the curve, the number of threads does not", "[examples]") {
  const RateSweep few{.steps = 15};
  const RateCurve curve = sweep(with_muon(), true, few);
  CHECK(sweep(with_muon(), true, few).losses == curve.losses);
  const int before = threads();
  set_threads(before + 1);
  CHECK(sweep(with_muon(), true, few).losses == curve.losses);
  set_threads(before);
  TrainerOptions other = with_muon();
  other.seed = 4;
  CHECK(sweep(other, true, few).losses != curve.losses);
}

TEST_CASE("rate finder: it ends where the loss diverges", "[examples]") {
  // From a good rate to one at which nothing is finite.
  const RateCurve curve = sweep(without_muon(), false, {.lowest = 1e-2, .highest = 1e8});
  CHECK(curve.diverged);
  CHECK(curve.rates.size() < 60);
  REQUIRE(curve.lowest.has_value());
  CHECK(*curve.lowest < 10);

  // Where every rate is far too large: no suggestion.
  const RateCurve hopeless = sweep(without_muon(), false, {.lowest = 1e3, .highest = 1e9});
  CHECK(hopeless.diverged);
  CHECK_FALSE(hopeless.suggestion().has_value());
}

TEST_CASE("rate finder: a suggestion is weak if the loss falls or rises by less than twice the spread of a step",
          "[examples]") {
  CHECK(sweep(without_muon(), false, {.lowest = 1e-2, .highest = 1e8}).weakness().empty());

  // Twelve steps; each second loss is 0.1 above or below the smoothed one.
  const auto curve = [](double first, double low, double last) {
    RateCurve made{.lowest = 6};
    for (int i = 0; i < 12; ++i) {
      made.rates.push_back(i + 1);
      made.smoothed.push_back(i < 5 ? first : i == 5 ? low : last);
      made.losses.push_back(made.smoothed.back() + (i % 2 == 0 ? 0.1 : -0.1));
    }
    return made;
  };
  CHECK(curve(2.3, 2.05, 2.3).weakness().empty());
  CHECK(curve(2.3, 2.15, 2.5).weakness() ==
        "the smoothed loss falls by 0.150, less than twice the 0.100 by which single steps differ from it");
  CHECK(
      curve(2.3, 2.0, 2.1).weakness() ==
      "up to the highest rate the smoothed loss rises again by 0.100, less than twice the 0.100 by which single steps "
      "differ from it");
  RateCurve risen = curve(2.3, 2.0, 2.1);
  risen.diverged = true;
  CHECK(risen.weakness().empty());
  risen.lowest = {};
  risen.smoothed.front() = 2;
  CHECK(risen.weakness().empty());

  // A sweep that ends while the loss falls.
  const RateCurve early = sweep(with_muon(), true, {.lowest = 1e-3, .highest = 3e-2, .steps = 40});
  CHECK_FALSE(early.diverged);
  CHECK_THAT(early.weakness(), ContainsSubstring("up to the highest rate"));
}

TEST_CASE("rate finder: the suggested rate trains better than a thirtieth of it and than thirty times",
          "[examples][.long]") {
  for (const bool of_muon : {false, true}) {
    TrainerOptions chosen = of_muon ? with_muon() : without_muon();
    chosen.epochs = 3;
    const auto suggestion = sweep(chosen, of_muon).suggestion();
    REQUIRE(suggestion.has_value());
    double& rate = of_muon ? chosen.muon_rate : chosen.learning_rate;
    const auto loss_at = [&](double of_run) {
      rate = of_run;
      return loss_after_training(chosen);
    };
    const double loss = loss_at(*suggestion);
    INFO("suggested " << *suggestion << ", loss " << loss);
    CHECK(loss < loss_at(*suggestion / 30) - 0.05);
    CHECK(loss < loss_at(*suggestion * 30) - 0.05);
  }
}
