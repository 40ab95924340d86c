#include "examples/training/fine_tuning.h"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "core/check.h"
#include "examples/cli/program.h"
#include "examples/training/networks.h"
#include "layers/calculus/unfold.h"

namespace onefold {

namespace {

/// A network that diverged, or has a negative variance, cannot be trained further.
void check_sound(Module& network, const std::filesystem::path& file) {
  for (const auto& [name, tensor] : state(network)) {
    const auto is_sound = [variance = name.ends_with("running_var")](Real value) {
      return std::isfinite(value) && !(variance && value < 0);
    };
    check(std::all_of(tensor.data(), tensor.data() + tensor.size(), is_sound), file.string(), ": ", name,
          " holds a value that is not finite or a negative variance: the training diverged or the file is damaged, ",
          "take an earlier state");
  }
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

SavedNetwork to_fine_tune(SavedNetwork saved, const std::filesystem::path& file, const Dataset& train) {
  check(has_classes(saved.card, train.classes), file.string(), ": its classes are ",
        saved.card.dataset.empty() ? std::to_string(saved.card.classes.size()) + " without names"
                                   : listed(saved.card.classes),
        "; the training images are of ", listed(train.classes), ". Fine-tune it on its own classes, in that order");
  check_sound(saved.network(), file);
  if (saved.folded) {
    saved.card.form = "training";
    saved.card.reparam = "repvgg";
    Initializer unused(0);
    const Tensor images = first_batch(train, saved.card.normalization);
    Vgg& folded = saved.vgg();
    saved.trained = make_network(saved.card.net, "repvgg", std::ssize(train.classes), unused);
    unfold_network(folded, images, saved.vgg());
    saved.folded = nullptr;
  }
  return saved;
}

void settle_network(const CommandLine& line, const SavedNetwork& saved, const std::filesystem::path& file,
                    std::string& net, std::string& reparam) {
  const bool folded = saved.folded != nullptr;
  const auto settle = [&](const std::string& option, std::string& value, const std::string& of_file) {
    if (line.count(option) > 0 && value != of_file) {
      throw UsageError(option + " " + value + ", but " + file.string() + " is a network of " + option + " " + of_file +
                       (folded ? " once it is unfolded" : "") + ": leave " + option + " out");
    }
    value = of_file;
  };
  settle("--net", net, saved.card.net);
  settle("--reparam", reparam, folded ? "repvgg" : saved.card.reparam);
}

void check_outside(const RunFolder& folder, const std::filesystem::path& file) {
  std::error_code none;
  // The target of a link counts, wherever the link is.
  if (std::filesystem::equivalent(std::filesystem::canonical(file, none).parent_path(), folder.path, none)) {
    throw UsageError("--overwrite would remove " + file.string() + " with the rest of the run in " +
                     folder.path.string() + ": choose another folder with --out");
  }
}

}  // namespace onefold
