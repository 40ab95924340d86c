#include "examples/training/run_folder.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("run folder: a run that is there is neither lost nor imagined", "[examples]") {
  const TemporaryFolder scratch;
  const RunFolder folder{scratch.path() / "run"};

  // No folder: free for a new run, nothing to resume.
  check_run_folder(folder, ExistingRun::refuse);
  check_run_folder(folder, ExistingRun::overwrite);
  CHECK_THROWS_WITH(check_run_folder(folder, ExistingRun::resume), ContainsSubstring("no run to resume"));
  CHECK(!std::filesystem::exists(folder.path));

  // A run in it: only on demand.
  start_run(folder, {{"net", "tiny"}});
  write(folder.checkpoint(), "");
  CHECK_THROWS_WITH(check_run_folder(folder, ExistingRun::refuse),
                    ContainsSubstring("--resume") && ContainsSubstring("--overwrite") && ContainsSubstring("--out"));
  check_run_folder(folder, ExistingRun::overwrite);
  check_run_folder(folder, ExistingRun::resume);
}

TEST_CASE("run folder: overwriting removes a run's files and no others", "[examples]") {
  const TemporaryFolder scratch;
  const RunFolder folder{scratch.path() / "run"};
  start_run(folder, {{"net", "tiny"}});
  write(folder.model(), "old");
  write(folder.path / "folded.safetensors", "old");
  write(folder.path / "folded.onnx", "old");
  write(folder.path / "notes.txt", "mine");
  write(folder.path / "events.out.tfevents.1700000000.onefold", "old");

  start_run(folder, {{"net", "mini"}});
  CHECK(read_json(folder.run())["net"] == "mini");
  CHECK(!std::filesystem::exists(folder.model()));
  CHECK(!std::filesystem::exists(folder.path / "folded.safetensors"));
  CHECK(!std::filesystem::exists(folder.path / "folded.onnx"));
  CHECK(!std::filesystem::exists(folder.path / "events.out.tfevents.1700000000.onefold"));
  CHECK(read(folder.path / "notes.txt") == "mine");
}

TEST_CASE("run folder: what cannot be made says so, with the remedy", "[examples]") {
  const TemporaryFolder scratch;
  write(scratch.path() / "file", "");
  CHECK_THROWS_WITH(start_run({scratch.path() / "file" / "run"}, {}),
                    ContainsSubstring("cannot be created") && ContainsSubstring("--out"));
  for (const auto& path : {scratch.path() / "file", scratch.path() / "file" / "run" / "one"}) {
    CHECK_THROWS_WITH(check_run_folder({path}, ExistingRun::refuse),
                      ContainsSubstring("file: is a file, but a run needs a folder; choose another with --out"));
  }
}

TEST_CASE("run folder: broken JSON is an error with the file's name", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "run.json";
  CHECK_THROWS_WITH(read_json(path), ContainsSubstring("run.json"));
  write(path, "{\"net\": ");
  CHECK_THROWS_WITH(read_json(path), ContainsSubstring("run.json") && ContainsSubstring("not valid JSON"));
}

TEST_CASE("command line: a shell reads back the same words", "[examples]") {
  const TemporaryFolder scratch;
  const char* const words[] = {"printf", "[%s]", "a b", "", "it's", "$HOME", "*", "--lr=0.1", "a\\b"};
  const std::string shell = command_line(9, words) + " > " + (scratch.path() / "out").string();
  REQUIRE(std::system(shell.c_str()) == 0);
  CHECK(read(scratch.path() / "out") == "[a b][][it's][$HOME][*][--lr=0.1][a\\b]");
}

TEST_CASE("epoch log: continues behind a checkpoint without repeating an epoch", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "log.jsonl";
  write(path, "an older run\n");
  EpochLog log(path, 0);
  for (int epoch = 1; epoch <= 3; ++epoch) log.append({{"epoch", epoch}});
  CHECK(read(path) == "{\"epoch\":1}\n{\"epoch\":2}\n{\"epoch\":3}\n");

  // A crash in the middle of line 4, with a checkpoint of epoch 2.
  write(path, read(path) + "{\"epoch\":4,\"train_lo");
  EpochLog resumed(path, 2);
  resumed.append({{"epoch", 3}});
  CHECK(read(path) == "{\"epoch\":1}\n{\"epoch\":2}\n{\"epoch\":3}\n");
}

TEST_CASE("epoch log: one that is there and cannot be read is an error, and not taken for an empty one", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "log.jsonl";
  std::filesystem::create_directory(path);
  CHECK_THROWS_WITH(EpochLog(path, 2), ContainsSubstring("log.jsonl") && ContainsSubstring("is a folder"));
}

TEST_CASE("run folder: a start removes what a killed run left half-written", "[examples]") {
  const TemporaryFolder scratch;
  const RunFolder folder{scratch.path() / "run"};
  start_run(folder, {{"net", "tiny"}});
  write(folder.path / ".checkpoint.safetensors.4242-1.tmp", "half");
  write(folder.path / ".notes.tmp", "mine");
  start_run(folder, {{"net", "tiny"}});
  CHECK(!std::filesystem::exists(folder.path / ".checkpoint.safetensors.4242-1.tmp"));
  CHECK(read(folder.path / ".notes.tmp") == "mine");
}
