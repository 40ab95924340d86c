#include "examples/pictures/picture_file.h"

#include "examples/pictures/kernel_picture.h"
#include "examples/pictures/line_chart.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("picture file: title, notes, and each panel in its place", "[examples]") {
  const LineChart chart{
      .title = "Loss", .x_label = "epoch", .series = {{"trained", {0, 1}, {2, 1}}, {"tested", {0, 1}, {3, 2}}}};
  const Svg filters = filter_drawing(Tensor::full({3, 3, 2, 2}, 1), 1, "kernel");
  const std::vector<std::string> notes = {"one", "a < b"};
  const double top = first_panel_top(notes);
  const Panel of_kernel{"Kernel", filters, 24, top, 100, 124};
  const Panel of_chart{"Loss", line_chart(chart), 150, top, 300, 200, {"trained", "tested"}};
  const std::string file = picture_file("Two", notes, 700, 400, {of_kernel, of_chart});
  CHECK(unbalanced_tag(file) == "");
  CHECK(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 400\""));
  CHECK(file.find("a &lt; b</text>") != std::string::npos);
  CHECK(file.find("<svg x=\"24\" y=\"118\" width=\"100\" height=\"100\">") != std::string::npos);
  CHECK(file.find("<svg x=\"150\" y=\"118\" width=\"300\" height=\"176\">") != std::string::npos);
  CHECK(count_of(file, "h1") == 3 * 3 * 2 * 2);
  CHECK(count_of(file, "<polyline") == 2);
  // A key for each of two lines, none where there is one thing to see.
  CHECK(count_of(file, "rx=\"2\"") == 2);
  // No page is around it: what it needs of style stands in it, without variables.
  CHECK(file.find(".line.s1 { stroke: #") != std::string::npos);
  CHECK(file.find(".k24{color:#") != std::string::npos);
  CHECK(file.find("var(") == std::string::npos);
}
