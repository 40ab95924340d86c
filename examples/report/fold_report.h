#pragma once

#include <filesystem>

namespace onefold {

/// Writes `run_folder`/report.html as write_report() does, with the fold that fold.json tells of, if it is there: the
/// step tables, kernels, equality and times, by reparameterize.
void write_fold_report(const std::filesystem::path& run_folder);

}  // namespace onefold
