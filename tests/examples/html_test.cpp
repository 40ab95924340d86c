#include "examples/support/html.h"

#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("html: text and attributes cannot become markup", "[examples]") {
  CHECK(text("<script>\"a\" & 'b'</script>").markup ==
        "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
  CHECK(element("p", {{"title", "\" onclick=\"x"}}, text("y")).markup ==
        "<p title=\"&quot; onclick=&quot;x\">y</p>");
  const std::string cells = table({.columns = {{"<b>"}, {"n", true}}, .rows = {{"<i>", "<u>"}}}).markup;
  CHECK(unbalanced_tag(cells) == "");
  for (const char* tag : {"<b>", "<i>", "<u>"}) CHECK(cells.find(tag) == std::string::npos);
}

TEST_CASE("html: a page is complete in itself", "[examples]") {
  const Html content = section("Heading", "Lead.", svg(1, 1, "label", {}));
  const std::string whole = page("A <title>", element("p", "lead"), content);
  CHECK(unbalanced_tag(whole) == "");
  CHECK(whole.starts_with("<!DOCTYPE html>"));
  CHECK(whole.find("A &lt;title&gt;") != std::string::npos);
  CHECK(whole.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(whole.find("@media print") != std::string::npos);
  // Nothing is run, and nothing is fetched.
  for (const char* foreign : {"<script", "<link", "src=", "url(", "@import", "http"}) {
    CHECK(whole.find(foreign) == std::string::npos);
  }
}

TEST_CASE("html: a coordinate is short", "[examples]") {
  CHECK(coordinate(12) == "12");
  CHECK(coordinate(0.456) == "0.46");
  CHECK(coordinate(-0.001) == "0");
  CHECK(coordinate(100) == "100");
}

TEST_CASE("html: a table without names has no head, and a total is marked", "[examples]") {
  CHECK(table({.columns = {{}, {}}, .rows = {{"a", "b"}}}).markup.find("<thead>") == std::string::npos);
  const std::string total = table({.columns = {{"x"}}, .rows = {{"a"}, {"b"}}, .last_is_total = true}).markup;
  CHECK(count_of(total, "class=\"total\"") == 1);
  CHECK(total.find("class=\"total\"") > total.find(">a<"));
}
