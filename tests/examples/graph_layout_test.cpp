#include "examples/pictures/graph_layout.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"

using namespace onefold;

namespace {

/// A chain of residual blocks: two boxes beside a line that skips them, then one where they meet.
std::vector<GraphBox> residual_chain(size_t blocks) {
  std::vector<GraphBox> boxes = {{80, 30, {}}};
  for (size_t i = 0; i < blocks; ++i) {
    const size_t before = boxes.size() - 1;
    boxes.push_back({120, 40, {before}});
    boxes.push_back({100, 40, {before + 1}});
    boxes.push_back({60, 30, {before + 2, before}});
  }
  return boxes;
}

}  // namespace

TEST_CASE("graph layout: boxes lie apart, inside the picture, and below their inputs in a column", "[examples]") {
  for (const size_t blocks : {1, 4, 30}) {
    const std::vector<GraphBox> boxes = residual_chain(blocks);
    const GraphLayout layout = lay_out(boxes);
    CAPTURE(blocks, layout.width, layout.height);
    for (size_t a = 0; a < boxes.size(); ++a) {
      const GraphPoint& at = layout.boxes[a];
      CHECK((at.x >= boxes[a].width / 2 - 1e-9 && at.x <= layout.width - boxes[a].width / 2 + 1e-9));
      CHECK((at.y >= boxes[a].height / 2 - 1e-9 && at.y <= layout.height - boxes[a].height / 2 + 1e-9));
      for (size_t b = 0; b < a; ++b) {
        const bool beside = std::abs(at.x - layout.boxes[b].x) >= (boxes[a].width + boxes[b].width) / 2;
        const bool below = std::abs(at.y - layout.boxes[b].y) >= (boxes[a].height + boxes[b].height) / 2;
        CHECK((beside || below));
      }
    }
  }
}

TEST_CASE("graph layout: a line for every input, from box to box, and a long chain turns into columns", "[examples]") {
  const std::vector<GraphBox> boxes = residual_chain(30);
  const GraphLayout layout = lay_out(boxes);
  CHECK(layout.lines.size() == 4 * 30);
  CHECK(layout.turns.size() >= 2);
  CHECK(layout.width > layout.height / 2);
  CHECK(layout.width < 3 * layout.height);
  for (const GraphLayout::Line& line : layout.lines) {
    REQUIRE(line.points.size() >= 2);
    for (size_t i = 1; i < line.points.size(); ++i) CHECK(line.points[i].y > line.points[i - 1].y);
  }
}

TEST_CASE("graph layout: a line that skips boxes passes beside them", "[examples]") {
  const std::vector<GraphBox> boxes = residual_chain(1);
  const GraphLayout layout = lay_out(boxes);
  const auto skip = std::ranges::max_element(layout.lines, {}, [](const auto& line) { return line.points.size(); });
  REQUIRE(skip->points.size() == 6);
  for (size_t i = 1; i + 1 < skip->points.size(); ++i) {
    const double x = skip->points[i].x;
    CHECK((x > layout.boxes[1].x + 60 || x < layout.boxes[1].x - 60));
  }
}
