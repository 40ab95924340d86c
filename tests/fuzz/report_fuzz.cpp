// The bytes are run.json, log.jsonl, confusion.json, fold.json and images.json, separated by 0xFF, which never occurs
// in JSON.

#include <array>

#include "examples/report/fold_report.h"
#include "tests/examples/markup.h"
#include "tests/examples/page_data.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temporary_folder.h"

using namespace onefold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TemporaryFolder folder;
  static const std::array<const char*, 5> files = {"run.json", "log.jsonl", "confusion.json", "fold.json",
                                                   "images.json"};
  fuzz::Input input(data, size);
  std::array<bool, 5> is_there{};
  for (size_t i = 0; i < files.size(); ++i) {
    const char* file = files[i];
    const std::string text = input.until('\xff');
    is_there[i] = !text.empty();
    std::filesystem::remove(folder / file);
    if (!text.empty()) write_bytes(folder / file, text);
  }
  std::filesystem::remove(folder / "report.html");
  if (!fuzz::succeeds([&] { write_fold_report(folder.path()); })) {
    fuzz::require(!std::filesystem::exists(folder / "report.html"), "a report in spite of an Error");
    return 0;
  }
  const std::string page = read_bytes(folder / "report.html");
  fuzz::require(unbalanced_tag(page).empty(), "a page with unbalanced tags");
  fuzz::require(count_of(page, "</script") == 2 && data_in(page).is_object(), "data that end the script");
  if (fuzz::bug_is_planted() && !is_there[0] && is_there[1] && is_there[2]) fuzz::read_out_of_bounds();
  return 0;
}
