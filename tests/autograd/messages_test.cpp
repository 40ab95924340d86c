#include "autograd/annex/lookahead.h"
#include "autograd/annex/muon.h"
#include "autograd/gradcheck.h"
#include "autograd/graph.h"
#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/check.h"
#include "tests/catch.h"

// Each misuse with the whole text that its learner reads: who speaks, what was got, what was needed, what to do.

namespace onefold {
namespace {

Variable parameter(const Shape& shape) { return Variable(Tensor::full(shape, 1), true); }

}  // namespace

TEST_CASE("messages: variables", "[autograd]") {
  Variable none, w = parameter({2}), y = relu(w);
  CHECK_THROWS_WITH(Variable(Tensor()), "variable: got an undefined tensor, expected a value; fill the tensor first");
  CHECK_THROWS_WITH(none.value(), "variable: it was never given a value; construct it from a tensor or by an op");
  CHECK_THROWS_WITH(none.grad(),
                    "variable: it was never given a value, so it has no gradient; construct it from a tensor or by "
                    "an op");
  CHECK_THROWS_WITH(w.set_value(Tensor::zeros({3})),
                    "set_value: got [3], the variable has [2]; give a tensor of its shape");
  CHECK_THROWS_WITH(y.set_value(Tensor::zeros({2})),
                    "set_value: only a leaf's value can be replaced, not the result of relu; replace that of a "
                    "leaf it was computed from");
  CHECK_THROWS_WITH(none.mutable_value(),
                    "mutable_value: the variable was never given a value; construct it from a tensor");
  CHECK_THROWS_WITH(y.mutable_value(),
                    "mutable_value: only a leaf's value can be written, not the result of relu; write that of a leaf "
                    "it was computed from");
  CHECK_THROWS_WITH(record("my_op", Tensor::zeros({2}), {w, none}, nullptr),
                    "my_op: input 1 is an undefined variable; give it a value first");
  CHECK_THROWS_WITH(record("my_op", Tensor::zeros({2}), {w}, nullptr),
                    "my_op: an input requires a gradient, but the op has no backward; give record() one");
}

TEST_CASE("messages: the way back", "[autograd]") {
  const Variable w = parameter({2});
  CHECK_THROWS_WITH(w.backward(),
                    "backward: the variable [2] has 2 elements; take its sum or mean first, or give backward() a "
                    "gradient of its shape");
  CHECK_THROWS_WITH(w.backward(Tensor::zeros({3})),
                    "backward: got gradient [3], the variable has [2]; give one of its shape");
  CHECK_THROWS_WITH(Variable(Tensor::zeros({})).backward(),
                    "backward: nothing that this variable was computed from requires a gradient, or it was "
                    "computed under NoGrad; make parameters as Variable(tensor, true)");
  const Variable loss = sum(w);
  loss.backward();
  CHECK_THROWS_WITH(loss.backward(),
                    "backward: the history of sum was freed by an earlier backward(); run the forward pass again");
  CHECK_THROWS_WITH(graphviz(loss), "graphviz: the history of sum was freed by backward(); draw the graph first");

  const auto with_gradients = [&w](Grads gradients) {
    record("my_op", Tensor::zeros({}), {w}, [gradients](const Tensor&) { return gradients; }).backward();
  };
  CHECK_THROWS_WITH(with_gradients({}),
                    "backward of my_op: returned 0 gradients for 1 inputs; return one per input, in their order");
  CHECK_THROWS_WITH(with_gradients({Tensor()}),
                    "backward of my_op: returned no gradient for input 0, which needs one; return a tensor of its "
                    "shape [2]");
  CHECK_THROWS_WITH(with_gradients({Tensor::zeros({3})}),
                    "backward of my_op: returned gradient [3] for input 0 of shape [2]; a gradient has its input's "
                    "shape");
  CHECK_THROWS_WITH(check_gradients([](const std::vector<Variable>& x) { return sum(x[0]); }, {w.value()}, 1e-20, 0.05),
                    "check_gradients: central differences with eps 1e-20 cannot resolve a tolerance of 0.05 in "
                    "values of " +
                        std::to_string(8 * sizeof(Real)) +
                        " bits; take a larger eps or tolerance, or the "
                        "double build");
}

TEST_CASE("messages: ops", "[autograd]") {
  const Variable x(Tensor::zeros({2, 3})), y(Tensor::zeros({2, 4}));
  CHECK_THROWS_WITH(add(x, y),
                    "add: operands [2 3] and [2 4] differ in shape; reshape one, or add a [C] bias with add_bias");
  CHECK_THROWS_WITH(matmul(x, y),
                    "matmul: got [2 3] and [2 4], expected two matrices, the second with as many rows as the "
                    "first has columns");
  CHECK_THROWS_WITH(linear(x, y, Variable()),
                    "linear: got [2 3] and [2 4], expected two matrices, the second with as many rows as the "
                    "first has columns");
  CHECK_THROWS_WITH(mean(Variable(Tensor::zeros({0, 3}))), "mean: input [0 3] has no elements, expected at least 1");
}

TEST_CASE("messages: optimizers and schedules", "[autograd]") {
  const Variable w = parameter({2});
  const std::vector<ParameterGroup> one = {{{w}, 0.1}};
  CHECK_THROWS_WITH(Sgd({}), "Sgd: got no parameters, expected at least 1");
  CHECK_THROWS_WITH(Sgd({{{w}, -0.1}}), "Sgd: learning rate -0.1 must be finite and at least 0");
  CHECK_THROWS_WITH(Sgd({{{w}, 0.1, -1}}), "Sgd: weight decay -1 must be finite and at least 0");
  CHECK_THROWS_WITH(Sgd({{{w, w}, 0.1}}),
                    "Sgd: a parameter of shape [2] is listed twice and would move twice per step; list it once");
  CHECK_THROWS_WITH(Sgd({{{Variable(Tensor::zeros({2}))}, 0.1}}),
                    "Sgd: parameter 0 is not a leaf that requires a gradient; construct it as Variable(tensor, true)");
  CHECK_THROWS_WITH(Sgd(one, {.momentum = 1}), "Sgd: momentum 1 must be at least 0 and below 1");
  CHECK_THROWS_WITH(Sgd(one, {.nesterov = true}), "Sgd: Nesterov's look-ahead needs a momentum above 0");
  CHECK_THROWS_WITH(AdamW(one, {.beta1 = 1}), "AdamW: beta1 1 must be at least 0 and below 1");
  CHECK_THROWS_WITH(AdamW(one, {.eps = 0}), "AdamW: eps 0 must be finite and above 0");
  CHECK_THROWS_WITH(Muon(one), "Muon: a parameter of shape [2] is not a matrix; leave it to Sgd");
  CHECK_THROWS_WITH(Lookahead({w}, {.interval = 0}), "Lookahead: an interval of 0 steps must be at least 1");

  Sgd sgd(one, {.momentum = 0.5});
  CHECK_THROWS_WITH(sgd.step(-1), "step: rate scale -1 must be finite and at least 0");
  CHECK_THROWS_WITH(sgd.set_branch_scales(w, {}), "set_branch_scales: got no branches, expected at least 1");
  CHECK_THROWS_WITH(sgd.set_branch_scales(w, {Tensor::zeros({3})}),
                    "set_branch_scales: scales [3] for a parameter of shape [2]; the shapes must be equal");
  CHECK_THROWS_WITH(sgd.set_branch_scales(parameter({2}), {Tensor::zeros({2})}),
                    "set_branch_scales: a parameter of shape [2] is not among this optimizer's 1 parameters; "
                    "pass the scales to the optimizer that moves it");
  CHECK_THROWS_WITH(sgd.load_state({{"momentum.0", Tensor::zeros({3})}, {"momentum.1", Tensor::zeros({2})}}),
                    "Sgd: the state does not fit these parameters:\n"
                    "  unexpected   momentum.1 [2]\n"
                    "  wrong shape  momentum.0 [3], expected [2]\n"
                    "nothing was loaded; create it with the options and parameters that the state was saved with");

  CHECK_THROWS_WITH(cosine(0), "cosine: total steps 0 must be at least 1");
  CHECK_THROWS_WITH(cosine(10, 2), "cosine: final fraction 2 must be in [0, 1]");
  CHECK_THROWS_WITH(linear_warmup_decay(10, 10),
                    "linear_warmup_decay: warm-up of 10 steps must be at least 0 and below the total of 10");
}

}  // namespace onefold
