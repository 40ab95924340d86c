#include "examples/training/data_source.h"

#include <iostream>
#include <sstream>
#include <vector>

#include "examples/cli/program.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

namespace fs = std::filesystem;
using test::TemporaryEnvironment;
using test::TemporaryFolder;

/// A folder with as little in it as a dataset is recognised by.
void make_dataset(const fs::path& folder) {
  for (const char* part : {"train", "test"}) test::write_text(folder / part / "cat" / "1.png", "not looked at");
}

TEST_CASE("data source: a folder that is named is used, whatever else is said or found", "[examples]") {
  const TemporaryFolder folder;
  const fs::path named = folder / "named", chosen = folder / "chosen", cache = folder / "onefold";
  const fs::path drawn;  // no folder

  struct Case {
    const char* dataset;
    bool option, variable;  // whether --data-dir and ONEFOLD_DATA_DIR name a folder
    const char* trained_on;
    fs::path without_data, with_data;  // by whether there is data in the usual folder
  };
  const std::vector<Case> cases = {
      {"auto", true, false, "", named, named},
      {"auto", true, true, "", named, named},
      {"auto", true, false, "shapes10", named, named},
      {"auto", true, true, "shapes10", named, named},
      {"auto", true, false, "cifar10", named, named},
      {"cifar10", true, true, "shapes10", named, named},
      {"auto", false, true, "", chosen, chosen},
      {"auto", false, true, "cifar10", chosen, chosen},
      {"auto", false, true, "shapes10", drawn, drawn},
      {"auto", false, false, "", drawn, cache},
      {"auto", false, false, "images", drawn, cache},
      {"auto", false, false, "shapes10", drawn, drawn},
      {"cifar10", false, false, "shapes10", cache, cache},
      {"cifar10", false, true, "", chosen, chosen},
      {"shapes10", false, true, "cifar10", drawn, drawn},
  };
  const TemporaryEnvironment home("XDG_CACHE_HOME", folder.path().string());
  for (const bool with_data : {false, true}) {
    if (with_data) make_dataset(cache);
    for (const Case& c : cases) {
      CAPTURE(c.dataset, c.option, c.variable, c.trained_on, with_data);
      const TemporaryEnvironment variable("ONEFOLD_DATA_DIR", c.variable ? chosen.string() : "");
      DataOptions options;
      options.dataset = c.dataset;
      if (c.option) options.data_dir = named.string();
      CHECK(data_folder(options, c.trained_on).value_or(drawn) == (with_data ? c.with_data : c.without_data));
    }
  }
}

TEST_CASE("data source: a folder that could not be used is an error, not other data", "[examples]") {
  const TemporaryFolder folder;
  const std::string empty = folder.path().string();
  const auto options = [](const std::string& dataset, const std::string& data_dir) {
    DataOptions named;
    named.dataset = dataset;
    named.data_dir = data_dir;
    return named;
  };
  for (const char* trained_on : {"", "shapes10", "cifar10"}) {
    CHECK_THROWS_WITH(load_data(options("auto", empty), trained_on), ContainsSubstring("no dataset in " + empty));
    CHECK_THROWS_WITH(load_data(options("auto", ""), trained_on), ContainsSubstring("--data-dir: got an empty name"));
    CHECK_THROWS_AS(load_data(options("shapes10", empty), trained_on), UsageError);
  }
}

/// What a program says on the standard error stream while it loads its data.
std::string said_of(const DataOptions& options) {
  const std::ostringstream said;
  std::streambuf* before = std::cerr.rdbuf(said.rdbuf());
  load_data(options);
  std::cerr.rdbuf(before);
  return said.str();
}

TEST_CASE("data source: pictures that are left out are counted and said", "[examples]") {
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
