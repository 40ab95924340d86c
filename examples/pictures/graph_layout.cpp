#include "examples/pictures/graph_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace onefold {

namespace {

constexpr double kRowGap = 26, kGap = 14, kGutter = 44, kProportion = 1.5;

/// A box, or a place that a line passes in a row that it crosses, which has no box.
struct Item {
  double width = 0, height = 0;
  size_t row = 0, order = 0;  // of the row; what is equal otherwise comes in this order
  std::vector<size_t> above = {}, below = {};
  double x = 0;
};

/// x with at least these distances from one to the next, as near to `wanted` as can be: the nearest by weighted
/// squares, found by merging neighbours that are too close into groups.
std::vector<double> apart(const std::vector<double>& wanted, const std::vector<double>& distances,
                          const std::vector<double>& weights) {
  struct Group {
    double sum, weight;
    size_t count;
  };
  std::vector<Group> groups;
  double offset = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) offset += distances[i - 1];
    groups.push_back({weights[i] * (wanted[i] - offset), weights[i], 1});
    while (groups.size() > 1) {
      const Group last = groups.back(), before = groups[groups.size() - 2];
      if (before.sum / before.weight <= last.sum / last.weight) break;
      groups.pop_back();
      groups.back() = {before.sum + last.sum, before.weight + last.weight, before.count + last.count};
    }
  }
  std::vector<double> x;
  offset = 0;
  for (const Group& group : groups) {
    for (size_t i = 0; i < group.count; ++i) {
      if (!x.empty()) offset += distances[x.size() - 1];
      x.push_back(group.sum / group.weight + offset);
    }
  }
  return x;
}

/// Some rows of the graph, drawn below each other.
class Column {
 public:
  /// The rows from `first` to `last`. All lines from further above begin at one box, `head`.
  Column(const std::vector<GraphBox>& boxes, const std::vector<size_t>& rows, size_t first, size_t last) {
    item_of_.assign(boxes.size(), kNone);
    rows_.resize(last - first + 2);  // the first is for the head
    for (size_t b = 0; b < boxes.size(); ++b) {
      if (rows[b] < first || rows[b] > last) continue;
      item_of_[b] = add({boxes[b].width, boxes[b].height, rows[b] - first + 1, b});
      for (const size_t input : boxes[b].inputs) connect(rows[input] < first ? head() : item_of_[input], item_of_[b]);
    }
    order();
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (size_t r = 0; r < rows_.size(); ++r) place(rows_[r], &Item::above);
      for (size_t r = rows_.size(); r-- > 0;) place(rows_[r], &Item::below);
    }
    for (size_t r = 0; r < rows_.size(); ++r) place(rows_[r], &Item::above);
    measure();
  }

  double width() const { return right_ - left_; }
  double height() const { return bottoms_.back(); }

  void draw(double x, GraphLayout& layout) const {
    const auto point = [&](const Item& item, double y) { return GraphPoint{x + item.x - left_, y}; };
    for (size_t b = 0; b < item_of_.size(); ++b) {
      if (item_of_[b] == kNone) continue;
      const Item& item = items_[item_of_[b]];
      layout.boxes[b] = point(item, middle(item));
      for (size_t i = 0; i < item.above.size(); ++i) {
        GraphLayout::Line line;
        // Lines that end at one box do so side by side.
        const double spread = std::min(16.0, item.width / static_cast<double>(item.above.size() + 1));
        const double shift =
            spread * (static_cast<double>(rank_of(item.above, i)) - static_cast<double>(item.above.size() - 1) / 2);
        line.points = {{x + item.x - left_ + shift, middle(item) - item.height / 2}};
        size_t at = item.above[i];
        for (; items_[at].order == kNone && items_[at].row > 0; at = items_[at].above[0]) {
          line.points.push_back(point(items_[at], bottoms_[items_[at].row]));
          line.points.push_back(point(items_[at], tops_[items_[at].row]));
        }
        line.points.push_back(point(items_[at], middle(items_[at]) + items_[at].height / 2));
        std::reverse(line.points.begin(), line.points.end());
        layout.lines.push_back(line);
      }
    }
  }

  /// Where the lines of the head begin.
  GraphPoint head_at(double x) const { return {x + (rows_[0].empty() ? 0 : items_[rows_[0][0]].x) - left_, 0}; }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  static constexpr int kSweeps = 12;

  size_t add(const Item& item) {
    items_.push_back(item);
    rows_[item.row].push_back(items_.size() - 1);
    return items_.size() - 1;
  }

  size_t head() { return rows_[0].empty() ? add({0, 0, 0, kNone}) : rows_[0][0]; }

  /// Joins two items, with a place in each row between them.
  void connect(size_t from, size_t to) {
    for (size_t row = items_[from].row + 1; row < items_[to].row; ++row) {
      const size_t passed = add({kPassing, 0, row, kNone});
      keys_.resize(items_.size());
      keys_[passed] = items_[to].order;
      join(from, passed);
      from = passed;
    }
    join(from, to);
  }

  void join(size_t from, size_t to) {
    items_[from].below.push_back(to);
    items_[to].above.push_back(from);
  }

  /// Orders each row by the middle of what is above, then as the boxes are listed; a line passes to the right.
  void order() {
    keys_.resize(items_.size());
    std::vector<double> place(items_.size());
    for (std::vector<size_t>& row : rows_) {
      const auto above = [&](size_t item) {
        double sum = 0;
        for (const size_t each : items_[item].above) sum += place[each];
        return items_[item].above.empty() ? 0 : sum / static_cast<double>(items_[item].above.size());
      };
      const auto key = [&](size_t item) { return items_[item].order == kNone ? keys_[item] : items_[item].order; };
      std::ranges::stable_sort(
          row, [&](size_t a, size_t b) { return above(a) != above(b) ? above(a) < above(b) : key(a) < key(b); });
      for (size_t i = 0; i < row.size(); ++i)
        place[row[i]] = static_cast<double>(i) - static_cast<double>(row.size() - 1) / 2;
    }
  }

  /// Moves the items of a row towards the mean of their neighbours above or below; one by itself is the trunk, at 0.
  void place(const std::vector<size_t>& row, std::vector<size_t> Item::*neighbours) {
    std::vector<double> wanted, distances, weights;
    for (size_t i = 0; i < row.size(); ++i) {
      const Item& item = items_[row[i]];
      double sum = 0;
      for (const size_t each : item.*neighbours) sum += items_[each].x;
      wanted.push_back((item.*neighbours).empty() ? item.x : sum / static_cast<double>((item.*neighbours).size()));
      weights.push_back(item.order == kNone ? 1 : 4);
      if (i > 0) distances.push_back((items_[row[i - 1]].width + item.width) / 2 + kGap);
    }
    if (row.size() == 1) wanted = {0};
    const std::vector<double> x = apart(wanted, distances, weights);
    for (size_t i = 0; i < row.size(); ++i) items_[row[i]].x = x[i];
  }

  void measure() {
    double y = rows_[0].empty() ? -kRowGap : 0;
    for (const std::vector<size_t>& row : rows_) {
      double height = 0;
      for (const size_t item : row) {
        height = std::max(height, items_[item].height);
        left_ = std::min(left_, items_[item].x - items_[item].width / 2);
        right_ = std::max(right_, items_[item].x + items_[item].width / 2);
      }
      if (row.empty() && &row != &rows_[0]) continue;
      tops_.push_back(y);
      bottoms_.push_back(y + height);
      y += height + kRowGap;
    }
  }

  double middle(const Item& item) const { return (tops_[item.row] + bottoms_[item.row]) / 2; }

  /// The place of neighbour i among the neighbours from left to right.
  size_t rank_of(const std::vector<size_t>& neighbours, size_t i) const {
    size_t rank = 0;
    for (size_t j = 0; j < neighbours.size(); ++j) {
      const double other = items_[neighbours[j]].x, own = items_[neighbours[i]].x;
      rank += other < own || (other == own && j < i) ? 1 : 0;
    }
    return rank;
  }

  static constexpr double kPassing = 12;
  std::vector<Item> items_;
  std::vector<size_t> item_of_;            // by box
  std::vector<size_t> keys_;               // of places that lines pass: the box where the line ends
  std::vector<std::vector<size_t>> rows_;  // from left to right
  std::vector<double> tops_, bottoms_;     // of the rows
  double left_ = std::numeric_limits<double>::infinity(), right_ = -left_;
};

/// The row of each box: the longest way to it.
std::vector<size_t> rows_of(const std::vector<GraphBox>& boxes) {
  std::vector<size_t> rows(boxes.size());
  for (size_t b = 0; b < boxes.size(); ++b) {
    for (const size_t input : boxes[b].inputs) rows[b] = std::max(rows[b], rows[input] + 1);
  }
  return rows;
}

/// The rows behind which the graph can be cut: those of a single box that no line passes.
std::vector<bool> cuts_of(const std::vector<GraphBox>& boxes, const std::vector<size_t>& rows, size_t count) {
  std::vector<int> boxes_in(count), passing(count + 1);
  for (size_t b = 0; b < boxes.size(); ++b) {
    ++boxes_in[rows[b]];
    for (const size_t input : boxes[b].inputs) {
      ++passing[rows[input] + 1];
      --passing[rows[b]];
    }
  }
  std::vector<bool> cuts(count);
  int lines = 0;
  for (size_t r = 0; r < count; ++r) cuts[r] = (lines += passing[r]) == 0 && boxes_in[r] == 1;
  return cuts;
}

}  // namespace

GraphLayout lay_out(const std::vector<GraphBox>& boxes) {
  const std::vector<size_t> rows = rows_of(boxes);
  const size_t count = boxes.empty() ? 0 : 1 + *std::ranges::max_element(rows);
  std::vector<double> heights(count), widths(count);
  for (size_t b = 0; b < boxes.size(); ++b) {
    heights[rows[b]] = std::max(heights[rows[b]], boxes[b].height + kRowGap);
    widths[rows[b]] += boxes[b].width + kGap;
  }
  const double total = std::accumulate(heights.begin(), heights.end(), 0.0);
  const double widest = count == 0 ? 0 : *std::ranges::max_element(widths) + kGutter;
  const double columns = std::max(1.0, std::round(std::sqrt(kProportion * total / std::max(1.0, widest))));

  GraphLayout layout;
  layout.boxes.resize(boxes.size());
  const std::vector<bool> cuts = cuts_of(boxes, rows, count);
  const auto append = [&](size_t first, size_t last) {
    const Column column(boxes, rows, first, last);
    const double x = first == 0 ? 0 : layout.width + kGutter;
    if (first > 0) {
      const auto end = std::ranges::find(rows, first - 1) - rows.begin();
      const GraphPoint from = layout.boxes[static_cast<size_t>(end)], to = column.head_at(x);
      const double foot = from.y + boxes[static_cast<size_t>(end)].height / 2, gutter = x - kGutter / 2;
      layout.turns.push_back(
          {{{from.x, foot}, {from.x, foot + 12}, {gutter, foot + 12}, {gutter, -14}, {to.x, -14}, to}});
    }
    column.draw(x, layout);
    layout.width = x + column.width();
    layout.height = std::max(layout.height, column.height());
  };
  size_t first = 0;
  double height = 0, made = 0;
  for (size_t r = 0; r < count; ++r) {
    height += heights[r];
    const bool full = height >= total / columns && made + 1 < columns;
    if (r + 1 < count && !(cuts[r] && full)) continue;
    append(first, r);
    first = r + 1;
    made += 1;
    height = 0;
  }
  return layout;
}

}  // namespace onefold
