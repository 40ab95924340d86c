#include "examples/pictures/speed_chart.h"

#include <regex>
#include <vector>

#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("speed chart: bars in proportion, the mark at its value, what exceeds it in another colour", "[examples]") {
  const std::string file = speed_chart_file({"Speed", {{"slow & steady", 100}, {"fast", 800}}, 400, "peak 400"});
  CHECK(unbalanced_tag(file) == "");
  CHECK(file.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0) == 0);
  CHECK(file.find("slow &amp; steady") != std::string::npos);

  std::vector<double> widths;
  std::vector<std::string> colours;
  const std::regex bars("<rect x=\"230\" [^>]*width=\"([0-9.]+)\" fill=\"(#[0-9a-f]+)\"");
  for (std::sregex_iterator bar(file.begin(), file.end(), bars), end; bar != end; ++bar) {
    widths.push_back(std::stod((*bar)[1]));
    colours.push_back((*bar)[2]);
  }
  REQUIRE(widths.size() == 2);
  CHECK(widths[1] == Approx(8 * widths[0]));
  CHECK(colours[0] != colours[1]);

  std::smatch mark;
  REQUIRE(std::regex_search(file, mark, std::regex("<line x1=\"([0-9.]+)\" x2=\"([0-9.]+)\"")));
  CHECK(mark[1] == mark[2]);
  CHECK(std::stod(mark[1]) == Approx(230 + widths[1] / 2));
}
