#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "examples/report/page.h"

namespace onefold {

/// What a page says about a fold: reparameterize's part, see fold_report.h.
struct FoldPart {
  std::string net, dataset, reparam;  // for the title, if run.json does not name them
  std::vector<Headline> headlines;    // after those of the training
  nlohmann::ordered_json data = {};   // of report.js; null: no fold
};

/// Writes `run_folder`/report.html: one self-contained page about a training run and, if it was folded, its folding.
///
/// The page depends only on `fold` and these files of the folder, so a report can be made again at any time. A
/// fold.json is left out, since training makes another network: write_fold_report() reads it. The template and the
/// scripts in this folder determine what the page looks like, see page.h.
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
///
/// The section of a missing file is left out. If a file cannot be read, throws Error, naming file and line, and leaves
/// an older report as it was.
void write_report(const std::filesystem::path& run_folder, const FoldPart& fold = {});

/// Calls read(json) on a parsed file, if it is there; `largest` is the largest number allowed in it. Any exception
/// becomes an Error that names the file.
void read_json(const std::filesystem::path& path, double largest,
               const std::function<void(const nlohmann::ordered_json&)>& read);

}  // namespace onefold
