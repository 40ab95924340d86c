#include "examples/training/run_folder.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/text_file.h"
#include "examples/training/event_file.h"

namespace onefold {

namespace {

/// Everything that programs write into a run's folder, including the folding's files, which belong to the old model.
constexpr std::string_view kFilesOfARun[] = {"run.json",
                                             "log.jsonl",
                                             "checkpoint.safetensors",
                                             "best.safetensors",
                                             "model.safetensors",
                                             "confusion.json",
                                             "fold.json",
                                             "folded.safetensors",
                                             "model-dingxiaoh.safetensors",
                                             "folded-dingxiaoh.safetensors",
                                             "model-timm.safetensors",
                                             "folded-timm.safetensors",
                                             "trained.onnx",
                                             "folded.onnx",
                                             "rates.json",
                                             "report.html",
                                             "images.json",
                                             "sample-1.png",
                                             "sample-2.png",
                                             "sample-3.png",
                                             "predictions.html"};

/// Those that are in the folder, TensorBoard's among them.
std::vector<std::filesystem::path> files_of_a_run(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  check(!error, folder.string(), ": cannot be read (", error.message(), "); choose another folder with --out");
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    const bool is_known = std::ranges::find(kFilesOfARun, name) != std::end(kFilesOfARun);
    if (is_known || name.starts_with(kEventFilePrefix)) files.push_back(entry.path());
  }
  return files;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// The file's lines of epochs 1 to `epochs`.
std::string lines_of_epochs(const std::filesystem::path& path, int64_t epochs) {
  std::istringstream file(read_if_there(path).value_or(""));
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool is_epoch = entry.is_object() && entry.contains("epoch") && entry["epoch"].is_number_integer();
    if (is_epoch && entry["epoch"].get<int64_t>() <= epochs) kept += line + '\n';
  }
  return kept;
}

}  // namespace

void check_run_folder(const RunFolder& folder, ExistingRun existing) {
  for (std::filesystem::path path = folder.path; path.has_relative_path(); path = path.parent_path()) {
    std::error_code none;
    check(!std::filesystem::exists(path, none) || std::filesystem::is_directory(path, none), path.string(),
          ": is a file, but a run needs a folder; choose another with --out");
  }
  // Before its first checkpoint, a run has nothing to lose.
  const bool holds_run = is_there(folder.checkpoint()) || is_there(folder.model());
  check(existing != ExistingRun::refuse || !holds_run, folder.path.string(),
        ": holds a run already; continue it with --resume, replace it with --overwrite, or choose another folder with "
        "--out");
  check(existing != ExistingRun::resume || is_there(folder.checkpoint()), folder.checkpoint().string(),
        ": there is no run to resume here; name its folder with --out, or start a new one without --resume");
}

void start_run(const RunFolder& folder, const nlohmann::ordered_json& run) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(folder.path, error);
  check(!error, folder.path.string(), ": cannot be created (", error.message(), "); choose another folder with --out");
  for (const std::filesystem::path& file : files_of_a_run(folder.path)) {
    std::filesystem::remove(file, error);
    check(!error, file.string(), ": the old run's file cannot be removed (", error.message(),
          "); choose another folder with --out");
  }
  remove_old_temporaries(folder.path);
  try {
    write_json(folder.run(), run);
  } catch (...) {
    if (is_new) std::filesystem::remove(folder.path, error);
    throw;
  }
}

void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
  // JSON is UTF-8, a folder's name need not be: other bytes become a replacement character.
  write_file_atomically(path, json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

nlohmann::ordered_json read_json(const std::filesystem::path& path) {
  const std::optional<std::string> text = read_if_there(path);
  check(text.has_value(), path.string(), ": does not exist");
  try {
    return parse_json(*text, std::numeric_limits<double>::max());
  } catch (const std::exception& error) {
    fail(path.string(), ": is not valid JSON: ", error.what());
  }
}

std::string command_line(int argc, const char* const* argv) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  std::string line;
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    line += i > 0 ? " " : "";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char letter : word) line += letter == '\'' ? "'\\''" : std::string(1, letter);
    line += '\'';
  }
  return line;
}

EpochLog::EpochLog(std::filesystem::path path, int64_t epochs)
    : path_(std::move(path)), lines_(lines_of_epochs(path_, epochs)) {
  write_file_atomically(path_, lines_);
}

void EpochLog::append(const nlohmann::ordered_json& entry) {
  std::string lines = lines_ + entry.dump() + '\n';
  write_file_atomically(path_, lines);
  lines_ = std::move(lines);
}

}  // namespace onefold
