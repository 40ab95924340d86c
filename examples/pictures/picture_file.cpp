#include "examples/pictures/picture_file.h"

#include "examples/pictures/kernel_picture.h"

namespace onefold {

namespace {

constexpr double kMargin = 24, kTitle = 36, kNote = 19, kCharacter = 6.9;  // a letter's mean width, at most

/// Colours are written out: not every SVG viewer supports variables.
constexpr const char* kPictureStyle = R"(text { fill: #16191f; font-size: 13px; }
.headline { font-size: 16px; font-weight: 600; }
.title, .end { font-weight: 600; }
.quiet { fill: #5b6472; }
.grid { stroke: #dfe2e7; } .axis { stroke: #5b6472; }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
.line.s0 { stroke: #0b62b8; } .line.s1 { stroke: #c45a00; } .line.s2 { stroke: #1f7a4d; } .line.s3 { stroke: #7a3e9d; }
.dot.s0, .bar.s0, .end.s0 { fill: #0b62b8; } .dot.s1, .bar.s1, .end.s1 { fill: #c45a00; }
.dot.s2, .bar.s2, .end.s2 { fill: #1f7a4d; } .dot.s3, .bar.s3, .end.s3 { fill: #7a3e9d; }
.on-strong { fill: #ffffff; }
)";

Svg words(double x, double y, const std::string& kind, const std::string& content) {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"class", kind}}, text(content));
}

/// The title, followed by a coloured square and a name for each key.
Svg heading(const Panel& panel) {
  Svg drawn = words(panel.left, panel.top + 13, "title", panel.title);
  double x = panel.left + kCharacter * static_cast<double>(panel.title.size()) + 18;
  for (size_t i = 0; panel.keys.size() > 1 && i < panel.keys.size(); ++i) {
    drawn += element("rect", {{"class", "bar s" + std::to_string(i % 4)},
                              {"x", coordinate(x)},
                              {"y", coordinate(panel.top + 4)},
                              {"width", "9"},
                              {"height", "9"},
                              {"rx", "2"}});
    drawn += words(x + 14, panel.top + 13, "quiet", panel.keys[i]);
    x += kCharacter * static_cast<double>(panel.keys[i].size()) + 30;
  }
  return drawn;
}

}  // namespace

double first_panel_top(const std::vector<std::string>& notes) {
  return kTitle + kNote * static_cast<double>(notes.size()) + 20;
}

std::string picture_file(const std::string& title, const std::vector<std::string>& notes, double width, double height,
                         const std::vector<Panel>& panels) {
  Svg drawn = element("title", title) + element("style", {}, Svg{"\n" + (kPictureStyle + colour_style())});
  drawn += element("rect",
                   {{"width", coordinate(width)}, {"height", coordinate(height)}, {"rx", "10"}, {"fill", "#ffffff"}});
  drawn += words(kMargin, kTitle, "headline", title);
  for (size_t i = 0; i < notes.size(); ++i) {
    drawn += words(kMargin, kTitle + kNote * static_cast<double>(i + 1) + 3, "quiet", notes[i]);
  }
  for (const Panel& panel : panels) {
    drawn += heading(panel);
    drawn += element("svg",
                     {{"x", coordinate(panel.left)},
                      {"y", coordinate(panel.top + kPanelTitle)},
                      {"width", coordinate(panel.width)},
                      {"height", coordinate(panel.height - kPanelTitle)}},
                     panel.picture);
  }
  return svg_file(drawn, width, height);
}

std::string svg_file(const Svg& drawn, double width, double height) {
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                  {"width", coordinate(width)},
                  {"height", coordinate(height)},
                  {"role", "img"},
                  {"font-family", "system-ui, Helvetica, Arial, sans-serif"}},
                 drawn)
             .markup +
         "\n";
}

}  // namespace onefold
