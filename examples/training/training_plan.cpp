#include "examples/training/training_plan.h"

#include <sstream>

#include "core/parallel.h"
#include "examples/cli/format.h"
#include "examples/cli/ranks.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "layers/inspect/count.h"

namespace onefold {

namespace {

/// The mean time of two training steps after a warm-up step; that of the first if the dataset has no more.
double measure_step(Module& network, const TrainingSetup& setup) {
  const Dataset few = first_images(setup.data.splits.train, 3 * setup.trainer.batch_size);
  Trainer trainer(network, few, setup.data.normalization, setup.trainer);
  double first = 0;
  trainer.train_epoch([&](const Position& position) {
    if (position.step == 1) first = position.seconds;
  });
  const Position& end = trainer.position();
  return end.step == 1 ? first : (end.seconds - first) / static_cast<double>(end.step - 1);
}

void print_counts(std::ostream& text, const char* form, const Counts& counts) {
  text << form << short_count(static_cast<double>(counts.parameters)) << " parameters, "
       << short_count(static_cast<double>(counts.multiply_adds)) << " multiply-adds per image, "
       << several(counts.convolutions, "convolution") << ", " << several(counts.batch_norms, "batch norm") << '\n';
}

}  // namespace

std::string training_plan(const TrainingSetup& setup) {
  const auto& [train, test] = setup.data.splits;
  const Shape one_image{1, train.height, train.width, train.channels};
  Initializer initializer(setup.trainer.seed);
  const auto classes = static_cast<int64_t>(train.classes.size());
  const std::unique_ptr<Module> made = make_network(setup.net, setup.reparam, classes, initializer);
  Module& network = *made;
  check_image(network, setup.net, one_image);
  check_training_fits(network, batch_shape(train, setup.trainer.batch_size / setup.trainer.shards));
  fit_whitening(network, train, setup.data.normalization);
  const auto folded = make_folded_network(setup.net, setup.reparam, classes);
  const Trainer trainer(network, train, setup.data.normalization, setup.trainer);
  const int64_t steps = setup.trainer.epochs * trainer.steps_per_epoch();

  std::ostringstream text;
  text << "network   " << (is_repvgg(setup.net) ? "" : setup.net + ": ") << network.description() << '\n';
  print_counts(text, "trained   ", count(network, one_image));
  print_counts(text, "folded    ", count(*folded, one_image));
  text << "images    " << train.name << ": " << grouped(train.size()) << " to train on, " << grouped(test.size())
       << " to test on, " << train.classes.size() << (classes == 1 ? " class\n" : " classes\n") << "training  "
       << several(setup.trainer.epochs, "epoch") << " of " << several(trainer.steps_per_epoch(), "step") << " of "
       << several(setup.trainer.batch_size, "image") << ": " << several(steps, "step") << '\n';

  // A test image costs about a third of a training image: its forward pass, without the backward pass, which costs two.
  const double step_seconds = measure_step(network, setup);
  const double test_images = static_cast<double>(setup.trainer.epochs * test.size());
  const double tests = test_images / (3 * static_cast<double>(setup.trainer.batch_size) * ranks());
  text << "time      about " << duration(step_seconds * (static_cast<double>(steps) + tests)) << ", at "
       << duration(step_seconds) << " per step on " << several(threads(), "thread") << '\n'
       << "folder    " << setup.folder.path.string() << " (nothing is written in a dry run)\n";
  return text.str();
}

}  // namespace onefold
