#include "examples/support/data_source.h"

#include <iostream>
#include <sstream>

#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

/// What a program says on the standard error stream while it loads its data.
std::string said_of(const DataOptions& options) {
  const std::ostringstream said;
  std::streambuf* before = std::cerr.rdbuf(said.rdbuf());
  load_data(options);
  std::cerr.rdbuf(before);
  return said.str();
}

TEST_CASE("data source: pictures that are left out are counted and said", "[support]") {
  const TemporaryFolder folder;
  for (const char* file : {"train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"}) {
    test::write_file(folder / file, test::png_of_colour(4, 4, {1, 2, 3}));
  }
  const DataOptions options{.data_dir = folder.path().string()};
  CHECK(said_of(options).empty());
  test::write_text(folder / "train/a/2.webp", "");
  test::write_text(folder / "train/b/3.webp", "");
  CHECK(said_of(options) == "note: left out of train: 2 .webp; only PNG and JPEG are read\n");
}

}  // namespace
}  // namespace onefold
