#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace onefold {

/// The folder that a training run writes to, and its files.
struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path run() const { return path / "run.json"; }                       // what was run, and on what
  std::filesystem::path log() const { return path / "log.jsonl"; }                      // see EpochLog
  std::filesystem::path checkpoint() const { return path / "checkpoint.safetensors"; }  // see checkpoint.h
  std::filesystem::path model() const { return path / "model.safetensors"; }            // the trained network
  std::filesystem::path best() const { return path / "best.safetensors"; }              // the network of the best epoch
  std::filesystem::path confusion() const { return path / "confusion.json"; }           // see report/report.h
  std::filesystem::path images() const { return path / "images.json"; }                 // see report/test_images.h
  std::filesystem::path sample(int64_t number) const {                                  // the first test images
    return path / ("sample-" + std::to_string(number) + ".png");
  }
  std::filesystem::path rates() const { return path / "rates.json"; }  // likewise
};

/// What to do if the folder already holds a run.
enum class ExistingRun { refuse, overwrite, resume };

/// Checks, without writing anything, that the folder may be used that way. Throws Error, saying what to do, if it holds
/// a run that must not be touched, or no run to resume.
void check_run_folder(const RunFolder& folder, ExistingRun existing);

/// Creates the folder, removes an old run's files and the temporaries of killed processes (nothing else), and writes
/// run.json. If that is not possible, throws Error and leaves no empty folder.
void start_run(const RunFolder& folder, const nlohmann::ordered_json& run);

/// Write and read JSON files of a run: atomically, and with an Error that names the file.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);
nlohmann::ordered_json read_json(const std::filesystem::path& path);

/// A command line, quoted so that a shell can run it again.
std::string command_line(int argc, const char* const* argv);

/// log.jsonl: one JSON object per line and epoch, each complete as soon as append() returns.
class EpochLog {
 public:
  /// Keeps the lines of the first `epochs` epochs: a resumed run continues from its checkpoint, and what was logged
  /// after that is dropped. Zero epochs start a new file. If the file cannot be read or written, throws Error and
  /// leaves it as it was.
  EpochLog(std::filesystem::path path, int64_t epochs);

  /// Adds a line. If it cannot be written completely, throws Error and leaves the file as it was.
  void append(const nlohmann::ordered_json& entry);

 private:
  std::filesystem::path path_;
  std::string lines_;  // few enough to write them all each time, atomically
};

}  // namespace onefold
