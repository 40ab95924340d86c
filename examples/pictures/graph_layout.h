#pragma once

#include <cstddef>
#include <vector>

namespace onefold {

/// A box of a graph without cycles, by its size and the boxes above it, which come before it in the list.
struct GraphBox {
  double width = 0, height = 0;
  std::vector<size_t> inputs = {};
};

struct GraphPoint {
  double x = 0, y = 0;
};

/// Where to draw the boxes, and the lines between them.
struct GraphLayout {
  /// From a box to one that it is an input of: `points` are where the line enters and leaves each row that it passes,
  /// from the bottom of the one box to the top of the other.
  struct Line {
    std::vector<GraphPoint> points;
  };
  std::vector<GraphPoint> boxes;  // the middle of each
  std::vector<Line> lines;
  std::vector<Line> turns;  // from the foot of a column to the head of the next
  double width = 0, height = 0;
};

/// Lays a graph out from top to bottom, each box below its inputs, branches side by side. A long graph becomes several
/// columns, cut where a single line of it would be: behind a box on which all that follows depends.
GraphLayout lay_out(const std::vector<GraphBox>& boxes);

}  // namespace onefold
