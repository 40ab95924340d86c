#include "layers/calculus/linear_block.h"

#include "core/check.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"

namespace onefold {

void Branch::append(std::string name, std::unique_ptr<Module> piece) {
  check(piece != nullptr, "LinearBlock: piece ", name, " of branch ", name_, " is null; append a module");
  for (const auto& branch : block_.branches_) {
    for (const OwnPiece& other : branch->pieces_) {
      check(other.name != name, "LinearBlock: pieces of branches ", branch->name_, " and ", name_, " are both called ",
            name, "; each needs its own name in the block's state");
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
    const auto last = branch->pieces_.empty() ? std::nullopt : linear_view(*branch->pieces_.back().module);
    BatchNorm2d* const norm = last ? last->norm : nullptr;
    if (norm == nullptr || (!norms.empty() && norm->eps() != norms[0]->eps())) return {};
    norms.push_back(norm);
  }
  return norms;
}

Variable LinearBlock::forward(const Variable& x) {
  check(!branches_.empty(), type(), ": no branches; add one with add_branch()");
  const std::vector<BatchNorm2d*> norms = last_norms();
  if (norms.empty()) return forward_by_pieces(x);

  check_one_mode(*this, {norms.begin(), norms.end()});
  if (norms[0]->training()) return forward_in_training(x, norms);
  // [forward]
  std::vector<NormInput> inputs;
  const std::vector<Variable> outputs = branch_outputs(x, 1);
  for (size_t b = 0; b < outputs.size(); ++b) inputs.push_back(norms[b]->norm_input(outputs[b]));
  return norm_sum(inputs, activation_, StatisticsOf::running, norms[0]->eps());
  // [/forward]
}

Variable LinearBlock::forward_by_pieces(const Variable& x) {
  const Variable sum = sum_by_pieces(x);
  return activation_ == Activation::relu ? relu(sum) : sum;
}

Variable LinearBlock::sum_by_pieces(const Variable& x) {
  Variable sum;
  for (const Variable& y : branch_outputs(x, 0)) sum = sum.defined() ? add(sum, y) : y;
  return sum;
}

std::vector<Variable> LinearBlock::branch_outputs(const Variable& x, size_t left_out) const {
  std::vector<Variable> outputs;
  for (size_t b = 0; b < branches_.size(); ++b) {
    outputs.push_back(branches_[b]->forward(x, branches_[b]->pieces_.size() - left_out));
    check_shape(b, outputs.back().shape(), outputs.front().shape());
  }
  return outputs;
}

void LinearBlock::check_shape(size_t branch, const Shape& shape, const Shape& first) const {
  check(shape == first, type(), ": branch ", branches_[branch]->name(), " gives ", shape, ", but branch ",
        branches_.front()->name(), " gives ", first, "; a sum needs equal shapes: give each branch the same number of ",
        "output channels, the same stride, an odd kernel and half of its extent as padding on both sides");
}

// [forward-in-training]
Variable LinearBlock::forward_in_training(const Variable& x, const std::vector<BatchNorm2d*>& norms) {
  std::vector<TrainedBranch> one_op;
  for (size_t b = 0; b < branches_.size(); ++b) {
    const auto& pieces = branches_[b]->pieces_;
    if (pieces.size() == 1) {
      one_op.push_back({Variable(), {}, *norms[b]});
    } else if (pieces.size() == 2) {
      const auto piece = linear_view(*pieces[0].module);
      const auto conv = piece ? piece->plain_convolution() : std::nullopt;
      if (conv) one_op.push_back({conv->weight, conv->args, *norms[b]});
    }
  }
  if (one_op.size() == branches_.size()) {
    const auto shape_of = [&](const TrainedBranch& branch) {
      return branch.w.defined() ? ConvGeometry(x.shape(), branch.w.shape(), branch.args).y : x.shape();
    };
    for (size_t b = 0; b < one_op.size(); ++b) check_shape(b, shape_of(one_op[b]), shape_of(one_op[0]));
    return conv_norm_sum(x, one_op, activation_);
  }

  std::vector<NormInput> inputs;
  const std::vector<Variable> outputs = branch_outputs(x, 1);
  for (size_t b = 0; b < outputs.size(); ++b) inputs.push_back(norms[b]->norm_input(outputs[b]));
  return norm_sum(inputs, activation_, StatisticsOf::batch, norms[0]->eps());
}
// [/forward-in-training]

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
      const auto view = linear_view(*piece.module);
      if (view && view->in_channels != 0) return view->in_channels;
    }
  }
  return 0;
}

LinearForm LinearBlock::linear(int64_t channels) const {
  check_evaluation_mode(*this);
  if (branches_.empty()) throw FoldError(type() + " has no branches; add one with add_branch()");
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

// [fold]
std::unique_ptr<Module> LinearBlock::fold() const {
  LinearForm form = sum_of_branches();
  reduce(form);
  // Only a single branch can fail to round: a sum of several would have rejected it.
  const Kernel kernel = fold_branch(branches_.front()->name(), [&] { return rounded(form.conv); });
  return make_folded(kernel, form.conv.args, activation_);
}
// [/fold]

std::unique_ptr<Module> LinearBlock::fold_with_norm(const FixedBatchNorm& norm) const {
  if (activation_ != Activation::none) return nullptr;
  LinearForm form = sum_of_branches();
  reduce(form);
  form.conv.kernel = fold_batch_norm(form.conv.kernel, norm);
  return make_folded(rounded(form.conv), form.conv.args, Activation::none);
}

}  // namespace onefold
