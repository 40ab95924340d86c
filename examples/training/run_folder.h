#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace onefold {

/// The folder that a training writes, and its files.
struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path run() const { return path / "run.json"; }                       // what was run, on what
  std::filesystem::path log() const { return path / "log.jsonl"; }                      // see EpochLog
  std::filesystem::path checkpoint() const { return path / "checkpoint.safetensors"; }  // see checkpoint.h
  std::filesystem::path model() const { return path / "model.safetensors"; }            // the trained network
  std::filesystem::path best() const { return path / "best.safetensors"; }              // as it was at its best
  std::filesystem::path confusion() const { return path / "confusion.json"; }           // see report/report.h
};

/// What to do about a run that is in the folder already.
enum class ExistingRun { refuse, overwrite, resume };

/// Checks, without writing anything, that the folder may be used so. Throws Error, saying what to do, where a run is
/// there and is not to be touched, or where there is none to resume.
void check_run_folder(const RunFolder& folder, ExistingRun existing);

/// Makes the folder, clears it of an old run's files and of the temporaries of killed processes (of nothing else), and
/// writes run.json. Throws Error where that cannot be, and then leaves no empty folder behind.
void start_run(const RunFolder& folder, const nlohmann::ordered_json& run);

/// JSON files of a run: written atomically; read with an Error that names the file.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);
nlohmann::ordered_json read_json(const std::filesystem::path& path);

/// A command line as a shell would take it again.
std::string command_line(int argc, const char* const* argv);

/// log.jsonl: one JSON object per line and epoch, each complete as soon as append() returns.
class EpochLog {
 public:
  /// Continues the file with the lines of its first `epochs` epochs: a resumed run goes on behind its checkpoint, and
  /// what was logged after that is dropped. Zero epochs start a new file. Throws Error where the file cannot be read or
  /// written, and leaves it as it was.
  EpochLog(std::filesystem::path path, int64_t epochs);

  /// Adds a line. Throws Error where it cannot be written whole, and leaves the file as it was.
  void append(const nlohmann::ordered_json& entry);

 private:
  std::filesystem::path path_;
  std::string lines_;  // few enough to write all of them each time, atomically
};

}  // namespace onefold
