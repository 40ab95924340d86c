#include "examples/training/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include "autograd/ops.h"
#include "core/check.h"
#include "core/ops/softmax.h"
#include "examples/cli/program.h"
#include "examples/cli/ranks.h"
#include "layers/batch_norm.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/inspect/anomaly.h"

namespace onefold {

namespace {

LoaderOptions loader_options(const Dataset& dataset, const ChannelNormalization& normalization,
                             const TrainerOptions& options) {
  // All steps have the same size: the rest of a shuffled epoch is dropped. A dataset smaller than a batch is one step.
  check_shards(options.shards, std::min(options.batch_size, dataset.size()));
  return {.batch_size = std::min(options.batch_size, dataset.size()) / options.shards,
          .shuffle = true,
          .augment = options.augment,
          .normalization = normalization,
          .seed = options.seed,
          .drop_last = true,
          .first = rank(),
          .every = ranks()};
}

Schedule make_schedule(const TrainerOptions& options, int64_t steps_per_epoch) {
  const int64_t total = options.epochs * steps_per_epoch;
  const auto warmup = std::llround(options.warmup_epochs * static_cast<double>(steps_per_epoch));
  return linear_warmup_decay(total, std::min<int64_t>(warmup, total - 1), options.initial_rate, options.final_rate);
}

const std::string kMuon = "muon.", kLookahead = "lookahead.";

/// The groups for Sgd; with Muon, without the weights of convolutions, which become its group.
std::vector<ParameterGroup> sgd_groups(Module& network, const TrainerOptions& options,
                                       std::vector<ParameterGroup>& convolutions) {
  auto groups = decay_groups(network, options.learning_rate, options.weight_decay, options.bias_rate);
  if (options.muon_rate <= 0) return groups;
  convolutions = {{{}, options.muon_rate, 0}};
  for (ParameterGroup& group : groups) {
    const auto is_convolution = [](const Variable& parameter) { return parameter.shape().rank() == 4; };
    std::copy_if(group.parameters.begin(), group.parameters.end(), std::back_inserter(convolutions[0].parameters),
                 is_convolution);
    std::erase_if(group.parameters, is_convolution);
  }
  return groups;
}

void insert(std::map<std::string, Tensor>& state, const std::string& prefix,
            const std::map<std::string, Tensor>& part) {
  for (const auto& [name, tensor] : part) state[prefix + name] = tensor;
}

/// Moves the part of a state that has this prefix out of it, and removes the prefix from its names.
std::map<std::string, Tensor> extract(std::map<std::string, Tensor>& state, const std::string& prefix) {
  std::map<std::string, Tensor> part;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) part[name.substr(prefix.size())] = tensor;
  }
  std::erase_if(state, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  return part;
}

}  // namespace

std::string smaller_rate_advice(bool muon) {
  return muon ? "try a smaller --muon-rate, or a smaller --lr" : "try a smaller --lr";
}

// [decay-groups]
std::vector<ParameterGroup> decay_groups(Module& network, double learning_rate, double weight_decay, double bias_rate) {
  ParameterGroup decayed{{}, learning_rate, weight_decay};
  ParameterGroup free{{}, learning_rate, 0};
  ParameterGroup shifts{{}, learning_rate * bias_rate, 0};
  for (const auto& [name, module] : named_modules(network)) {
    const bool is_norm = bias_rate != 1 && dynamic_cast<const BatchNorm2d*>(module) != nullptr;
    for (const auto& [member, parameter] : own_parameters(*module)) {
      ParameterGroup& group = parameter.shape().rank() > 1 ? decayed : is_norm && member == "bias" ? shifts : free;
      group.parameters.push_back(parameter);
    }
  }
  if (shifts.parameters.empty()) return {decayed, free};
  return {decayed, free, shifts};
}
// [/decay-groups]

Trainer::Trainer(Module& network, const Dataset& dataset, const ChannelNormalization& normalization,
                 const TrainerOptions& options)
    : network_(network), options_(options), loader_(dataset, loader_options(dataset, normalization, options)),
      optimizer_(sgd_groups(network, options, convolutions_),
                 {.momentum = options.momentum, .nesterov = options.momentum > 0}),
      schedule_(options.schedule ? options.schedule : make_schedule(options, steps_per_epoch())),
      muon_schedule_(options.muon_schedule ? options.muon_schedule : schedule_) {
  set_branch_scales(network, optimizer_);
  if (options.muon_rate > 0) muon_.emplace(convolutions_);
  if (options.lookahead) lookahead_.emplace(parameters(network));
}

double Trainer::learning_rate() const {
  return options_.learning_rate * schedule_(position_.epoch * steps_per_epoch() + position_.step);
}

void Trainer::train_epoch(const AfterStep& after_step) {
  network_.train();
  const double waited_before = loader_.seconds_waited() - position_.wait_seconds;
  auto clock = std::chrono::steady_clock::now();
  loader_.start_epoch(position_.epoch, position_.step * options_.shards);
  while (position_.step < steps_per_epoch()) {
    options_.detect_anomaly ? take_guarded_step() : take_step();

    const auto now = std::chrono::steady_clock::now();
    position_.seconds += std::chrono::duration<double>(now - clock).count();
    position_.wait_seconds = loader_.seconds_waited() - waited_before;
    clock = now;
    if (after_step) after_step(position_);
  }
}

// [find-gradients]
StepResult Trainer::find_gradients() {
  const ProductsIn products(options_.precision);

  // Forward: from images to logits to the loss.
  const Batch batch = loader_.next().value();
  const Variable logits = network_(Variable(batch.images));
  const Variable loss = softmax_cross_entropy(logits, batch.labels, static_cast<Real>(options_.label_smoothing));

  // Backward: from the loss to a gradient for every parameter.
  optimizer_.clear_grads();
  if (muon_) muon_->clear_grads();
  loss.backward();

  const auto images = static_cast<int64_t>(batch.labels.size());
  const std::vector<int> predictions = argmax_rows(logits.value());
  int64_t correct = 0;
  for (size_t i = 0; i < predictions.size(); ++i) correct += predictions[i] == batch.labels[i] ? 1 : 0;
  return {static_cast<double>(loss.value().item()), images, correct};
}
// [/find-gradients]

StepResult Trainer::find_mean_gradients() {
  ShardMean mean(network_, options_.shards);
  for (int64_t shard = rank(); shard < options_.shards; shard += ranks()) mean.add(find_gradients());
  return mean.finish();
}

void Trainer::take_step() {
  // [take-step]
  const StepResult found = options_.shards == 1 ? find_gradients() : find_mean_gradients();
  if (!std::isfinite(found.loss)) {
    throw NonFiniteLoss(std::string("the loss is ") + (std::isnan(found.loss) ? "nan" : "inf") + " in " +
                        place_and_advice());
  }

  // A step against the gradients.
  const int64_t steps_taken = position_.epoch * steps_per_epoch() + position_.step;
  optimizer_.step(schedule_(steps_taken));
  if (muon_) muon_->step(muon_schedule_(steps_taken));
  if (lookahead_) lookahead_->after_step(steps_taken + 1, options_.epochs * steps_per_epoch());
  // [/take-step]

  last_step_ = {found.loss, options_.learning_rate * schedule_(steps_taken),
                muon_ ? options_.muon_rate * muon_schedule_(steps_taken) : 0};

  // Sum up what the log says about the epoch.
  position_.correct += found.correct;
  position_.loss_sum += found.loss * static_cast<double>(found.images);
  position_.images += found.images;
  position_.step += 1;
}

void Trainer::take_guarded_step() {
  const AnomalyGuard guard(network_);
  try {
    take_step();
  } catch (const Anomaly& anomaly) {
    throw NonFiniteLoss(anomaly.what() + std::string("\nThis was in ") + place_and_advice());
  }
}

/// "epoch 2, step 5; try a smaller --lr"
std::string Trainer::place_and_advice() const {
  return "epoch " + std::to_string(position_.epoch + 1) + ", step " + std::to_string(position_.step + 1) + "; " +
         smaller_rate_advice(muon_.has_value());
}

void Trainer::next_epoch() {
  check(position_.step == steps_per_epoch(), "trainer: epoch ", position_.epoch + 1, " has taken ", position_.step,
        " of its ", steps_per_epoch(), " steps; call train_epoch() first");
  position_ = {.epoch = position_.epoch + 1};
}

TrainerState Trainer::state() const {
  TrainerState state{position_, onefold::state(network_), optimizer_.state()};
  if (muon_) insert(state.optimizer, kMuon, muon_->state());
  if (lookahead_) insert(state.optimizer, kLookahead, lookahead_->state());
  return state;
}

void Trainer::load_state(const TrainerState& state) {
  const Position& position = state.position;
  check(position.epoch <= options_.epochs && position.step <= steps_per_epoch(), "trainer: the state is of epoch ",
        position.epoch + 1, ", step ", position.step, ", but this training has ", options_.epochs, " epochs of ",
        steps_per_epoch(), " steps");

  // Find every fault before the first value is written.
  const TrainerState own = this->state();
  const std::string differences =
      state_differences(own.network, state.network) + state_differences(own.optimizer, state.optimizer);
  check(differences.empty(), "trainer: the state does not fit this network and these options:", differences,
        "\nnothing was loaded; make the trainer that the state was saved from");
  std::map<std::string, Tensor> of_sgd = state.optimizer;
  std::map<std::string, Tensor> of_muon, of_lookahead;
  if (muon_) of_muon = extract(of_sgd, kMuon);
  if (lookahead_) of_lookahead = extract(of_sgd, kLookahead);
  onefold::load_state(network_, state.network);
  optimizer_.load_state(of_sgd);
  if (muon_) muon_->load_state(of_muon);
  if (lookahead_) lookahead_->load_state(of_lookahead);
  position_ = state.position;
}

}  // namespace onefold
