#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// What a cell found by search may do with a result.
enum class CellOperation { skip, sep3, sep5, sep7, avg3, max3, conv7 };

/// A cell: results 0 and 1 are those of the cell before the last and of the last cell. Each block adds two operations,
/// each on an earlier result, and its sum is the next result: 2, 3, ... The cell's own result is the concatenation of
/// `outputs`.
struct CellPlan {
  struct Input {
    CellOperation operation;
    int64_t from;
  };
  std::vector<std::array<Input, 2>> blocks;
  std::vector<int64_t> outputs;
};

/// The normal cell, which keeps the size of the feature map, and the reduction cell, which halves it.
struct Genotype {
  CellPlan normal, reduction;
};

/// Reads a genotype as these two cells of two blocks each:
///
///     sep3 0 + skip 1, avg3 1 + sep5 2 / max3 0 + sep7 1, skip 2 + max3 1; 2 3
///
/// Blocks stand between commas, the two cells around the slash; without a slash both are the same. Results that no
/// block uses are concatenated, unless a list of results after a semicolon says otherwise.
/// Throws Error, with the position and what was expected there.
Genotype parse_genotype(const std::string& text);

/// The cells of papers, in nasnet.cpp.
extern const char* const kNasNetA;
extern const char* const kPnasNet5;
extern const char* const kAmoebaNetA;

}  // namespace onefold
