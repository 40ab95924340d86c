#include <algorithm>
#include <vector>

#include "examples/exercises/exercise.h"

double network(double x0, double x1, const std::vector<std::vector<double>>& weights, const std::vector<double>& biases,
               const std::vector<double>& last_weights, double last_bias);

void onefold::exercise::check() {
  // Two hidden neurons, x0 - x1 - 1 and x1 - x0 + 2.
  const std::vector<std::vector<double>> weights = {{1, -1}, {-1, 1}};
  expect("both hidden neurons above zero: 1 and 3 of x = (2, 3), weights 10 and 100, last bias 7",
         network(2, 3, {{1, -1}, {-1, 1}}, {2, 2}, {10, 100}, 7), 317,
         {{{310}, "the last bias is missing"},
          {{-100 + 10 * -1 + 7.0 + 200}, "the biases of the hidden neurons are missing"},
          {{107}, "the hidden neurons' biases are missing"}});
  expect("a hidden neuron below zero gives 0", network(0, 3, weights, {-1, 2}, {10, 100}, 7), 507,
         {{{467}, "without ReLU: a negative z becomes 0"}});
  expect("the result itself may be negative", network(2, 0, weights, {-1, 2}, {-10, 100}, 1), -9,
         {{{0}, "no ReLU after the last neuron: its result is a logit, of any sign"}});
}
