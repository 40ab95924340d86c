#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "examples/labs/survey/dice.h"

namespace onefold {

// Four searches for a cell, each with a budget of cells that may be trained.

/// A cell of blocks of four choices each: an operation and the result that it works on, and another such pair. The
/// order of the two pairs makes no difference to the cell, so the lower one stands first.
using Cell = std::vector<int64_t>;

/// How many options a choice has: choice 0 of a block is one of the operations, choice 1 an earlier result, and so on.
int64_t options_of(size_t choice);

/// As genotype.h reads it, for both normal and reduction cells: "sep3 0 + skip 1, avg3 1 + sep3 2".
std::string genotype_of(const Cell& cell);

/// Any of the cells of so many blocks, all equally likely but for the order of pairs.
Cell random_cell(int64_t blocks, Dice& dice);

/// The cell with one choice changed.
Cell mutated(Cell cell, Dice& dice);

/// Every cell that has one block more.
std::vector<Cell> grown(const Cell& cell);

/// How good a cell is, the accuracy of a network of it, which a search asks `budget` times.
using Score = std::function<double(const Cell& cell)>;

/// A way to search among cells of so many blocks.
struct CellSearch {
  std::string name, about;
  void (*search)(const Score& score, int64_t blocks, int64_t budget, Dice& dice);
};

/// Random search, NAS by REINFORCE, PNAS, and AmoebaNet's evolution. PNAS asks for smaller cells first.
const std::vector<CellSearch>& cell_searches();

}  // namespace onefold
