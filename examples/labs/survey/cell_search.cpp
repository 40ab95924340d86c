#include "examples/labs/survey/cell_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

namespace onefold {

namespace {

constexpr const char* kOperations[] = {"skip", "sep3", "avg3", "max3"};
constexpr int64_t kOperationCount = std::ssize(kOperations);

Cell in_order(Cell cell) {
  for (size_t i = 0; i < cell.size(); i += 4) {
    const std::array<int64_t, 2> one = {cell[i], cell[i + 1]}, other = {cell[i + 2], cell[i + 3]};
    if (other < one) std::swap_ranges(&cell[i], &cell[i] + 2, &cell[i] + 2);
  }
  return cell;
}

void random_search(const Score& score, int64_t blocks, int64_t budget, Dice& dice) {
  for (int64_t i = 0; i < budget; ++i) score(random_cell(blocks, dice));
}

// [reinforce]
/// Zoph, Le: "Neural Architecture Search with Reinforcement Learning", ICLR 2017, section 3.2: a policy draws cells,
/// and what made a good one becomes likelier. Their policy is a recurrent network; here every choice has logits of its
/// own, which know nothing of the other choices.
void reinforce(const Score& score, int64_t blocks, int64_t budget, Dice& dice) {
  constexpr double kRate = 10;           // a cell that is 5 points above the baseline moves a logit by up to 0.5
  constexpr double kBaselineKept = 0.8;  // of the running mean of scores, which keeps the steps small
  std::vector<std::vector<double>> logits;
  for (int64_t i = 0; i < 4 * blocks; ++i) {
    logits.emplace_back(static_cast<size_t>(options_of(static_cast<size_t>(i))), 0.0);
  }
  double baseline = 0;
  for (int64_t i = 0; i < budget; ++i) {
    Cell cell;
    std::vector<std::vector<double>> chances;
    for (const std::vector<double>& own : logits) {
      std::vector<double> chance;
      for (const double logit : own) chance.push_back(std::exp(logit));
      const double sum = std::accumulate(chance.begin(), chance.end(), 0.0);
      for (double& c : chance) c /= sum;
      double left = dice.uniform();
      size_t option = 0;
      while (option + 1 < chance.size() && left >= chance[option]) left -= chance[option++];
      cell.push_back(static_cast<int64_t>(option));
      chances.push_back(std::move(chance));
    }
    const double reward = score(in_order(cell));
    if (i == 0) baseline = reward;
    // The gradient of log softmax: 1 - chance for the option that was drawn, -chance for the others.
    for (size_t choice = 0; choice < cell.size(); ++choice) {
      for (size_t option = 0; option < logits[choice].size(); ++option) {
        const double drawn = static_cast<int64_t>(option) == cell[choice] ? 1 : 0;
        logits[choice][option] += kRate * (reward - baseline) * (drawn - chances[choice][option]);
      }
    }
    baseline = kBaselineKept * baseline + (1 - kBaselineKept) * reward;
  }
}
// [/reinforce]

// [evolution]
/// Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019, section 3:
/// a mutant of the best of a few replaces the oldest, so that what stays must prove itself again in its children.
void ageing_evolution(const Score& score, int64_t blocks, int64_t budget, Dice& dice) {
  constexpr int64_t kPopulation = 12, kTournament = 4;
  std::deque<std::pair<double, Cell>> population;  // the oldest first
  for (int64_t i = 0; i < budget; ++i) {
    Cell cell = random_cell(blocks, dice);
    if (i >= kPopulation) {
      std::pair<double, Cell> best = population[static_cast<size_t>(dice.below(kPopulation))];
      for (int64_t k = 1; k < kTournament; ++k) {
        best = std::max(best, population[static_cast<size_t>(dice.below(kPopulation))]);
      }
      cell = mutated(best.second, dice);
    }
    population.emplace_back(score(cell), cell);
    if (std::ssize(population) > kPopulation) population.pop_front();
  }
}
// [/evolution]

/// What the surrogate sees of a cell: how many blocks it has, and how often each operation works on the cell before the
/// last, on the last cell, or on a result of this one. What it learns from small cells applies to larger ones.
std::vector<double> features_of(const Cell& cell, int64_t blocks) {
  constexpr int64_t kSources = 3;
  std::vector<double> features(static_cast<size_t>(kOperationCount * kSources + blocks), 0.0);
  for (size_t i = 0; i < cell.size(); i += 2) {
    features[static_cast<size_t>(cell[i] * kSources + std::min<int64_t>(cell[i + 1], kSources - 1))] += 1;
  }
  features[static_cast<size_t>(kOperationCount * kSources) + cell.size() / 4 - 1] = 1;
  return features;
}

/// The weights w with (X'X + I) w = X'y, by elimination without pivots: the matrix is positive definite.
std::vector<double> ridge_regression(const std::vector<std::vector<double>>& x, const std::vector<double>& y) {
  const size_t n = x.front().size();
  std::vector<std::vector<double>> a(n, std::vector<double>(n + 1, 0.0));  // the last column is X'y
  for (size_t row = 0; row < n; ++row) {
    a[row][row] = 1;
    for (size_t sample = 0; sample < x.size(); ++sample) {
      for (size_t column = 0; column < n; ++column) a[row][column] += x[sample][row] * x[sample][column];
      a[row][n] += x[sample][row] * y[sample];
    }
  }
  for (size_t pivot = 0; pivot < n; ++pivot) {
    for (size_t row = 0; row < n; ++row) {
      const double factor = row == pivot ? 0 : a[row][pivot] / a[pivot][pivot];
      for (size_t column = pivot; column <= n && factor != 0; ++column) a[row][column] -= factor * a[pivot][column];
    }
  }
  std::vector<double> weights;
  for (size_t row = 0; row < n; ++row) weights.push_back(a[row][n] / a[row][row]);
  return weights;
}

void shuffle(std::vector<Cell>& cells, Dice& dice) {
  for (int64_t i = std::ssize(cells) - 1; i > 0; --i) {
    std::swap(cells[static_cast<size_t>(i)], cells[static_cast<size_t>(dice.below(i + 1))]);
  }
}

// [pnas]
/// Liu et al.: "Progressive Neural Architecture Search", ECCV 2018, section 4: cells grow by a block at a time, and a
/// surrogate that predicts scores from all cells so far says which of the grown ones are worth training.
void progressive(const Score& score, int64_t blocks, int64_t budget, Dice& dice) {
  std::vector<std::vector<double>> features;
  std::vector<double> scores;
  std::vector<Cell> beam = {{}};
  for (int64_t level = 1, left = budget; level <= blocks; ++level) {
    std::vector<Cell> cells;
    for (const Cell& cell : beam) {
      for (Cell& larger : grown(cell)) cells.push_back(std::move(larger));
    }
    shuffle(cells, dice);  // equal predictions in random order
    if (level > 1) {
      const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
      std::vector<double> centred;
      for (const double s : scores) centred.push_back(s - mean);
      const std::vector<double> weights = ridge_regression(features, centred);
      std::vector<std::pair<double, Cell>> predicted;
      for (const Cell& cell : cells) {
        const std::vector<double> x = features_of(cell, blocks);
        predicted.emplace_back(std::inner_product(x.begin(), x.end(), weights.begin(), 0.0), cell);
      }
      std::stable_sort(predicted.begin(), predicted.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      for (size_t i = 0; i < cells.size(); ++i) cells[i] = predicted[i].second;
    }
    const int64_t share = std::min<int64_t>(left / (blocks - level + 1), std::ssize(cells));
    beam.assign(cells.begin(), cells.begin() + share);
    for (const Cell& cell : beam) {
      scores.push_back(score(cell));
      features.push_back(features_of(cell, blocks));
    }
    left -= share;
  }
}
// [/pnas]

}  // namespace

int64_t options_of(size_t choice) { return choice % 2 == 0 ? kOperationCount : static_cast<int64_t>(choice / 4) + 2; }

std::string genotype_of(const Cell& cell) {
  std::string text;
  for (size_t i = 0; i < cell.size(); i += 2) {
    if (i > 0) text += i % 4 == 0 ? ", " : " + ";
    text += std::string(kOperations[cell[i]]) + " " + std::to_string(cell[i + 1]);
  }
  return text;
}

Cell random_cell(int64_t blocks, Dice& dice) {
  Cell cell;
  for (int64_t i = 0; i < 4 * blocks; ++i) cell.push_back(dice.below(options_of(static_cast<size_t>(i))));
  return in_order(cell);
}

Cell mutated(Cell cell, Dice& dice) {
  const auto choice = static_cast<size_t>(dice.below(std::ssize(cell)));
  const int64_t options = options_of(choice);
  cell[choice] = (cell[choice] + 1 + dice.below(options - 1)) % options;
  return in_order(cell);
}

std::vector<Cell> grown(const Cell& cell) {
  std::vector<Cell> larger;
  const int64_t sources = options_of(cell.size() + 1), pairs = kOperationCount * sources;
  for (int64_t one = 0; one < pairs; ++one) {
    for (int64_t other = one; other < pairs; ++other) {
      larger.push_back(cell);
      larger.back().insert(larger.back().end(), {one / sources, one % sources, other / sources, other % sources});
    }
  }
  return larger;
}

const std::vector<CellSearch>& cell_searches() {
  static const std::vector<CellSearch> all = {
      {"random", "cells at random", random_search},
      {"reinforce", "NAS: a policy learns by gradient", reinforce},
      {"pnas", "cells grow; a surrogate chooses", progressive},
      {"evolution", "AmoebaNet: the oldest dies", ageing_evolution},
  };
  return all;
}

}  // namespace onefold
