#pragma once

#include <memory>
#include <string>

#include "layers/reparam/linear_piece.h"

namespace onefold {

/// max(0, x), element by element.
class Relu : public Module {
 public:
  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override { return "Relu"; }
  std::unique_ptr<Module> fold() const override;
};

/// x itself: what is left of a layer that does nothing in evaluation.
class Identity : public LinearPiece {
 public:
  Variable forward(const Variable& x) override { return x; }
  void visit(Visitor&) override {}
  std::string description() const override { return "Identity"; }
  std::unique_ptr<Module> fold() const override;
  LinearForm linear(int64_t channels) const override { return identity_form(channels); }
};

}  // namespace onefold
