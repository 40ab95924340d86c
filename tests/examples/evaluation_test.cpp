#include "examples/training/evaluation.h"

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("evaluation: with more views, the weighted mean of the logits of each", "[examples]") {
  const Dataset images = shapes10(1, 1, 20).test;
  const ChannelNormalization normalization{{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}};
  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  const Tensor one = evaluate(network, images, normalization, 8).logits;
  CHECK(max_abs_difference(evaluate(network, images, normalization, 8, {}, 1).logits, one) == 0);

  DataLoader loader(images, {.batch_size = 20, .normalization = normalization});
  loader.start_epoch(0);
  const Tensor all = loader.next()->images;
  for (const int64_t count : {2, 6}) {
    const Evaluation evaluation = evaluate(network, images, normalization, 8, {}, count);
    Tensor mean = Tensor::zeros({20, 10});
    {
      const EvaluationMode mode(network);
      const NoGrad no_grad;
      for (const View& view : test_views(count)) {
        const Tensor logits = network(Variable(varied(all, view.variation))).value();
        mean = add_scaled(mean, static_cast<Real>(view.weight), logits);
      }
    }
    CHECK(max_abs_difference(evaluation.logits, mean) < 1e-5 * max_abs(mean));
    CHECK(max_abs_difference(evaluation.logits, one) > 0);
    int64_t correct = 0;
    const std::vector<int> predictions = argmax_rows(evaluation.logits);
    for (size_t i = 0; i < predictions.size(); ++i) correct += predictions[i] == images.labels[i] ? 1 : 0;
    CHECK(evaluation.correct == correct);
  }
  CHECK_THROWS_WITH(evaluate(network, images, normalization, 8, {}, 5), ContainsSubstring("1, 2 or 6"));
}
