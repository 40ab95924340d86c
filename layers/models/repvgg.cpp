#include "layers/models/repvgg.h"

#include <algorithm>
#include <map>

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/count.h"
#include "layers/fold.h"
#include "layers/reparam/families.h"
#include "layers/reparam/folded_block.h"

namespace onefold {

namespace {

constexpr int64_t kImageChannels = 3;
void check_size(const RepVggSize& size) {
  for (size_t s = 0; s < size.depths.size(); ++s) {
    check(size.depths[s] >= 1 && size.widths[s] >= 1, "RepVgg ", size.name, ": stage ", s, " has ", size.depths[s],
          " blocks of ", size.widths[s], " channels; both must be at least 1");
  }
  check(size.halving[0] != Halving::pool, "RepVgg ", size.name,
        ": stage 0 begins with a pool, but the stem sees images in full; let stage 1 begin with it");
}

/// The stages, each block made by make(options of the block).
template <class MakeBlock>
std::unique_ptr<Sequential> make_stages(const RepVggSize& size, const MakeBlock& make) {
  check_size(size);
  auto stages = std::make_unique<Sequential>();
  int64_t in = size.whitening > 0 ? 2 * size.whitening : kImageChannels, made = 0;
  for (size_t s = 0; s < size.depths.size(); ++s) {
    auto& stage = stages->add<Sequential>();
    for (int64_t b = 0; b < size.depths[s]; ++b) {
      const BlockOptions options{.in = in,
                                 .out = size.widths[s],
                                 .stride = size.halving[s] == Halving::stride && b == 0 ? 2 : 1,
                                 .groups = made >= 2 && made % 2 == 0 ? size.groups : 1,
                                 .pointwise = size.pointwise[s],
                                 .first = size.first};
      try {
        stage.append(make(options));
      } catch (const Error& error) {
        fail("RepVgg ", size.name, ": stages.", s, ".", b, ": ", error.what());
      }
      in = size.widths[s];
      ++made;
    }
    const bool pooled = s + 1 < size.depths.size() && size.halving[s + 1] == Halving::pool;
    if (pooled) stage.add<MaxPool2d>(Pool2dArgs{.kernel = 2, .stride = 2});
  }
  return stages;
}

std::unique_ptr<Module> make_pool(const RepVggSize& size) {
  if (size.largest) return std::make_unique<GlobalMaxPool>();
  return std::make_unique<GlobalAvgPool>();
}

}  // namespace

RepVgg::RepVgg(const RepVggSize& size, std::unique_ptr<Module> whitening, std::unique_ptr<Sequential> stages,
               std::unique_ptr<Linear> head)
    : size_(size),
      whitening_(std::move(whitening)),
      stages_(std::move(stages)),
      pool_(make_pool(size)),
      head_(std::move(head)) {}

RepVgg::RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer)
    : RepVgg(size, size.whitening > 0 ? std::make_unique<Whitening>(kImageChannels, size.whitening) : nullptr,
             make_stages(size,
                         [&](const BlockOptions& options) { return make_block(size.family, options, initializer); }),
             std::make_unique<Linear>(size.widths.back(), classes, initializer)) {}

std::unique_ptr<RepVgg> RepVgg::folded_form(const RepVggSize& size, int64_t classes) {
  const auto convolution = [](int64_t in, int64_t out, int64_t stride, int64_t groups) {
    const Kernel zero = DoubleKernel(Shape{3, 3, in / groups, out}).rounded();
    return std::make_unique<ConvRelu>(zero, conv2d_args(stride, 1, groups));
  };
  std::unique_ptr<Module> whitening;
  if (size.whitening > 0) whitening = convolution(kImageChannels, 2 * size.whitening, 1, 1);
  auto stages = make_stages(size, [&](const BlockOptions& block) {
    return convolution(block.in, block.out, block.stride, block.groups);
  });
  auto head = std::make_unique<Linear>(Tensor::zeros({size.widths.back(), classes}), Tensor::zeros({classes}));
  return std::unique_ptr<RepVgg>(new RepVgg(size, std::move(whitening), std::move(stages), std::move(head)));
}

// [forward]
Variable RepVgg::forward(const Variable& x) {
  const bool inference = !training() && !grad_enabled();
  if (inference && x.shape().rank() == 4 && x.shape()[0] > kSlice) return forward_in_slices(x.value());
  return classify((*stages_)(whitening_ ? (*whitening_)(x) : x));
}

Variable RepVgg::classify(const Variable& x) {
  const Variable logits = (*head_)((*pool_)(x));
  return size_.logit_scale == 1 ? logits : scale(logits, static_cast<Real>(size_.logit_scale));
}
// [/forward]

Variable RepVgg::forward_in_slices(const Tensor& images) {
  const int64_t count = images.shape()[0], classes = head_->bias().shape()[0], image = images.size() / count;
  Tensor logits({count, classes});
  for (int64_t begin = 0; begin < count; begin += kSlice) {
    const int64_t slice_count = std::min(kSlice, count - begin);
    Tensor slice({slice_count, images.shape()[1], images.shape()[2], images.shape()[3]});
    std::copy_n(images.data() + begin * image, slice.size(), slice.data());
    const Variable some = forward(Variable(slice));
    std::copy_n(some.value().data(), slice_count * classes, logits.data() + begin * classes);
  }
  return Variable(logits);
}

void RepVgg::visit(Visitor& visitor) {
  if (whitening_) visitor.child("whitening", *whitening_);
  visitor.child("stages", *stages_);
  visitor.child("pool", *pool_);
  visitor.child("head", *head_);
}

std::string RepVgg::description() const {
  return "RepVgg " + size_.name + ", " + std::to_string(head_->bias().shape()[0]) + " classes" +
         (size_.family == "repvgg" ? "" : ", blocks of family " + size_.family);
}

std::unique_ptr<RepVgg> RepVgg::fold_network() const {
  check_evaluation_mode(*this);
  std::unique_ptr<Module> whitening;
  if (whitening_) whitening = fold_piece("whitening", [this] { return whitening_->fold(); });
  auto stages = fold_piece("stages", [this] { return stages_->fold_layers(); });
  auto head = fold_piece("head", [this] { return head_->fold(); });
  std::unique_ptr<RepVgg> folded(new RepVgg(size_, std::move(whitening), std::move(stages),
                                            std::unique_ptr<Linear>(dynamic_cast<Linear*>(head.release()))));
  folded->eval();
  return folded;
}

Sequential& RepVgg::stage(int64_t s) { return dynamic_cast<Sequential&>((*stages_)[s]); }

LinearBlock& RepVgg::block(int64_t s, int64_t b) {
  auto* found = dynamic_cast<LinearBlock*>(&stage(s)[b]);
  check(found != nullptr, description(), ": stages.", s, ".", b,
        " is folded and has no branches; load the training form to look at them");
  return *found;
}

std::vector<LinearBlock*> RepVgg::blocks() {
  std::vector<LinearBlock*> found;
  for (size_t s = 0; s < size_.depths.size(); ++s) {
    for (int64_t b = 0; b < size_.depths[s]; ++b) found.push_back(&block(static_cast<int64_t>(s), b));
  }
  return found;
}

std::vector<Variable> RepVgg::block_inputs(const Variable& images) {
  std::vector<Variable> inputs;
  Variable x = whitening_ ? (*whitening_)(images) : images;
  for (int64_t s = 0; s < stages_->size(); ++s) {
    for (int64_t i = 0; i < stage(s).size(); ++i) {
      if (dynamic_cast<LinearBlock*>(&stage(s)[i]) != nullptr) inputs.push_back(x);
      x = stage(s)[i](x);
    }
  }
  return inputs;
}

namespace {

/// The steps of a block, each under a title of its own: a title's second step has " (2)" behind it.
std::vector<FoldStep> distinct_steps(const LinearBlock& block) {
  std::vector<FoldStep> steps = explain_fold(block);
  std::map<std::string, int> count;
  for (FoldStep& step : steps) {
    const int times = ++count[step.title];
    if (times > 1) step.title += " (" + std::to_string(times) + ")";
  }
  return steps;
}

/// The steps of all blocks in one order: a title comes behind all that come before it in some block.
std::vector<std::string> titles_of(const std::vector<std::vector<FoldStep>>& blocks) {
  std::vector<std::string> titles;
  for (const auto& steps : blocks) {
    auto behind = titles.begin();
    for (const FoldStep& step : steps) {
      const auto known = std::find(titles.begin(), titles.end(), step.title);
      behind = known != titles.end() ? known + 1 : titles.insert(behind, step.title) + 1;
    }
  }
  return titles;
}

}  // namespace

std::vector<FoldStep> explain_fold(RepVgg& network) {
  // A folded network of its own, whose convolutions the blocks' steps stand in for; shared by the functions that
  // compute.
  struct Parts {
    std::vector<std::vector<FoldStep>> blocks;
    std::vector<std::string> titles;
    std::unique_ptr<RepVgg> folded;

    /// Where a block stands after a step of the network: a block that the step does not concern stays where it was.
    const FoldStep& of_block(size_t block, size_t step) const {
      const FoldStep* last = &blocks[block].front();
      for (const FoldStep& own : blocks[block]) {
        const auto at = std::find(titles.begin(), titles.end(), own.title) - titles.begin();
        if (static_cast<size_t>(at) <= step) last = &own;
      }
      return *last;
    }

    Tensor compute(size_t step, const Tensor& images) const {
      const NoGrad no_grad;
      Variable x = folded->whitening_ ? (*folded->whitening_)(Variable(images)) : Variable(images);
      size_t block = 0;
      for (int64_t s = 0; s < folded->stages_->size(); ++s) {
        for (int64_t i = 0; i < folded->stage(s).size(); ++i) {
          Module& layer = folded->stage(s)[i];
          const bool is_block = dynamic_cast<const ConvRelu*>(&layer) != nullptr;
          x = is_block ? Variable(of_block(block++, step).compute(x.value())) : layer(x);
        }
      }
      return folded->classify(x).value();
    }
  };
  auto parts = std::make_shared<Parts>();
  for (const LinearBlock* block : network.blocks()) parts->blocks.push_back(distinct_steps(*block));
  parts->titles = titles_of(parts->blocks);
  parts->folded = network.fold_network();

  std::vector<FoldStep> steps;
  for (size_t i = 0; i < parts->titles.size(); ++i) {
    FoldStep step;
    step.title = i == 0 ? "the trained network, evaluation mode" : parts->titles[i];
    step.parameters = network.head().weight().value().size() + network.head().bias().value().size();
    if (network.whitening_) {
      // A convolution from the beginning; its numbers count as parameters once they may be trained on.
      step.convolutions = 1;
      if (i + 1 == parts->titles.size()) step.parameters += count_parameters(*parts->folded->whitening_);
    }
    for (size_t b = 0; b < parts->blocks.size(); ++b) {
      const FoldStep& of_block = parts->of_block(b, i);
      step.parameters += of_block.parameters;
      step.convolutions += of_block.convolutions;
      step.batch_norms += of_block.batch_norms;
      step.additions += of_block.additions;
    }
    step.compute = [parts = std::shared_ptr<const Parts>(parts), i](const Tensor& images) {
      return parts->compute(i, images);
    };
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace onefold
