#include "layers/labs/state_names.h"

#include <algorithm>

#include "core/check.h"
#include "core/files/safetensors_header.h"

namespace onefold {

namespace {

constexpr size_t k3x3 = 0, kIdentity = 4, kFolded = 5;  // places in NameScheme::layers

/// Block b of stage s.
std::string block_name(const NameScheme& scheme, int64_t s, int64_t b) {
  return s == 0 ? scheme.stem : scheme.stage + std::to_string(scheme.first_stage + s - 1) + "." + std::to_string(b);
}

/// The names of all modules with parameters, from one scheme to another.
std::map<std::string, std::string> module_names(const NameScheme& from, const NameScheme& to, const RepVggSize& size) {
  std::map<std::string, std::string> names = {{from.head, to.head}};
  for (int64_t s = 0; s < std::ssize(size.depths); ++s) {
    for (int64_t b = 0; b < size.depths[static_cast<size_t>(s)]; ++b) {
      for (size_t layer = 0; layer < from.layers.size(); ++layer) {
        names[block_name(from, s, b) + "." + from.layers[layer]] = block_name(to, s, b) + "." + to.layers[layer];
      }
    }
  }
  return names;
}

/// The size whose 3x3 convolutions have these shapes, such as "tiny" or "mini+g4"; empty if there is none.
std::string size_of(const std::vector<std::vector<Shape>>& kernels) {
  for (const std::string& name : repvgg_names()) {
    for (const int64_t groups : {1, 2, 4}) {
      RepVggSize size = repvgg_size(name);
      size.groups = groups;
      std::vector<std::vector<Shape>> shapes;
      for (const std::vector<BlockOptions>& stage : block_options(size)) {
        shapes.emplace_back();
        for (const BlockOptions& block : stage) shapes.back().push_back({block.out, block.in / block.groups, 3, 3});
      }
      if (shapes == kernels) return name + (groups == 1 ? "" : "+g" + std::to_string(groups));
    }
  }
  return "";
}

/// "1, 1, 2, 4, 1": a number of each stage, of a file that may have any number of stages.
template <class Number>
std::string listed(const std::vector<std::vector<Shape>>& stages, Number number) {
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t s = 0; s < std::min(kShown, stages.size()); ++s) {
    text += (s == 0 ? "" : ", ") + std::to_string(number(stages[s]));
  }
  return stages.size() <= kShown ? text : text + ", ...";
}

/// Names that are not those of a RepVGG: how many, the first, and what is expected.
std::string describe_unknown_names(const std::map<std::string, Tensor>& state) {
  constexpr int64_t kShown = 3;
  std::string text = std::to_string(state.size()) + (state.size() == 1 ? " name" : " names");
  int64_t shown = 0;
  for (auto name = state.begin(); name != state.end() && shown < kShown; ++name, ++shown) {
    text += (shown == 0 ? ", such as " : ", ") + quoted(name->first);
  }
  text += ", not those of a RepVGG:";
  for (const NameScheme& scheme : name_schemes()) {
    text += " " + scheme.title + " would have \"" + scheme.stem + "." + scheme.layers[k3x3] +
            ".weight\" or, folded, \"" + scheme.stem + "." + scheme.layers[kFolded] + ".weight\",";
  }
  text.pop_back();
  return text;
}

}  // namespace

const std::vector<NameScheme>& name_schemes() {
  // [schemes]
  static const std::vector<NameScheme> all = {
      {"own", "Onefold's own", "stages.0.0", "stages.", 1, {"conv3", "bn3", "conv1", "bn1", "bn0", "conv"}, "head"},
      {"dingxiaoh",
       "DingXiaoH's",
       "stage0",
       "stage",
       1,
       {"rbr_dense.conv", "rbr_dense.bn", "rbr_1x1.conv", "rbr_1x1.bn", "rbr_identity", "rbr_reparam"},
       "linear"},
      {"timm",
       "timm's",
       "stem",
       "stages.",
       0,
       {"conv_kxk.conv", "conv_kxk.bn", "conv_1x1.conv", "conv_1x1.bn", "identity", "reparam_conv"},
       "head.fc"},
  };
  // [/schemes]
  return all;
}

const NameScheme& name_scheme(const std::string& option) {
  std::string options;
  for (const NameScheme& scheme : name_schemes()) {
    if (scheme.option == option) return scheme;
    options += (options.empty() ? "" : ", ") + scheme.option;
  }
  fail("unknown scheme of names \"", option, "\"; expected one of ", options);
}

std::map<std::string, Tensor> renamed(const std::map<std::string, Tensor>& state, const NameScheme& from,
                                      const NameScheme& to, const RepVggSize& size) {
  if (from.option == to.option) return state;
  const std::map<std::string, std::string> modules = module_names(from, to, size);
  std::map<std::string, Tensor> tensors;
  for (const auto& [name, tensor] : state) {
    const size_t end = std::min(name.rfind('.'), name.size());
    const auto module = modules.find(name.substr(0, end));
    if (module == modules.end()) {
      fail("a RepVGG ", size.name, " has no ", quoted(name), " under ", to.title,
           " names: they are for RepVGG blocks and their folded form, without whitening; use Onefold's own names");
    }
    tensors[module->second + name.substr(end)] = tensor;
  }
  return tensors;
}

RecognizedNames recognize_names(const std::map<std::string, Tensor>& state) {
  RecognizedNames found;
  for (const NameScheme& scheme : name_schemes()) {
    for (const bool folded : {false, true}) {
      const auto kernel = [&](int64_t s, int64_t b) {
        return state.find(block_name(scheme, s, b) + "." + scheme.layers[folded ? kFolded : k3x3] + ".weight");
      };
      if (kernel(0, 0) == state.end()) continue;
      found = {&scheme, folded, {{kernel(0, 0)->second.shape()}}};
      for (int64_t s = 1; kernel(s, 0) != state.end(); ++s) {
        found.kernels.emplace_back();
        for (int64_t b = 0; kernel(s, b) != state.end(); ++b)
          found.kernels.back().push_back(kernel(s, b)->second.shape());
      }
    }
  }
  return found;
}

std::string strip_names(std::map<std::string, Tensor>& state) {
  std::erase_if(state, [](const auto& entry) { return entry.first.ends_with(".num_batches_tracked"); });
  for (const NameScheme& scheme : name_schemes()) {
    for (const size_t layer : {k3x3, kFolded}) {
      const std::string kernel = scheme.stem + "." + scheme.layers[layer] + ".weight";
      const auto found = std::find_if(state.begin(), state.end(),
                                      [&](const auto& entry) { return entry.first.ends_with("." + kernel); });
      if (found == state.end()) continue;
      const std::string prefix = found->first.substr(0, found->first.size() - kernel.size());
      // Names are sorted: what the first and the last begin with, all do.
      if (!state.begin()->first.starts_with(prefix) || !state.rbegin()->first.starts_with(prefix)) continue;
      std::map<std::string, Tensor> stripped;
      for (const auto& [name, tensor] : state) stripped[name.substr(prefix.size())] = tensor;
      state = std::move(stripped);
      return prefix;
    }
  }
  return "";
}

std::string describe_names(const std::map<std::string, Tensor>& state) {
  const RecognizedNames names = recognize_names(state);
  if (names.scheme == nullptr) return describe_unknown_names(state);
  const auto depth = [](const std::vector<Shape>& stage) { return stage.size(); };
  const auto width = [](const std::vector<Shape>& stage) { return stage.back()[0]; };
  const std::string size = size_of(names.kernels);
  std::string text = names.scheme->title + " names of a RepVGG in " + (names.folded ? "folded" : "training") +
                     " form, with " + listed(names.kernels, depth) + " blocks of " + listed(names.kernels, width) +
                     " channels: " + (size.empty() ? "no size here has these" : "its size is " + size);
  const std::string identity = block_name(*names.scheme, 1, 0) + "." + names.scheme->layers[kIdentity];
  if (!names.folded && !size.empty() && !state.contains(identity + ".weight")) {
    text += ", but stage 1 begins with stride 2, as for the large images of ImageNet, since it has no \"" + identity +
            ".weight\"; the networks here have stride 1 there";
  }
  return text;
}

}  // namespace onefold
