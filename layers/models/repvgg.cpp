#include "layers/models/repvgg.h"

#include "core/check.h"
#include "layers/fold.h"

namespace onefold {

namespace {

const std::vector<RepVggSize>& sizes() {
  static const std::vector<RepVggSize> all = {
      {"tiny", {1, 1, 2, 4, 1}, {16, 16, 32, 64, 256}},
      {"mini", {1, 1, 2, 3, 1}, {32, 32, 64, 128, 512}},
      {"S", {1, 2, 4, 6, 1}, {32, 32, 64, 128, 512}},
      {"A0", {1, 2, 4, 14, 1}, {48, 48, 96, 192, 1280}},
  };
  return all;
}

/// The stages, each block made by make(in, out, stride, groups).
template <class MakeBlock>
std::unique_ptr<Sequential> make_stages(const RepVggSize& size, const MakeBlock& make) {
  auto stages = std::make_unique<Sequential>();
  int64_t in = 3, made = 0;
  for (size_t s = 0; s < size.depths.size(); ++s) {
    check(size.depths[s] >= 1 && size.widths[s] >= 1, "RepVgg ", size.name, ": stage ", s, " has ", size.depths[s],
          " blocks of ", size.widths[s], " channels; both must be at least 1");
    auto& stage = stages->add<Sequential>();
    for (int64_t b = 0; b < size.depths[s]; ++b) {
      const int64_t stride = s >= 2 && b == 0 ? 2 : 1;
      const int64_t groups = made >= 2 && made % 2 == 0 ? size.groups : 1;
      stage.append(make(in, size.widths[s], stride, groups));
      in = size.widths[s];
      ++made;
    }
  }
  return stages;
}

}  // namespace

RepVggSize repvgg_size(const std::string& name) {
  for (const RepVggSize& size : sizes()) {
    if (size.name == name) return size;
  }
  std::string names;
  for (const std::string& known : repvgg_names()) names += (names.empty() ? "" : ", ") + known;
  fail("RepVgg: no size \"", name, "\"; the sizes are ", names);
}

std::vector<std::string> repvgg_names() {
  std::vector<std::string> names;
  for (const RepVggSize& size : sizes()) names.push_back(size.name);
  return names;
}

RepVgg::RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer)
    : size_(size),
      stages_(make_stages(size,
                          [&](int64_t in, int64_t out, int64_t stride, int64_t groups) {
                            return std::make_unique<RepVggBlock>(in, out, stride, initializer, groups);
                          })),
      head_(std::make_unique<Linear>(size.widths.back(), classes, initializer)) {}

RepVgg::RepVgg(const RepVggSize& size, std::unique_ptr<Sequential> stages, std::unique_ptr<Linear> head)
    : size_(size), stages_(std::move(stages)), head_(std::move(head)) {}

std::unique_ptr<RepVgg> RepVgg::folded_form(const RepVggSize& size, int64_t classes) {
  auto stages = make_stages(size, [](int64_t in, int64_t out, int64_t stride, int64_t groups) {
    const Kernel zero = DoubleKernel(Shape{3, 3, in / groups, out}).rounded();
    return std::make_unique<ConvRelu>(zero, conv2d_args(stride, 1, groups));
  });
  auto head = std::make_unique<Linear>(Tensor::zeros({size.widths.back(), classes}), Tensor::zeros({classes}));
  return std::unique_ptr<RepVgg>(new RepVgg(size, std::move(stages), std::move(head)));
}

// [forward]
Variable RepVgg::forward(const Variable& x) { return head_->forward(pool_.forward(stages_->forward(x))); }
// [/forward]

void RepVgg::visit(Visitor& visitor) {
  visitor.child("stages", *stages_);
  visitor.child("pool", pool_);
  visitor.child("head", *head_);
}

std::string RepVgg::description() const {
  return "RepVgg " + size_.name + ", " + std::to_string(head_->bias().shape()[0]) + " classes";
}

std::unique_ptr<RepVgg> RepVgg::fold_network() const {
  check_evaluation_mode(*this);
  auto stages = fold_piece("stages", [this] { return stages_->fold_layers(); });
  auto head = fold_piece("head", [this] { return head_->fold(); });
  std::unique_ptr<RepVgg> folded(
      new RepVgg(size_, std::move(stages), std::unique_ptr<Linear>(dynamic_cast<Linear*>(head.release()))));
  folded->eval();
  return folded;
}

Sequential& RepVgg::stage(int64_t s) { return dynamic_cast<Sequential&>((*stages_)[s]); }

RepVggBlock& RepVgg::block(int64_t s, int64_t b) {
  auto* found = dynamic_cast<RepVggBlock*>(&stage(s)[b]);
  check(found != nullptr, description(), ": stages.", s, ".", b,
        " is folded and has no branches; load the training form to look at them");
  return *found;
}

std::vector<RepVggBlock*> RepVgg::blocks() {
  std::vector<RepVggBlock*> found;
  for (int64_t s = 0; s < stages_->size(); ++s) {
    for (int64_t b = 0; b < stage(s).size(); ++b) found.push_back(&block(s, b));
  }
  return found;
}

std::vector<FoldStep> explain_fold(RepVgg& network) {
  // The steps of every block, and a head of its own, shared by the functions that compute the logits.
  struct Parts {
    std::vector<std::vector<FoldStep>> blocks;
    std::unique_ptr<Module> head;
  };
  auto parts = std::make_shared<Parts>();
  for (const RepVggBlock* block : network.blocks()) parts->blocks.push_back(explain_fold(*block));
  parts->head = network.head().fold();

  const std::vector<std::string> titles = {
      "the trained network, evaluation mode",        "batch norms into the 3x3 convolutions",
      "batch norms into the 1x1s, padded to 3x3",    "the identities' batch norms as 3x3 kernels",
      "kernels and biases added",                    "branches gone"};
  std::vector<FoldStep> steps;
  for (size_t i = 0; i < titles.size(); ++i) {
    FoldStep step;
    step.title = titles[i];
    step.parameters = network.head().weight().value().size() + network.head().bias().value().size();
    for (const auto& block : parts->blocks) {
      step.parameters += block[i].parameters;
      step.convolutions += block[i].convolutions;
      step.batch_norms += block[i].batch_norms;
      step.additions += block[i].additions;
    }
    step.compute = [parts = std::shared_ptr<const Parts>(parts), i](const Tensor& images) {
      const NoGrad no_grad;
      Tensor x = images;
      for (const auto& block : parts->blocks) x = block[i].compute(x);
      return parts->head->forward(Variable(global_avg_pool_forward(x))).value();
    };
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace onefold
