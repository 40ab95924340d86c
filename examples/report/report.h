#pragma once

#include <filesystem>

namespace onefold {

/// Writes `run_folder`/report.html: one self-contained page on a training run and, where it was folded, on its folding.
///
/// The page is a function of the data files in the folder and of nothing else. So each program writes its own data file
/// and calls this; whichever comes last finds all of it, and a report can be made again at any time. How the page looks
/// is up to the template and the scripts beside this file, see page.h.
///
///   run.json        one object, by train_cifar10. Every entry is shown as it stands; "net", "dataset" and "threads"
///                   also stand in the headline (dataset: a string, or an object with "name").
///   log.jsonl       one object an epoch, by train_cifar10: "epoch" (from 1), "train_loss", "train_accuracy",
///                   "test_loss", "test_accuracy" (0 to 1), "learning_rate" (of the last step), "train_seconds",
///                   "evaluation_seconds", "images_per_second", "loader_wait_seconds". A line without an end is one
///                   being written: skipped.
///   confusion.json  {"classes": ["airplane", ...], "matrix": [[...], ...]}, by train_cifar10 or evaluate: a row a true
///                   class, a column a predicted one, counts of test images.
///   fold.json       the step tables, kernels, equality and timings, by reparameterize.
///
/// Files that are not there leave their section out. Throws Error, naming file and line, for one that cannot be
/// read, and leaves an older report as it was.
void write_report(const std::filesystem::path& run_folder);

}  // namespace onefold
