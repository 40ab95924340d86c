#include "layers/inspect/trace.h"

#include "layers/inspect/count.h"
#include "layers/labs/make_network.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

std::unique_ptr<Module> network_of(const std::string& name, const std::string& family = "repvgg") {
  Initializer initializer(1);
  return make_network(name, family, 10, initializer);
}

}  // namespace

TEST_CASE("trace: counts what count() does, in both forms, of any family", "[layers]") {
  const Shape image{1, 32, 32, 3};
  const auto check_counts = [&](Module& network) {
    CAPTURE(network.description());
    const Counts counts = count(network, image);
    const Trace found = trace(network, image);
    CHECK(found.parameters() == counts.parameters);
    CHECK(found.multiply_adds() == counts.multiply_adds);
  };
  for (const std::string family : {"none", "repvgg", "dbb", "mobileone", "doconv", "diracnet"}) {
    const auto network = network_of("nano", family);
    check_counts(*network);
    network->eval();
    check_counts(*network->fold());
  }
  for (const std::string net : {"short", "resnet8", "mobilenet_0.5"}) check_counts(*network_of(net));
}

TEST_CASE("trace: ops in order, with their inputs, layers and memory accesses", "[layers]") {
  const auto network = network_of("nano");
  const Trace found = trace(*network, {1, 32, 32, 3});
  const TracedOp &conv3 = found.ops[0], &conv1 = found.ops[1], &sum = found.ops[2];
  CHECK(conv3.name == "conv2d");
  CHECK(found.layers[conv3.layer].name == "stages.0.0.conv3");
  CHECK(conv3.inputs == std::vector<size_t>{TracedOp::kImages});
  CHECK(conv3.output == Shape{1, 32, 32, 8});
  CHECK(conv3.memory_accesses == 32 * 32 * 3 + 9 * 3 * 8 + 32 * 32 * 8);
  CHECK(conv1.inputs == std::vector<size_t>{TracedOp::kImages});
  CHECK(sum.inputs == std::vector<size_t>{0, 1});
  CHECK(found.layers[sum.layer].name == "stages.0.0");
  CHECK(found.layers[sum.layer].parameters == 4 * 8);  // its batch norms, which it adds up itself
  CHECK(sum.multiply_adds == 0);
  CHECK(found.seconds() == 0);
}

TEST_CASE("trace: every op takes time, and the network keeps its mode", "[layers]") {
  const auto network = network_of("nano", "doconv");  // whose kernels are composed by ops that are part of no image
  const Trace found = trace(*network, {1, 32, 32, 3}, 4, 0.001);
  for (const TracedOp& op : found.ops) CHECK(op.seconds > 0);
  CHECK(network->training());
}
