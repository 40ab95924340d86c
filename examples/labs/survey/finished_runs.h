#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "examples/cli/program.h"

namespace onefold {

/// The trainings of a lab that are finished, by name, in a JSON file that is written after each of them: the same
/// command goes on where it stopped. The names are sorted, so the file does not depend on the order of trainings.
class FinishedRuns {
 public:
  /// What is known of a training: "accuracy", "loss" ... NaN, null in the file, if it diverged.
  using Result = std::map<std::string, double>;

  /// Reads the file, which need not exist, and `more` files, which must, from other processes that share the work.
  /// `conditions` are all that results depend on and their names do not say; `known` is what each result has. Makes the
  /// file's folder. Throws UsageError if a file has results of other conditions, and Error if it cannot be read, is
  /// damaged, or could not be written.
  FinishedRuns(std::filesystem::path file, const nlohmann::ordered_json& conditions, std::vector<std::string> known,
               const std::vector<std::filesystem::path>& more = {});

  bool has(const std::string& name) const { return find(name) != nullptr; }

  /// One of the values of a training. Throws Error if there is no such training or value.
  double value(const std::string& name, const std::string& what) const;

  /// Adds a training, and writes the file with all that another process has added to it meanwhile.
  void add(const std::string& name, const Result& result);

 private:
  using Results = std::map<std::string, Result>;

  const Result* find(const std::string& name) const;
  Results load(const std::filesystem::path& file) const;

  std::filesystem::path file_;
  std::string conditions_;  // as JSON
  std::vector<std::string> known_;
  Results own_, others_;  // of the file, and of the other files
};

/// --out, the file of results.
void add_results_option(CommandLine& line, std::filesystem::path& file);

}  // namespace onefold
