#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <unordered_set>
#include <vector>

#include "autograd/ops.h"
#include "core/memory.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"

using namespace onefold;

namespace {

/// Bytes of this process in memory.
int64_t resident_bytes() {
  int64_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// Every node that a result was computed from.
std::vector<std::weak_ptr<Node>> nodes_of(const Variable& result) {
  std::vector<std::weak_ptr<Node>> nodes;
  std::unordered_set<const Node*> seen;
  std::vector<std::shared_ptr<Node>> to_visit{result.node()};
  while (!to_visit.empty()) {
    const std::shared_ptr<Node> node = to_visit.back();
    to_visit.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    nodes.push_back(node);
    for (const Variable& input : node->inputs) to_visit.push_back(input.node());
  }
  return nodes;
}

}  // namespace

TEST_CASE("memory: less than 1 MB more after 1,900 steps of a training run, in the pool and in the process",
          "[examples][.long]") {
  constexpr int64_t kWarmUp = 100, kMeasured = 1900;
  TrainerOptions chosen = options();
  chosen.epochs = 20;
  chosen.batch_size = 1;
  chosen.muon_rate = 0.05;
  chosen.lookahead = true;
  Training training(chosen, narrow(), (kWarmUp + kMeasured) / 20);
  training.train_to(kWarmUp);
  const MemoryUsage before = memory_usage();
  const int64_t resident_before = resident_bytes();
  training.train_to(kWarmUp + kMeasured);
  REQUIRE(training.steps_done() == kWarmUp + kMeasured);

  const MemoryUsage after = memory_usage();
  const int64_t resident = resident_bytes() - resident_before;
  const auto held = [](const MemoryUsage& usage) { return static_cast<int64_t>(usage.live + usage.pooled); };
  CAPTURE(resident, held(after) - held(before));
  CHECK(held(after) - held(before) < 1'000'000);
  CHECK(resident < 1'000'000);
}

TEST_CASE("memory: no node of any family's graph is alive after backward", "[examples]") {
  for (const std::string& family : families_of_networks()) {
    CAPTURE(family);
    Initializer initializer(1);
    const auto made = make_repvgg(narrow(family), 10, initializer);
    RepVgg& network = *made;
    const Variable loss = softmax_cross_entropy(network(Variable(random_normal({2, 32, 32, 3}, Random(1, 2)))), {3, 4});
    const std::vector<std::weak_ptr<Node>> nodes = nodes_of(loss);
    REQUIRE(nodes.size() >= 8);
    for (const auto& node : nodes) REQUIRE_FALSE(node.expired());
    loss.backward();
    size_t alive = 0;
    for (const auto& node : nodes) alive += node.expired() ? 0 : 1;
    CHECK(alive == 1);  // the loss, which is held here
    CHECK(loss.node()->inputs.empty());
  }
}
