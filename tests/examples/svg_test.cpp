#include "examples/pictures/svg.h"

#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("svg: text and attributes cannot become markup", "[examples]") {
  CHECK(text("<script>\"a\" & 'b'</script>").markup == "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
  CHECK(element("g", {{"class", "\" onclick=\"x"}}, text("y")).markup == "<g class=\"&quot; onclick=&quot;x\">y</g>");
  const std::string picture = svg(1, 1, "<label>", element("title", "<title>")).markup;
  CHECK(unbalanced_tag(picture) == "");
  CHECK(picture.find("<label>") == std::string::npos);
  CHECK(count_of(picture, "<title>") == 2);  // the tags alone: one for the label, one inside
}

TEST_CASE("svg: a coordinate is short", "[examples]") {
  CHECK(coordinate(12) == "12");
  CHECK(coordinate(0.456) == "0.46");
  CHECK(coordinate(-0.001) == "0");
  CHECK(coordinate(100) == "100");
}
