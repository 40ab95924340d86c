#include "layers/calculus/explain_network.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "layers/models/plain_vgg.h"

namespace onefold {

namespace {

/// The steps of a block with distinct titles: " (2)" is appended to the second step of the same title.
std::vector<FoldStep> distinct_steps(Module& block) {
  std::vector<FoldStep> steps = explain_fold(block);
  std::map<std::string, int> count;
  for (FoldStep& step : steps) {
    const int times = ++count[step.title];
    if (times > 1) step.title += " (" + std::to_string(times) + ")";
  }
  return steps;
}

/// The steps of all blocks in one order: a title comes after all titles that precede it in some block.
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

std::vector<FoldStep> explain_fold(Vgg& network) {
  // A separate folded network, in which the blocks' steps replace the convolutions; shared by the functions that
  // compute.
  struct Parts {
    std::vector<std::vector<FoldStep>> blocks;
    std::vector<std::string> titles;
    std::unique_ptr<PlainVgg> folded;

    /// The state of a block after a step of the network; a step that the block does not have leaves it unchanged.
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
      Variable x = folded->whitening() != nullptr ? (*folded->whitening())(Variable(images)) : Variable(images);
      size_t block = 0;
      for (int64_t s = 0; s < std::ssize(folded->size().depths); ++s) {
        for (int64_t i = 0; i < folded->stage(s).size(); ++i) {
          const bool is_block = i < folded->size().depths[static_cast<size_t>(s)];
          x = is_block ? Variable(of_block(block++, step).compute(x.value())) : folded->stage(s)[i](x);
        }
      }
      return folded->classify(x).value();
    }
  };
  auto parts = std::make_shared<Parts>();
  for (Module* block : network.blocks()) parts->blocks.push_back(distinct_steps(*block));
  parts->titles = titles_of(parts->blocks);
  parts->folded = network.fold_network();

  std::vector<FoldStep> steps;
  for (size_t i = 0; i < parts->titles.size(); ++i) {
    FoldStep step;
    step.title = i == 0 ? "the trained network, evaluation mode" : parts->titles[i];
    step.parameters = network.head().weight().value().size() + network.head().bias().value().size();
    if (network.whitening() != nullptr) {
      // A convolution from the beginning; its weights count as parameters once they may be trained.
      step.convolutions = 1;
      if (i + 1 == parts->titles.size()) step.parameters += count_parameters(*parts->folded->whitening());
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
