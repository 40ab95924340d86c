#include "examples/cli/progress.h"

#include <string>

#include "tests/catch.h"

using namespace onefold;

namespace {

Progress halfway() {
  return {.description = "epoch 3/30", .done = 25000, .total = 50000, .seconds = 50, .postfix = "loss=1.234"};
}

/// Columns that a terminal uses: bytes, without those that continue a UTF-8 character.
size_t columns(const std::string& text) {
  size_t count = 0;
  for (const char letter : text) count += (static_cast<unsigned char>(letter) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("progress line: in the form of tqdm", "[examples]") {
  CHECK(progress_line(halfway(), {.columns = 79}) ==
        "epoch 3/30:  50%|######      | 25000/50000 [00:50<00:50, 500img/s, loss=1.234]");
}

TEST_CASE("progress line: never wider than the terminal", "[examples]") {
  for (int width = 0; width < 200; ++width) {
    for (const bool blocks : {false, true}) {
      const std::string line = progress_line(halfway(), {.columns = width, .blocks = blocks});
      CHECK(columns(line) <= static_cast<size_t>(width));
    }
  }
}

TEST_CASE("progress line: blocks fill to an eighth of a cell", "[examples]") {
  Progress progress{.description = "x", .done = 1, .total = 16};
  TerminalStyle style{.columns = 200, .blocks = true};
  CHECK_THAT(progress_line(progress, style), ContainsSubstring("|██▌ "));  // 40 / 16 = 2.5 cells
  progress.done = 16;
  CHECK_THAT(progress_line(progress, style), !ContainsSubstring("█ "));
}

TEST_CASE("progress line: escape codes only with colours", "[examples]") {
  CHECK_THAT(progress_line(halfway(), {.columns = 120, .colours = true}), ContainsSubstring("\x1b[32m"));
  CHECK_THAT(progress_line(halfway(), {.columns = 120}), !ContainsSubstring("\x1b"));
}

TEST_CASE("progress line: a resumed epoch's rate counts only what was done since", "[examples]") {
  Progress progress = halfway();
  progress.already = 20000;
  CHECK_THAT(progress_line(progress, {.columns = 100}), ContainsSubstring("[00:50<04:10, 100img/s"));
}

TEST_CASE("progress line: nothing done yet, and slower than one a second", "[examples]") {
  CHECK_THAT(progress_line({.description = "x", .total = 10}, {.columns = 100}),
             ContainsSubstring("  0%|") && ContainsSubstring("<?, ?img/s"));
  const Progress slow{.description = "x", .done = 2, .total = 10, .seconds = 8, .unit = "step"};
  CHECK_THAT(progress_line(slow, {.columns = 100}), ContainsSubstring("4.00s/step"));
}

TEST_CASE("clock time: minutes, and hours where there are some", "[examples]") {
  CHECK(clock_time(0) == "00:00");
  CHECK(clock_time(27.4) == "00:27");
  CHECK(clock_time(3599.6) == "1:00:00");
  CHECK(clock_time(3723) == "1:02:03");
  CHECK(clock_time(-1) == "00:00");
}
