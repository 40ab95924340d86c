#include "autograd/graph.h"

#include <string>

#include "autograd/ops.h"
#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("graphviz: ops, parameters and data with their shapes, each drawn once", "[autograd]") {
  const Variable x(Tensor::zeros({2, 3})), w(Tensor::zeros({3, 4}), true);
  const Variable h = matmul(x, w);
  CHECK(graphviz(sum(multiply(h, h))) == R"(digraph history {
  rankdir=BT;
  v0 [shape=box, label="sum\n[]"];
  v1 -> v0;
  v1 [shape=box, label="multiply\n[2 4]"];
  v2 -> v1;
  v2 -> v1;
  v2 [shape=box, label="matmul\n[2 4]"];
  v3 -> v2;
  v4 -> v2;
  v3 [shape=ellipse, style=dashed, label="data\n[2 3]"];
  v4 [shape=ellipse, style=filled, fillcolor="#cfe8cf", label="parameter\n[3 4]"];
}
)");
}

TEST_CASE("graphviz: a leaf is a graph of one, a name may hold any character", "[autograd]") {
  const Variable x(Tensor::zeros({}), true);
  CHECK(graphviz(x) ==
        "digraph history {\n  rankdir=BT;\n"
        "  v0 [shape=ellipse, style=filled, fillcolor=\"#cfe8cf\", label=\"parameter\\n[]\"];\n}\n");
  const Variable y = record("say \"\\\"", x.value(), {x}, [](const Tensor& dy) -> Grads { return {dy}; });
  CHECK_THAT(graphviz(y), ContainsSubstring(R"(label="say \"\\\"\n[]")"));
}

TEST_CASE("graphviz: refuses what cannot be drawn", "[autograd]") {
  const Variable x(Tensor::zeros({}), true);
  const Variable y = scale(x, 2);
  y.backward();
  CHECK_THROWS_WITH(graphviz(y), ContainsSubstring("scale was freed") && ContainsSubstring("draw the graph first"));
  CHECK_THROWS_AS(graphviz(Variable()), Error);
}
