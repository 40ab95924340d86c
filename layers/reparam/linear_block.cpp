#include "layers/reparam/linear_block.h"

#include "core/check.h"
#include "layers/fold.h"
#include "layers/reparam/composed_conv2d.h"
#include "layers/reparam/folded_block.h"

namespace onefold {

namespace {

/// The first word of a description: "RepVggBlock".
std::string type_of(const Module& module) {
  const std::string description = module.description();
  return description.substr(0, description.find_first_of(" ,"));
}

/// Whether conv_norm_sum() can take the piece in: a convolution without bias.
bool is_plain_conv(const Module& piece) {
  const auto* conv = dynamic_cast<const Conv2d*>(&piece);
  const auto* composed = dynamic_cast<const ComposedConv2d*>(&piece);
  return (conv != nullptr && !conv->bias().defined()) || (composed != nullptr && !composed->bias().defined());
}

/// "Such a convolution, then the norm" as conv_norm_sum() takes it.
ConvNormBranch conv_norm_branch(const Module& piece, const BatchNorm2d& norm) {
  const auto* conv = dynamic_cast<const Conv2d*>(&piece);
  if (conv != nullptr) return norm.conv_norm_branch(conv->weight(), conv->args());
  const auto& composed = dynamic_cast<const ComposedConv2d&>(piece);
  const AtWork composing(composed);
  return norm.conv_norm_branch(composed.kernel(), composed.args());
}

}  // namespace

void Branch::append(std::string name, std::unique_ptr<Module> piece) {
  check(piece != nullptr, "LinearBlock: piece ", name, " of branch ", name_, " is null; append a module");
  for (const auto& branch : block_.branches_) {
    for (const OwnPiece& other : branch->pieces_) {
      check(other.name != name, "LinearBlock: pieces of branches ", branch->name_, " and ", name_, " are both called ",
            name, "; in a block's state each needs a name of its own");
    }
  }
  pieces_.push_back({std::move(name), std::move(piece)});
}

Variable Branch::forward(const Variable& x, size_t pieces) const {
  Variable y = x;
  for (size_t i = 0; i < pieces; ++i) y = (*pieces_[i].module)(y);
  return y;
}

Branch& LinearBlock::add_branch(std::string name) {
  branches_.push_back(std::make_unique<Branch>(std::move(name), *this));
  return *branches_.back();
}

std::vector<BatchNorm2d*> LinearBlock::last_norms() const {
  std::vector<BatchNorm2d*> norms;
  for (const auto& branch : branches_) {
    auto* norm = branch->pieces_.empty() ? nullptr : dynamic_cast<BatchNorm2d*>(branch->pieces_.back().module.get());
    if (norm == nullptr || (!norms.empty() && norm->eps() != norms[0]->eps())) return {};
    norms.push_back(norm);
  }
  return norms;
}

Variable LinearBlock::forward(const Variable& x) {
  check(!branches_.empty(), type_of(*this), ": no branches; add_branch() makes one");
  const std::vector<BatchNorm2d*> norms = last_norms();
  if (norms.empty()) return forward_by_pieces(x);

  // One op normalises all branches, so they must agree on whose statistics they use.
  for (const BatchNorm2d* norm : norms) {
    check(norm->training() == norms[0]->training(), type_of(*this),
          ": one of its batch norms is in training mode and another is not; call train() or eval() on the block");
  }
  if (norms[0]->training()) return forward_in_training(x, norms);
  // [forward]
  const std::vector<Variable> maps = branch_maps(x, 1);
  std::vector<NormInput> inputs;
  for (size_t b = 0; b < maps.size(); ++b) inputs.push_back(norms[b]->norm_input(maps[b]));
  return norm_sum(inputs, activation_, StatisticsOf::running, norms[0]->eps());
  // [/forward]
}

Variable LinearBlock::forward_by_pieces(const Variable& x) {
  const Variable sum = sum_by_pieces(x);
  return activation_ == Activation::relu ? relu(sum) : sum;
}

Variable LinearBlock::sum_by_pieces(const Variable& x) {
  Variable sum;
  for (const Variable& map : branch_maps(x, 0)) sum = sum.defined() ? add(sum, map) : map;
  return sum;
}

std::vector<Variable> LinearBlock::branch_maps(const Variable& x, size_t left_out) const {
  std::vector<Variable> maps;
  for (const auto& branch : branches_) {
    maps.push_back(branch->forward(x, branch->pieces_.size() - left_out));
    check_shape(*branch, maps.back().shape(), maps.front().shape());
  }
  return maps;
}

void LinearBlock::check_shape(const Branch& branch, const Shape& map, const Shape& first) const {
  check(map == first, type_of(*this), ": branch ", branch.name(), " gives a map of ", map, ", branch ",
        branches_.front()->name(), " one of ", first, "; a sum needs equal shapes: give each branch as many output ",
        "channels, the same stride, an odd kernel and half of its extent as padding, which both sides get");
}

Variable LinearBlock::forward_in_training(const Variable& x, const std::vector<BatchNorm2d*>& norms) {
  bool one_op = true;
  for (const auto& branch : branches_) {
    const auto& pieces = branch->pieces_;
    one_op = one_op && (pieces.size() == 1 || (pieces.size() == 2 && is_plain_conv(*pieces[0].module)));
  }
  if (!one_op) {
    const std::vector<Variable> maps = branch_maps(x, 1);
    std::vector<NormInput> inputs;
    for (size_t b = 0; b < maps.size(); ++b) inputs.push_back(norms[b]->norm_input(maps[b]));
    return norm_sum(inputs, activation_, StatisticsOf::batch, norms[0]->eps());
  }
  // [forward-in-training]
  std::vector<ConvNormBranch> branches;
  for (size_t b = 0; b < branches_.size(); ++b) {
    const auto& pieces = branches_[b]->pieces_;
    branches.push_back(pieces.size() == 2 ? conv_norm_branch(*pieces[0].module, *norms[b])
                                          : norms[b]->conv_norm_branch(Variable(), {}));
  }
  const auto shape_of = [&](const ConvNormBranch& branch) {
    return branch.w.defined() ? conv2d_output_shape(x.shape(), branch.w.shape(), branch.args) : x.shape();
  };
  for (size_t b = 0; b < branches.size(); ++b) {
    check_shape(*branches_[b], shape_of(branches[b]), shape_of(branches[0]));
  }
  std::vector<ChannelStatistics> statistics;
  const Variable y = conv_norm_sum(x, branches, activation_, norms[0]->eps(), statistics);
  for (size_t b = 0; b < norms.size(); ++b) norms[b]->observe(statistics[b], y.shape().rows());
  // [/forward-in-training]
  return y;
}

void LinearBlock::visit(Visitor& visitor) {
  for (const auto& branch : branches_) {
    for (const auto& piece : branch->pieces_) visitor.child(piece.name, *piece.module);
  }
}

std::string LinearBlock::description() const {
  std::string text = "LinearBlock";
  for (const auto& branch : branches_) text += (branch == branches_.front() ? " " : " + ") + branch->name();
  return text + (activation_ == Activation::relu ? ", relu" : "");
}

int64_t LinearBlock::in_channels() const {
  for (const auto& branch : branches_) {
    for (const auto& piece : branch->pieces_) {
      const auto* linear = dynamic_cast<const LinearPiece*>(piece.module.get());
      if (linear != nullptr && linear->in_channels() != 0) return linear->in_channels();
    }
  }
  return 0;
}

LinearForm LinearBlock::sum_form(int64_t channels) const {
  if (branches_.empty()) throw FoldError(type_of(*this) + " has no branches; add_branch() makes one");
  LinearForm sum;
  sum.kind = LinearForm::Kind::sum;
  for (const auto& branch : branches_) {
    std::vector<NamedPiece> pieces;
    for (const auto& piece : branch->pieces_) pieces.push_back({piece.name, piece.module.get()});
    sum.parts.push_back(fold_branch(branch->name(), [&] { return chain_form(pieces, channels); }));
    sum.parts.back().name = branch->name();
  }
  return sum;
}

LinearForm LinearBlock::linear(int64_t channels) const {
  if (activation_ != Activation::none) {
    throw FoldError(type_of(*this) + " ends in a ReLU, which is not linear: nothing can fold across it; let it be a "
                    "block of its own, or leave its activation out");
  }
  check_evaluation_mode(*this);
  return sum_form(channels);
}

LinearForm LinearBlock::sum_of_branches() const {
  check_evaluation_mode(*this);
  return sum_form(known_channels(*this));
}

// [fold]
std::unique_ptr<Module> LinearBlock::fold() const {
  LinearForm form = sum_of_branches();
  reduce(form);
  // What cannot be rounded is a single branch: of several, the sum would have refused it.
  const Kernel kernel = fold_branch(branches_.front()->name(), [&] { return rounded(form.conv); });
  std::unique_ptr<Module> folded;
  if (activation_ == Activation::relu) {
    folded = std::make_unique<ConvRelu>(kernel, form.conv.args);
  } else {
    folded = std::make_unique<Conv2d>(kernel, form.conv.args);
  }
  folded->eval();
  return folded;
}
// [/fold]

Conv2dOptions same_convolution(int64_t in, int64_t out, int64_t rows, int64_t columns, int64_t stride, int64_t groups,
                               int64_t dilation) {
  Conv2dOptions options{.in = in, .out = out, .kernel_h = rows, .kernel_w = columns,
                        .args = conv2d_args(stride, 0, groups)};
  options.args.dilation_h = options.args.dilation_w = dilation;
  options.args.padding_h = rows / 2 * dilation;
  options.args.padding_w = columns / 2 * dilation;
  return options;
}

}  // namespace onefold
