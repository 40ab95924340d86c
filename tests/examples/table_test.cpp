#include "examples/cli/table.h"

#include "tests/catch.h"

using namespace onefold;

TEST_CASE("text table: columns align, long names take several lines", "[examples]") {
  const Table table{.columns = {{"layer"}, {"largest difference", true}, {"", true}},
                    .rows = {{"conv", "1.5", "1"}, {"batch norm", "10.25", "\u00d72"}}};
  CHECK(text_table(table) ==
        "               largest\n"
        "layer       difference\n"
        "--------------------------\n"
        "conv               1.5   1\n"
        "batch norm       10.25  \u00d72\n");
}

TEST_CASE("text table: no names, no head", "[examples]") {
  CHECK(text_table({.columns = {{}, {}}, .rows = {{"a", "1"}, {"bcd", "2"}}}) == "a    1\nbcd  2\n");
}
