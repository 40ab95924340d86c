#include "examples/pictures/network_drawing.h"

#include <algorithm>
#include <sstream>

#include "examples/pictures/graph_layout.h"
#include "examples/pictures/picture_file.h"

namespace onefold {

namespace {

constexpr double kCharacter = 6.9, kLine = 15, kPadding = 8, kMargin = 24, kTop = 78;
constexpr size_t kLongest = 28;  // characters in a line of a box

/// A box of the drawing: the ops that it shows, and its lines of text.
struct Box {
  std::string kind;
  std::string name;                // of the layer, as a tooltip
  std::vector<std::string> title;  // in bold
  std::vector<std::string> more = {};
  std::string shape;
  std::vector<size_t> inputs = {};
};

std::string words_of(const std::string& op) {
  if (op == "norm_sum") return "sum of batch norms";
  std::string words = op;
  std::ranges::replace(words, '_', ' ');
  return words;
}

/// The text with arrows, in lines that break at spaces.
std::vector<std::string> wrapped(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string word; stream >> word;) {
    if (word == "->") word = "\u2192";
    if (!lines.empty() && lines.back().size() + 1 + word.size() <= kLongest) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

/// The colours of a kind of op, fill and outline.
std::pair<std::string, std::string> colours_of(const std::string& kind) {
  if (kind == "conv2d") return {"#e4effb", "#0b62b8"};
  if (kind == "product") return {"#f0e7f7", "#7a3e9d"};
  if (kind == "join") return {"#fcece0", "#c45a00"};
  if (kind == "pool") return {"#e2f2e9", "#1f7a4d"};
  return {"#f3f4f6", "#5b6472"};
}

std::string kind_of(const TracedOp& op) {
  if (op.name == "conv2d") return op.name;
  if (op.multiply_adds > 0) return "product";
  if (op.inputs.size() > 1) return "join";
  return op.name.find("pool") != op.name.npos ? "pool" : "other";
}

/// The boxes of a trace; the first is of the images.
std::vector<Box> boxes_of(const Trace& trace, const Shape& image) {
  std::vector<size_t> readers(trace.ops.size()), ops_in(trace.layers.size());
  for (const TracedOp& op : trace.ops) {
    ++ops_in[op.layer];
    for (const size_t input : op.inputs) {
      if (input != TracedOp::kImages) ++readers[input];
    }
  }
  std::vector<Box> boxes = {{"other", "", {"images"}, {}, shape_text(image)}};
  std::vector<size_t> box_of(trace.ops.size());
  for (size_t i = 0; i < trace.ops.size(); ++i) {
    const TracedOp& op = trace.ops[i];
    const TracedLayer& layer = trace.layers[op.layer];
    const std::string kind = kind_of(op);
    const size_t before = op.inputs.front();
    if (kind == "other" && before != TracedOp::kImages && readers[before] == 1 &&
        trace.ops[before].output == op.output) {
      box_of[i] = box_of[before];
      std::vector<std::string>& more = boxes[box_of[i]].more;
      const std::string words = words_of(op.name);
      if (!more.empty() && more.back().size() + 2 + words.size() <= kLongest) {
        more.back() += ", " + words;
      } else {
        more.push_back(words);
      }
      continue;
    }
    const bool is_layer = ops_in[op.layer] == 1 && kind != "join";
    box_of[i] = boxes.size();
    Box box{kind, layer.name, wrapped(is_layer ? layer.description : words_of(op.name)), {}, shape_text(op.output)};
    for (const size_t input : op.inputs) box.inputs.push_back(input == TracedOp::kImages ? 0 : box_of[input]);
    boxes.push_back(box);
  }
  return boxes;
}

Svg words(double x, double y, const std::string& kind, const std::string& content) {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"class", kind}}, text(content));
}

Svg draw_box(const Box& box, const GraphBox& size, const GraphPoint& middle) {
  const auto [fill, outline] = colours_of(box.kind);
  Svg drawn = element("rect", {{"x", coordinate(middle.x - size.width / 2)},
                               {"y", coordinate(middle.y - size.height / 2)},
                               {"width", coordinate(size.width)},
                               {"height", coordinate(size.height)},
                               {"rx", "5"},
                               {"fill", fill},
                               {"stroke", outline}});
  double y = middle.y - size.height / 2 + kPadding + 8;
  const auto lines = [&](const std::string& kind, const std::vector<std::string>& of_kind) {
    for (const std::string& line : of_kind) {
      drawn += words(middle.x, y, kind, line);
      y += kLine;
    }
  };
  lines("title", box.title);
  lines("more", box.more);
  lines("quiet", {box.shape});
  return element("g", {}, (box.name.empty() ? Svg{} : element("title", box.name)) + drawn);
}

/// A line that leaves and arrives vertically.
Svg draw_curve(const GraphLayout::Line& line) {
  std::string path;
  for (size_t i = 0; i < line.points.size(); ++i) {
    const auto& [x, y] = line.points[i];
    if (i == 0) {
      path = "M" + coordinate(x) + " " + coordinate(y);
      continue;
    }
    const auto& [from_x, from_y] = line.points[i - 1];
    const std::string half = coordinate((from_y + y) / 2);
    path += from_x == x ? "V" + coordinate(y)
                        : "C" + coordinate(from_x) + " " + half + " " + coordinate(x) + " " + half + " " +
                              coordinate(x) + " " + coordinate(y);
  }
  return element("path", {{"d", path}, {"class", "line"}, {"marker-end", "url(#tip)"}});
}

Svg draw_turn(const GraphLayout::Line& turn) {
  std::string path;
  for (const auto& [x, y] : turn.points) path += (path.empty() ? "M" : "L") + coordinate(x) + " " + coordinate(y);
  return element("path", {{"d", path}, {"class", "line"}});
}

constexpr const char* kStyle = R"(text { fill: #16191f; font-size: 12px; text-anchor: middle; }
.headline { font-size: 16px; font-weight: 600; text-anchor: start; } .counts { fill: #5b6472; text-anchor: start; }
.title { font-weight: 600; } .quiet { fill: #5b6472; } .line { fill: none; stroke: #5b6472; stroke-width: 1.2; }
)";

}  // namespace

std::string shape_text(const Shape& output) {
  std::string words;
  for (int axis = 1; axis < output.rank(); ++axis) words += (axis == 1 ? "" : " x ") + std::to_string(output[axis]);
  return words;
}

std::string network_drawing(const std::string& title, const std::string& counts, const Trace& trace,
                            const Shape& image) {
  const std::vector<Box> boxes = boxes_of(trace, image);
  std::vector<GraphBox> sizes;
  for (const Box& box : boxes) {
    size_t longest = box.shape.size();
    for (const std::string& line : box.title) longest = std::max(longest, line.size());
    for (const std::string& line : box.more) longest = std::max(longest, line.size());
    const size_t lines = box.title.size() + box.more.size() + 1;
    sizes.push_back({kCharacter * static_cast<double>(longest) + 2 * kPadding,
                     kLine * static_cast<double>(lines) + 2 * kPadding - 4, box.inputs});
  }
  const GraphLayout layout = lay_out(sizes);
  Svg drawn;
  for (const GraphLayout::Line& line : layout.lines) drawn += draw_curve(line);
  for (const GraphLayout::Line& turn : layout.turns) drawn += draw_turn(turn);
  for (size_t i = 0; i < boxes.size(); ++i) drawn += draw_box(boxes[i], sizes[i], layout.boxes[i]);

  const double width = std::max(layout.width, kCharacter * 1.4 * static_cast<double>(title.size())) + 2 * kMargin;
  const double height = layout.height + kTop + kMargin;
  const Svg tip = element("path", {{"d", "M0 0L8 4L0 8z"}, {"fill", "#5b6472"}});
  const Svg marker = element("marker",
                             {{"id", "tip"},
                              {"viewBox", "0 0 8 8"},
                              {"refX", "7.5"},
                              {"refY", "4"},
                              {"markerWidth", "7"},
                              {"markerHeight", "7"},
                              {"orient", "auto"}},
                             tip);
  Svg file = element("title", title) + element("style", {}, Svg{"\n" + std::string(kStyle)}) +
             element("defs", {}, marker) +
             element("rect", {{"width", coordinate(width)}, {"height", coordinate(height)}, {"fill", "#ffffff"}});
  file += words(kMargin, 30, "headline", title) + words(kMargin, 50, "counts", counts);
  const std::string place = "translate(" + coordinate(kMargin) + " " + coordinate(kTop) + ")";
  file += element("g", {{"transform", place}}, drawn);
  return svg_file(file, width, height);
}

}  // namespace onefold
