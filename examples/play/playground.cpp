#include "examples/play/playground.h"

#include <cmath>
#include <functional>

#include "core/check.h"
#include "core/conv/conv2d.h"
#include "core/conv/winograd_matrices.h"
#include "core/random.h"
#include "datasets/augment.h"
#include "datasets/shapes10.h"
#include "examples/folding/block_demonstration.h"
#include "examples/folding/form_times.h"
#include "examples/play/branch_weights.h"
#include "layers/calculus/explain.h"
#include "layers/families/families.h"

namespace onefold {

using Json = nlohmann::json;

namespace {

constexpr int64_t kSide = 32, kPixels = kSide * kSide * 3;  // of a picture
constexpr uint64_t kSeed = 1, kShapesSeed = 10;

/// A block of a family with random values, for 8 channels and feature maps of 12x12.
struct RandomBlock {
  std::string name, family;
  int64_t stride = 1, groups = 1;
};

std::vector<RandomBlock> random_blocks() {
  std::vector<RandomBlock> blocks;
  for (const std::string& family : family_names()) {
    const bool depthwise = family == "repmixer" || family == "unireplk";
    blocks.push_back({.name = family, .family = family, .groups = depthwise ? 8 : 1});
  }
  blocks.push_back({.name = "repvgg, stride 2", .family = "repvgg", .stride = 2});
  blocks.push_back({.name = "repvgg, 4 groups", .family = "repvgg", .groups = 4});
  return blocks;
}

Tensor tensor_of(const Shape& shape, const Json& values) {
  return Tensor::from(shape, values.get<std::vector<Real>>());
}

/// How far b is from a, and where: the maximum difference per pixel.
Json difference_json(const Tensor& a, const Tensor& b) {
  const MapDifference difference = map_difference(a, b);
  return {{"interior", difference.interior},
          {"border", difference.border},
          {"map", {{"shape", {a.shape()[1], a.shape()[2]}}, {"values", largest_at_pixels(a, b)}}}};
}

Json convolve(const Json& question) {
  const Json& values = question.at("values");
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(values.size()))));
  const Tensor y = conv2d(tensor_of({1, side, side, 1}, values), tensor_of({3, 3, 1, 1}, question.at("kernel")),
                          conv2d_args(/*stride=*/1, /*padding=*/1));
  return {{"values", y.to_vector()}};
}

Json winograd(const Json&) {
  const WinogradMatrices matrices = winograd_matrices(2, 3, winograd_points(2));
  return {{"bt", matrices.bt}, {"g", matrices.g}, {"at", matrices.at}};
}

}  // namespace

Playground::Playground(const std::filesystem::path& model)
    : saved_(load_network(model)), mistakes_(wrong_folds(kSeed)) {
  check(saved_.trained != nullptr, model.string(), ": is a folded network; give the model.safetensors it came from");
  check(saved_.card.image.height == kSide && saved_.card.image.width == kSide, model.string(), ": is for images of ",
        saved_.card.image.height, " x ", saved_.card.image.width, ", the board has ", kSide, " x ", kSide);
  trained_ = state(*saved_.trained);
  folded_ = saved_.vgg().fold_network();
  image_ = Tensor::zeros({1, kSide, kSide, 3});
}

std::string Playground::answer(const std::string& question) {
  const auto member = [this](Json (Playground::*function)(const Json&)) {
    return [this, function](const Json& asked) { return (this->*function)(asked); };
  };
  const std::map<std::string, std::function<Json(const Json&)>> answers = {
      {"network", member(&Playground::network)},
      {"picture", member(&Playground::picture)},
      {"look", member(&Playground::look)},
      {"times", member(&Playground::times)},
      {"blocks", member(&Playground::blocks)},
      {"block", member(&Playground::block)},
      {"convolve", convolve},
      {"winograd", winograd},
  };
  try {
    const NoGrad no_grad;
    const Json asked = Json::parse(question);
    const auto found = answers.find(asked.at("ask").get<std::string>());
    check(found != answers.end(), "nothing answers to ", asked.at("ask").dump());
    return found->second(asked).dump();
  } catch (const std::exception& error) {
    return Json{{"error", error.what()}}.dump();
  }
}

Json Playground::network(const Json&) {
  return {{"description", saved_.trained->description()},
          {"classes", saved_.card.classes},
          {"parameters", {{"trained", count_parameters(*saved_.trained)}, {"folded", count_parameters(*folded_)}}}};
}

Json Playground::picture(const Json& question) {
  const int64_t index = question.at("index");
  const Dataset drawn = shapes10(kShapesSeed, 1, index + 1).test;
  const uint8_t* const pixels = drawn.image(index);
  const int label = drawn.labels.back();
  return {{"pixels", std::vector<int>(pixels, pixels + drawn.image_bytes())},
          {"label", label},
          {"shape", drawn.classes[static_cast<size_t>(label)]}};
}

Json Playground::look(const Json& question) {
  Dataset one{.name = "the picture",
              .classes = saved_.card.classes,
              .height = kSide,
              .width = kSide,
              .pixels = question.at("pixels").get<std::vector<uint8_t>>(),
              .labels = {0}};
  check(std::ssize(one.pixels) == kPixels, "look: ", one.pixels.size(), " bytes, expected ", kPixels);
  image_ = Tensor({1, kSide, kSide, 3});
  write_image(one, 0, Padding::kZeros, {}, PixelNormalizer(saved_.card.normalization), image_.data());

  const Tensor trained = (*saved_.trained)(Variable(image_)).value(), folded = (*folded_)(Variable(image_)).value();
  Json answer = {{"trained", trained.to_vector()}, {"folded", folded.to_vector()}};
  answer["difference"] = max_abs_difference(trained, folded);
  for (const WrongFold& mistake : mistakes_) {
    if (mistake.name != question.value("mistake", "")) continue;
    const WrongNetwork wrong = fold_wrongly(saved_.vgg(), mistake, image_);
    answer["wrong"] = (*wrong.folded)(Variable(image_)).value().to_vector();
    answer["wrong_blocks"] = wrong.damage.wrong_blocks;
  }
  return answer;
}

Json Playground::times(const Json& question) {
  const FormTimes times = time_forms(*saved_.trained, *folded_, question.at("batch"), question.at("seconds"));
  return {{"trained", times.before}, {"folded", times.after}};
}

Json Playground::blocks(const Json&) {
  Json answer = {{"network", Json::array()}, {"random", Json::array()}};
  for (const auto& [name, block] : named_blocks(saved_.vgg())) answer["network"].push_back(name);
  for (const RandomBlock& block : random_blocks()) answer["random"].push_back(block.name);
  return answer;
}

Playground::Chosen Playground::choose(const std::string& name) {
  load_state(*saved_.trained, trained_);
  const auto named = named_blocks(saved_.vgg());
  const std::vector<Variable> inputs = saved_.vgg().block_inputs(Variable(image_));
  for (size_t b = 0; b < named.size(); ++b) {
    if (named[b].first == name) return {named[b].second, inputs[b].value()};
  }
  for (const RandomBlock& each : random_blocks()) {
    if (each.name != name) continue;
    Initializer initializer(kSeed);
    random_ = make_block(each.family, {.in = 8, .out = 8, .stride = each.stride, .groups = each.groups}, initializer);
    randomise(*random_, kSeed);
    return {random_.get(), random_normal({1, 12, 12, 8}, Random(kSeed, 0))};
  }
  fail("there is no block \"", name, "\"");
}

Json Playground::block(const Json& question) {
  const std::string name = question.at("name");
  const auto [block, x] = choose(name);
  Json answer;
  for (const WeightedBranch& branch : weighted_branches(*block)) {
    answer["branches"].push_back({{"name", branch.name}, {"layer", branch.layer}});
  }
  if (question.contains("weights")) weigh_branches(*block, question.at("weights"));
  folded_ = saved_.vgg().fold_network();

  answer["demonstration"] = to_json(demonstrate_block(name, *block, x));
  const Tensor y = (*block)(Variable(x)).value();
  for (const FoldStep& step : explain_fold(*block)) {
    Json kernels = Json::array();
    for (const NamedKernel& kernel : step.kernels) kernels.push_back(to_json(picture_of(kernel)));
    answer["steps"].push_back({{"kernels", kernels}, {"difference", difference_json(step.compute(x), y)}});
  }
  for (const WrongFold& mistake : mistakes_) {
    answer["mistakes"].push_back({{"name", mistake.name}, {"why", mistake.why}});
    const std::unique_ptr<Module> wrong = mistake.in_network(*block, x);
    if (wrong) answer["mistakes"].back()["difference"] = difference_json(y, (*wrong)(Variable(x)).value());
  }
  return answer;
}

}  // namespace onefold
