#include "examples/report/page.h"

#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/examples/page_data.h"

using namespace onefold;

using OrderedJson = nlohmann::ordered_json;

TEST_CASE("page: is complete in itself, and asks for nothing", "[examples]") {
  const std::string whole = page("A <title>", "A lead.", {{"1 <", "of 2"}, {"3", "of 4"}}, OrderedJson::object());
  CHECK(unbalanced_tag(whole) == "");
  CHECK(whole.starts_with("<!DOCTYPE html>"));
  CHECK(count_of(whole, "A &lt;title&gt;") == 2);
  CHECK(count_of(whole, "<p class=\"lead\">A lead.</p>") == 1);
  CHECK(whole.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(whole.find("@media print") != std::string::npos);
  // Without JavaScript there are the figures that matter, and a word of what is missing.
  CHECK(count_of(whole, "<p>1 &lt; of 2; 3 of 4</p>") == 1);
  CHECK(count_of(whole, "<noscript>") == 1);
  // Nothing is fetched, and a browser is told to refuse it.
  CHECK(count_of(whole, "default-src 'none'; img-src data:;") == 1);
  CHECK(count_of(whole, "href") == count_of(whole, "<image href=\"${uri}\""));  // of images in the page's own data
  for (const char* foreign : {"<link", "<img", "<iframe", "src=", "url(", "@import", "http:", "https:", "fetch(",
                              "import(", "XMLHttpRequest", "WebSocket"}) {
    CAPTURE(foreign);
    CHECK(whole.find(foreign) == std::string::npos);
  }
  // One script of data and one that draws; neither has the end of a script in it.
  CHECK(count_of(whole, "<script") == 2);
  CHECK(count_of(whole, "</script") == 2);
  CHECK(count_of(whole, "{{") == 0);
}

TEST_CASE("page: no string of the data ends its script, opens a comment or is filled in", "[examples]") {
  for (const std::string hostile : {"</script><script>alert(1)</script>", "</SCRIPT >", "<!--<script>", "]]>",
                                    "{{title}}", "\\u003c\\", "\"'&amp;", "\u2028\u2029", "\n\t\x01", "\u00e4\u2192"}) {
    const OrderedJson data = {{hostile, {{"deep", {hostile, hostile}}}}};
    const std::string whole = page("title", "", {{hostile, hostile}}, data);
    CAPTURE(hostile);
    CHECK(unbalanced_tag(whole) == "");
    CHECK(count_of(whole, "<script") == 2);
    CHECK(count_of(whole, "</script") == 2);
    CHECK(count_of(whole, "<!--") == 0);
    const nlohmann::json read = data_in(whole);
    CHECK(read.at(hostile).at("deep") == nlohmann::json({hostile, hostile}));
    CHECK(read.at("headlines").at(0).at("value") == hostile);
  }
}

TEST_CASE("page: bytes that are no UTF-8 become a mark, numbers that are not finite null", "[examples]") {
  const OrderedJson data = {{"name", "a\xff"}, {"number", std::numeric_limits<double>::quiet_NaN()}};
  const nlohmann::json read = data_in(page("title", "", {}, data));
  CHECK(read["name"] == "a\ufffd");
  CHECK(read["number"].is_null());
}

TEST_CASE("page: a table keeps its names, cells and total", "[examples]") {
  const OrderedJson json =
      table_json({.columns = {{"x"}, {"n", true}}, .rows = {{"a", "1"}, {"<b>", "2"}}, .last_is_total = true});
  CHECK(json["columns"][0] == OrderedJson({{"name", "x"}, {"number", false}}));
  CHECK(json["columns"][1] == OrderedJson({{"name", "n"}, {"number", true}}));
  CHECK(json["rows"][1] == OrderedJson({"<b>", "2"}));
  CHECK(json["last_is_total"] == true);
  CHECK(table_json({.columns = {{}}, .rows = {}})["rows"].is_array());
}
