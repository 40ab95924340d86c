// The searches for a cell, on scores that cost nothing, and the design spaces.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "examples/labs/survey/cell_search.h"
#include "examples/labs/survey/design_space.h"
#include "layers/inspect/count.h"
#include "layers/models/survey/genotype.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// A score that is a sum over operations: sep3 is good, above all on the last cell; max3 is bad.
double additive_score(const Cell& cell) {
  double score = 0.4;
  for (size_t i = 0; i < cell.size(); i += 2) {
    if (cell[i] == 1) score += cell[i + 1] == 1 ? 0.04 : 0.02;
    if (cell[i] == 3) score -= 0.02;
  }
  return score;
}

/// All scores that a search asked for, over several seeds.
std::vector<double> scores_of(const CellSearch& way, int64_t budget, uint64_t seed) {
  std::vector<double> scores;
  Dice dice{Random(seed, 0)};
  const auto score = [&](const Cell& cell) {
    scores.push_back(additive_score(cell));
    return scores.back();
  };
  way.search(score, 3, budget, dice);
  return scores;
}

double mean_of_last(const std::vector<double>& scores, int64_t count) {
  return std::accumulate(scores.end() - count, scores.end(), 0.0) / static_cast<double>(count);
}

}  // namespace

TEST_CASE("cells: genotypes can be read, pairs are in order, a mutant differs in one choice", "[examples]") {
  CHECK(genotype_of({1, 0, 0, 1, 2, 1, 1, 2}) == "sep3 0 + skip 1, avg3 1 + sep3 2");
  Dice dice{Random(1, 0)};
  for (int i = 0; i < 200; ++i) {
    const Cell cell = random_cell(3, dice), mutant = mutated(cell, dice);
    REQUIRE(parse_genotype(genotype_of(cell)).normal.blocks.size() == 3);
    REQUIRE(parse_genotype(genotype_of(mutant)).normal.blocks.size() == 3);
    for (const Cell& each : {cell, mutant}) {
      for (size_t b = 0; b < each.size(); b += 4) {
        REQUIRE(std::make_pair(each[b], each[b + 1]) <= std::make_pair(each[b + 2], each[b + 3]));
      }
    }
    REQUIRE(mutant != cell);
    // A pair may have changed places, but another block than the one with the mutation is as it was.
    int changed = 0;
    for (size_t b = 0; b < cell.size(); b += 4) {
      changed += std::equal(&cell[b], &cell[b] + 4, &mutant[b]) ? 0 : 1;
    }
    REQUIRE(changed == 1);
  }
}

TEST_CASE("cells: grown ones are all that there are, each once", "[examples]") {
  const std::vector<Cell> one = grown({}), two = grown(one.front());
  CHECK(one.size() == 36);  // 8 pairs of an operation and an input: 8 x 9 / 2
  CHECK(two.size() == 78);  // 12 pairs
  CHECK(std::set<Cell>(one.begin(), one.end()).size() == 36);
  CHECK(std::set<Cell>(two.begin(), two.end()).size() == 78);
}

TEST_CASE("searches: each asks for exactly its budget, and the same cells for the same seed", "[examples]") {
  for (const CellSearch& way : cell_searches()) {
    CAPTURE(way.name);
    for (const int64_t budget : {12, 13, 50, 200}) CHECK(std::ssize(scores_of(way, budget, 3)) == budget);
    CHECK(scores_of(way, 20, 3) == scores_of(way, 20, 3));
    CHECK(scores_of(way, 20, 3) != scores_of(way, 20, 4));
  }
}

TEST_CASE("searches: where operations add up, all but random search learn which are good", "[examples]") {
  const auto last = [](const CellSearch& way) {
    double sum = 0;
    for (uint64_t seed = 1; seed <= 10; ++seed) sum += mean_of_last(scores_of(way, 120, seed), 20) / 10;
    return sum;
  };
  const double random = last(cell_searches()[0]);
  for (size_t way = 1; way < cell_searches().size(); ++way) {
    CAPTURE(cell_searches()[way].name);
    CHECK(last(cell_searches()[way]) > random + 0.03);
  }
}

TEST_CASE("design spaces: each has all the rules of those before", "[examples]") {
  for (size_t space = 0; space < design_spaces().size(); ++space) {
    CAPTURE(design_spaces()[space].name);
    Dice dice{Random(1, space)};
    bool all_grow = true, all_share = true;
    for (int i = 0; i < 200; ++i) {
      const AnyNet shape = design_spaces()[space].draw(dice);
      REQUIRE(shape.stages.size() == 4);
      all_grow = all_grow && widths_grow(shape);
      for (const AnyNetStage& stage : shape.stages) {
        all_share = all_share && stage.group_width == shape.stages[0].group_width;
        REQUIRE((stage.blocks >= 1 && stage.blocks <= 4));
        REQUIRE((stage.width >= 8 && stage.width <= 128 && stage.width % 8 == 0));
        REQUIRE(stage.width % stage.group_width == 0);
      }
      for (size_t s = 0; s < 4; ++s) REQUIRE(shape.stages[s].stride == (s < 2 ? 1 : 2));
    }
    CHECK(all_share == (space >= 1));
    CHECK(all_grow == (space >= 2));
  }
  CHECK(text_of({.stages = {{2, 16, 1, 8}, {1, 24, 2, 1}}}) == "2x16/8 1x24/1");
}

TEST_CASE("design spaces: networks of a size have it, as count() counts", "[examples]") {
  for (size_t space = 0; space < design_spaces().size(); ++space) {
    for (const double size : {8e6, 60e6}) {
      CAPTURE(design_spaces()[space].name, size);
      Dice dice{Random(1, space)};
      const AnyNet shape = draw_of_size(design_spaces()[space], size, 0.15, {1, 32, 32, 3}, dice);
      Initializer initializer(1);
      const int64_t found = count(*anynet(shape, 10, initializer), {1, 32, 32, 3}).multiply_adds;
      CHECK(multiply_adds_of(shape, {1, 32, 32, 3}) == found);
      CHECK(std::abs(static_cast<double>(found) - size) <= 0.15 * size);
    }
  }
}
