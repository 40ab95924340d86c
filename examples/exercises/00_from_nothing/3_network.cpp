// Exercise 00.3. A network of two layers.
// Page: docs/00-a-network-from-nothing.md
//
// A layer of hidden neurons, each with two inputs, then one neuron that takes what they give:
// hidden j is relu(x0 weights[j][0] + x1 weights[j][1] + biases[j]), and the result is
// the sum of hidden j times last_weights[j], plus last_bias. Return the result.

#include <algorithm>
#include <vector>

double network(double x0, double x1, const std::vector<std::vector<double>>& weights, const std::vector<double>& biases,
               const std::vector<double>& last_weights, double last_bias) {
  return 0;
}
