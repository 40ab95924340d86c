#pragma once

#include <filesystem>

namespace onefold {

/// Writes `run_folder`/report.html: one self-contained page about a training run and, if it was folded, its folding.
///
/// The page depends only on the data files in the folder. So each program writes its own data file and calls this; the
/// last one finds all of them, and a report can be made again at any time. The template and the scripts in this folder
/// determine what the page looks like, see page.h.
///
///   run.json        one object, by train_cifar10. Every entry is shown as it is; "net", "dataset" and "threads" also
///                   appear in the headline (dataset: a string, or an object with "name").
///   log.jsonl       one object per epoch, by train_cifar10: "epoch" (from 1), "train_loss", "train_accuracy",
///                   "test_loss", "test_accuracy" (0 to 1), "learning_rate" (of the last step), "train_seconds",
///                   "evaluation_seconds", "images_per_second", "loader_wait_seconds". A line without an end is
///                   still being written, and is skipped.
///   confusion.json  {"classes": ["airplane", ...], "matrix": [[...], ...]}, by train_cifar10 or evaluate: a row per
///                   true class, a column per predicted class, counts of test images.
///   images.json     {"classes", "height", "width", "count", "mistakes", "first": [...], "worst": [...]}, by
///   train_cifar10:
///                   test images with "label", "prediction", "probability" of the prediction, "of_label" of the label,
///                   and "picture", a data: URI of a PNG.
///   rates.json      {"rate": "muon-rate", "kept": ", with --lr 0.02", "rates": [...], "losses": [...], "smoothed":
///                   [...], "diverged": true, "lowest": 0.3, "suggestion": 0.15, "weakness": ""}, by train_cifar10
///                   --find-lr: a step per entry of the lists, which are of one length; "lowest", "suggestion" and
///                   "weakness", which says why the suggestion is weak, may be missing.
///   fold.json       the step tables, kernels, equality and times, by reparameterize.
///
/// The section of a missing file is left out. If a file cannot be read, throws Error, naming file and line, and leaves
/// an older report as it was.
void write_report(const std::filesystem::path& run_folder);

}  // namespace onefold
