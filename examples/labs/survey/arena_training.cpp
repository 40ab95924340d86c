#include "examples/labs/survey/arena_training.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "core/check.h"
#include "core/memory.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/program.h"
#include "examples/labs/survey/layer_row.h"
#include "examples/labs/survey/short_training.h"
#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

// [parts]
/// What a RepVGG block may lack: the identity branch, or the batch norms of the branches, in place of which there is
/// one after their sum.
struct Parts {
  bool identity = true, norms = true;
};

class PartsBlock : public LinearBlock {
 public:
  PartsBlock(const BlockOptions& options, const Parts& parts, Initializer& initializer)
      : LinearBlock(options.activation) {
    auto sum = std::make_unique<LinearBlock>();
    LinearBlock& branches = parts.norms ? *this : *sum;
    const auto normalise = [&](Branch& branch, const std::string& name) {
      if (parts.norms) branch.add<BatchNorm2d>(name, options.out);
    };
    for (const int64_t side : {3, 1}) {
      const std::string number = std::to_string(side);
      Branch& branch = branches.add_branch(number + "x" + number);
      branch.add<Conv2d>("conv" + number, same_convolution(options, side, side), initializer);
      normalise(branch, "bn" + number);
    }
    if (parts.identity && options.keeps_shape()) normalise(branches.add_branch("identity"), "bn0");
    if (parts.norms) return;
    Branch& all = add_branch("all");
    all.append("sum", std::move(sum));
    all.add<BatchNorm2d>("bn", options.out);
  }
};
// [/parts]

AddLayer parts_block(const Parts& parts) {
  return [parts](Chain& net, int64_t width, int64_t stride) {
    const BlockOptions options{.in = net.channels(), .out = width, .stride = stride};
    net.append(std::make_unique<PartsBlock>(options, parts, net.initializer()), width, stride);
  };
}

ArenaMethod in_a_row(const std::string& name, const std::string& about, const AddLayer& add) {
  return {name, about, [add](int64_t depth, int64_t width, int64_t classes, Initializer& initializer) {
            return row_of(depth, width, classes, initializer, add);
          }};
}

std::unique_ptr<Module> residual(int64_t depth, int64_t, int64_t classes, Initializer& initializer) {
  return resnet(depth, classes, initializer);
}

std::unique_ptr<Module> make(const ArenaRun& run, const ArenaImages& images) {
  Initializer initializer(run.seed);
  const auto classes = static_cast<int64_t>(images.held_out.classes.size());
  return arena_method(run.method).make(run.depth, run.width, classes, initializer);
}

TrainerOptions trainer_options(const ArenaRun& run) {
  TrainerOptions options = ShortRecipe{.epochs = run.epochs,
                                       .batch_size = run.batch_size,
                                       .lr = run.rate,
                                       .muon_rate = run.optimizer == "muon" ? run.rate : 0,
                                       .seed = run.seed}
                               .trainer();
  options.weight_decay = run.decay;
  return options;
}

}  // namespace

const std::vector<ArenaMethod>& arena_methods() {
  // [methods]
  static const std::vector<ArenaMethod> all = {
      in_a_row("none", "3x3, batch norm, ReLU", block_of("none")),
      {"residual", "the same with a shortcut every two layers", residual},
      in_a_row("diracnet", "identity within the kernel", block_of("diracnet")),
      in_a_row("acb", "3x3, 1x3 and 3x1", block_of("acb")),
      in_a_row("doconv", "a kernel of two factors", block_of("doconv")),
      in_a_row("expandnet", "a kernel of three factors", block_of("expandnet")),
      in_a_row("repvgg", "3x3, 1x1 and identity", block_of("repvgg")),
      in_a_row("dbb", "3x3, 1x1 and two chains", block_of("dbb")),
      in_a_row("repoptimizer", "RepVGG's branches in the optimizer", block_of("repoptimizer")),
      in_a_row("repvgg_no_identity", "3x3 and 1x1", parts_block({.identity = false})),
      in_a_row("repvgg_no_norms", "3x3, 1x1 and identity, one batch norm for all", parts_block({.norms = false})),
      in_a_row("repvgg_neither", "3x3 and 1x1, one batch norm for both",
               parts_block({.identity = false, .norms = false})),
  };
  // [/methods]
  return all;
}

const ArenaMethod& arena_method(const std::string& name) {
  const auto found = std::find_if(arena_methods().begin(), arena_methods().end(),
                                  [&](const ArenaMethod& method) { return method.name == name; });
  check(found != arena_methods().end(), "arena: unknown method \"", name, "\"");
  return *found;
}

ArenaImages load_arena_images(DataOptions options, int64_t limit_train, int64_t held_out) {
  options.limit_train = limit_train == 0 ? 0 : limit_train + held_out;
  ArenaImages images{load_data(options), {}};
  Dataset& train = images.data.splits.train;
  const int64_t count = train.size() - held_out;
  if (count < std::max<int64_t>(1, limit_train)) {
    throw UsageError("--held-out: there are " + std::to_string(train.size()) +
                     " training images, too few to hold out " + std::to_string(held_out) +
                     " besides those of --limit-train; choose fewer of either");
  }
  Dataset& rest = images.held_out = train;
  rest.pixels.erase(rest.pixels.begin(), rest.pixels.begin() + count * train.image_bytes());
  rest.labels.erase(rest.labels.begin(), rest.labels.begin() + count);
  train = first_images(train, count);
  return images;
}

FinishedRuns::Result train(const std::string& name, Module& network, const ArenaImages& images,
                           const TrainerOptions& options) {
  constexpr int64_t kEvaluationBatch = 500;
  FinishedRuns::Result result{{"loss", std::nan("")}, {"accuracy", std::nan("")}};
  if (images.held_out.size() > 0) result["held_out"] = std::nan("");
  try {
    const ShortTraining training = train_briefly(name, network, images.data, options);
    result["loss"] = training.loss;
    result["accuracy"] = training.test.accuracy();
    if (images.held_out.size() > 0) {
      result["held_out"] = evaluate(network, images.held_out, images.data.normalization, kEvaluationBatch).accuracy();
    }
  } catch (const NonFiniteLoss& error) {
    std::cerr << name << ": " << error.what() << '\n';
  }
  return result;
}

FinishedRuns::Result train(const std::string& name, const ArenaRun& run, const ArenaImages& images) {
  return train(name, *make(run, images), images, trainer_options(run));
}

ArenaCosts costs(const ArenaRun& run, int64_t steps, const ArenaImages& images) {
  const Dataset& train = images.data.splits.train;
  const auto network = make(run, images);
  ArenaCosts found{.parameters = count_parameters(*network), .step_seconds = std::nan("")};
  if (steps > 0) {
    ArenaRun one_epoch = run;
    one_epoch.epochs = 1;
    const Dataset few = first_images(train, (steps + 1) * run.batch_size);  // the first step warms up
    Trainer trainer(*network, few, images.data.normalization, trainer_options(one_epoch));
    reset_peak_memory();
    double before = 0;
    trainer.train_epoch([&](const Position& now) {
      if (now.step > 1) found.step_seconds = std::fmin(found.step_seconds, now.seconds - before);
      before = now.seconds;
    });
    found.step_bytes = static_cast<int64_t>(memory_usage().peak);
    release_pooled_memory();
  }
  network->eval();
  const auto folded = network->fold();
  const Shape one_image{1, train.height, train.width, train.channels};
  found.folded = count(*folded, one_image);
  const NoGrad no_grad;
  const Variable image(Tensor::zeros(one_image));
  if (steps > 0) found.folded_seconds = best_seconds(static_cast<int>(20 * steps), [&] { (*folded)(image); });
  return found;
}

}  // namespace onefold
