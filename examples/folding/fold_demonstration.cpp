#include "examples/folding/fold_demonstration.h"

#include "core/check.h"
#include "core/ops/softmax.h"
#include "examples/cli/format.h"
#include "examples/folding/block_demonstration.h"
#include "layers/calculus/explain_network.h"

namespace onefold {

std::vector<std::pair<std::string, Module*>> named_blocks(Vgg& network) {
  std::vector<std::pair<std::string, Module*>> named;
  for (size_t s = 0; s < network.size().depths.size(); ++s) {
    for (int64_t b = 0; b < network.size().depths[s]; ++b) {
      const std::string name = "stages." + std::to_string(s) + "." + std::to_string(b);
      named.emplace_back(name, &network.block(static_cast<int64_t>(s), b));
    }
  }
  return named;
}

void demonstrate_network(Vgg& network, const Tensor& images, FoldRecord& record) {
  const NoGrad no_grad;
  record.block_images = images.shape()[0];
  const Tensor logits = network(Variable(images)).value();
  for (const FoldStep& step : explain_fold(network)) {
    record.network_steps.push_back(fold_row(step));
    record.network_steps.back().interior = max_abs_difference(step.compute(images), logits);
  }
  const auto blocks = named_blocks(network);
  const std::vector<Variable> inputs = network.block_inputs(Variable(images));
  for (size_t i = 0; i < blocks.size(); ++i) {
    record.blocks.push_back(demonstrate_block(blocks[i].first, *blocks[i].second, inputs[i].value()));
  }
}

FoldProof compare_forms(const Evaluation& trained, const Evaluation& folded) {
  const std::vector<int> before = argmax_rows(trained.logits), after = argmax_rows(folded.logits);
  FoldProof proof;
  proof.images = static_cast<int64_t>(before.size());
  for (size_t i = 0; i < before.size(); ++i) proof.equal += before[i] == after[i] ? 1 : 0;
  proof.largest_difference = max_abs_difference(trained.logits, folded.logits);
  proof.largest_logit = max_abs(trained.logits);
  proof.accuracy_before = trained.accuracy();
  proof.accuracy_after = folded.accuracy();
  return proof;
}

// [check-forms-equal]
void check_forms_equal(const FoldProof& proof) {
  check(proof.equal == proof.images && proof.relative() <= kFoldTolerance,
        "the folded network differs from the trained one: ", grouped(proof.images - proof.equal), " of ",
        grouped(proof.images), " predictions changed, and a logit changed by ", scientific(proof.relative()),
        " of the maximum logit; ", scientific(kFoldTolerance), " is allowed; nothing was written");
}
// [/check-forms-equal]

}  // namespace onefold
