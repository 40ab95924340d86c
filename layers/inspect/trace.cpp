#include "layers/inspect/trace.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "core/check.h"
#include "core/random.h"
#include "layers/inspect/count.h"

namespace onefold {

namespace {

using Clock = std::chrono::steady_clock;

class Tracer : public OpObserver {
 public:
  Tracer(Module& network, const Tensor& image) : image_(image) {
    for (const NamedModule& each : named_modules(network)) modules_[each.module] = each;
  }

  void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) override {
    TracedOp op;
    for (const Variable& input : inputs) {
      const Tensor& read = input.value();
      op.memory_accesses += read.size();
      if (read.data() == image_.data()) op.inputs.push_back(TracedOp::kImages);
      const auto map = maps_.find(read.data());
      if (map != maps_.end()) op.inputs.push_back(map->second);
    }
    counts.push_back(!op.inputs.empty() && name != "reshape");  // which copies nothing
    if (!counts.back()) return;
    op.name = name;
    op.layer = layer_at_work();
    op.output = result.shape();
    op.memory_accesses += result.value().size();
    op.multiply_adds = multiply_adds_of(name, inputs, result);
    maps_[result.value().data()] = found.ops.size();
    kept_.push_back(result.value());
    found.ops.push_back(op);
  }

  /// Each parameter, to the layer that computed with it.
  void add_parameters() {
    for (const auto& [module, named] : modules_) {
      int64_t own = 0;
      for (const NamedParameter& parameter : own_parameters(*named.module)) own += parameter.value.value().size();
      if (own > 0) layer_above(named.name).parameters += own;
    }
  }

  Trace found;
  std::vector<bool> counts;  // of every op, in order, whether it is one of found.ops

 private:
  /// The innermost layer of the network that is computing now.
  size_t layer_at_work() {
    const std::vector<const Module*>& at_work = modules_at_work();
    const auto known =
        std::find_if(at_work.rbegin(), at_work.rend(), [&](const Module* module) { return modules_.contains(module); });
    const NamedModule& layer = modules_.at(*known);
    const auto [place, is_new] = layers_.try_emplace(layer.name, found.layers.size());
    if (is_new) found.layers.push_back({layer.name, layer.module->description(), 0});
    return place->second;
  }

  TracedLayer& layer_above(std::string name) {
    while (!layers_.contains(name) && !name.empty()) name.resize(name.find('.') == name.npos ? 0 : name.rfind('.'));
    if (!layers_.contains(name)) {
      layers_[name] = found.layers.size();
      found.layers.push_back({name, "", 0});
    }
    return found.layers[layers_.at(name)];
  }

  const Tensor& image_;
  std::map<const Module*, NamedModule> modules_;
  std::map<std::string, size_t> layers_;  // by name
  std::map<const Real*, size_t> maps_;    // the op that computed each feature map
  std::vector<Tensor> kept_;              // so that no other tensor gets a map's buffer
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Takes the time from op to op. One that does not count, such as one on weights alone, is part of the next that does.
class Stopwatch : public OpObserver {
 public:
  explicit Stopwatch(const std::vector<bool>& counts) : counts_(counts) {}

  void on_op(const std::string&, const std::vector<Variable>&, const Variable&) override {
    check(next_ < counts_.size(), "trace: a pass of several images has other ops than one of one image");
    if (!counts_[next_++]) return;
    seconds.push_back(seconds_since(last_));
    last_ = Clock::now();
  }

  std::vector<double> seconds;

 private:
  const std::vector<bool>& counts_;
  size_t next_ = 0;
  Clock::time_point last_ = Clock::now();
};

void measure_times(Trace& trace, const std::vector<bool>& counts, Module& network, const Variable& images,
                   double seconds) {
  constexpr size_t kFewest = 5;
  network(images);  // warms up
  std::vector<std::vector<double>> passes;
  for (const auto start = Clock::now(); passes.size() < kFewest || seconds_since(start) < seconds;) {
    Stopwatch watch(counts);
    network(images);
    passes.push_back(watch.seconds);
  }
  for (size_t i = 0; i < trace.ops.size(); ++i) {
    std::vector<double> of_op;
    for (const std::vector<double>& pass : passes) of_op.push_back(pass.at(i));
    const auto middle = of_op.begin() + std::ssize(of_op) / 2;
    std::nth_element(of_op.begin(), middle, of_op.end());
    trace.ops[i].seconds = *middle;
  }
}

int64_t sum_of(const std::vector<TracedOp>& ops, int64_t TracedOp::*field) {
  int64_t sum = 0;
  for (const TracedOp& op : ops) sum += op.*field;
  return sum;
}

}  // namespace

int64_t Trace::multiply_adds() const { return sum_of(ops, &TracedOp::multiply_adds); }
int64_t Trace::memory_accesses() const { return sum_of(ops, &TracedOp::memory_accesses); }

int64_t Trace::parameters() const {
  int64_t sum = 0;
  for (const TracedLayer& layer : layers) sum += layer.parameters;
  return sum;
}

double Trace::seconds() const {
  double sum = 0;
  for (const TracedOp& op : ops) sum += op.seconds;
  return sum;
}

Trace trace(Module& network, const Shape& one_image, int64_t batch, double seconds) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  Trace found;
  std::vector<bool> counts;
  {
    const Tensor image = Tensor::zeros(one_image);
    Tracer tracer(network, image);
    network(Variable(image));
    tracer.add_parameters();
    found = tracer.found;
    counts = tracer.counts;
  }
  if (seconds == 0) return found;
  const Tensor images = random_normal({batch, one_image[1], one_image[2], one_image[3]}, Random(0, 0));
  measure_times(found, counts, network, Variable(images), seconds);
  return found;
}

}  // namespace onefold
