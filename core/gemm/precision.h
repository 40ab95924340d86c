#pragma once

namespace onefold {

/// What the operands of a product are rounded to. Sums are in Real either way.
enum class Precision { real, bf16 };

/// Whether products in bf16 are an instruction of this CPU that the library was compiled for. Without it they give the
/// same values up to the order of additions, but are slower than those in Real.
bool has_bf16_products();

/// The precision of the convolutions that this thread begins: real, unless a ProductsIn exists.
Precision product_precision();

/// While an object of this class exists, convolutions that its thread begins, and their gradients, multiply in this
/// precision. Depthwise ones stay in Real.
class ProductsIn {
 public:
  explicit ProductsIn(Precision precision);
  ~ProductsIn();
  ProductsIn(const ProductsIn&) = delete;
  ProductsIn& operator=(const ProductsIn&) = delete;

 private:
  Precision before_;
};

}  // namespace onefold
