#include "examples/support/picture_file.h"

#include "examples/support/page_style.h"

namespace onefold {

namespace {

constexpr double kMargin = 24, kTitle = 36, kNote = 19, kCharacter = 6.9;  // an upper bound of a small letter's mean

Html words(double x, double y, const std::string& kind, const std::string& content) {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"class", kind}}, text(content));
}

/// The title and, behind it, a coloured square and a name for each key.
Html heading(const Panel& panel) {
  Html drawn = words(panel.left, panel.top + 13, "title", panel.title);
  double x = panel.left + kCharacter * static_cast<double>(panel.title.size()) + 18;
  for (size_t i = 0; panel.keys.size() > 1 && i < panel.keys.size(); ++i) {
    drawn += element("rect", {{"class", "bar s" + std::to_string(i % 4)},
                              {"x", coordinate(x)}, {"y", coordinate(panel.top + 4)},
                              {"width", "9"}, {"height", "9"}, {"rx", "2"}});
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
  Html drawn = element("title", title) + element("style", Html{"\n" + picture_style()});
  drawn += element("rect", {{"width", coordinate(width)}, {"height", coordinate(height)}, {"rx", "10"},
                            {"fill", "#ffffff"}});
  drawn += words(kMargin, kTitle, "headline", title);
  for (size_t i = 0; i < notes.size(); ++i) {
    drawn += words(kMargin, kTitle + kNote * static_cast<double>(i + 1) + 3, "quiet", notes[i]);
  }
  for (const Panel& panel : panels) {
    drawn += heading(panel);
    drawn += element("svg",
                     {{"x", coordinate(panel.left)}, {"y", coordinate(panel.top + kPanelTitle)},
                      {"width", coordinate(panel.width)}, {"height", coordinate(panel.height - kPanelTitle)}},
                     panel.picture);
  }
  return svg_file(drawn, width, height);
}

std::string svg_file(const Html& drawn, double width, double height) {
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                  {"width", coordinate(width)}, {"height", coordinate(height)}, {"role", "img"},
                  {"font-family", "system-ui, Helvetica, Arial, sans-serif"}},
                 drawn)
             .markup +
         "\n";
}

}  // namespace onefold
