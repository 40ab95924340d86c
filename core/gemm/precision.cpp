#include "core/gemm/precision.h"

namespace onefold {

namespace {

thread_local Precision precision_of_thread = Precision::real;

}  // namespace

Precision product_precision() { return precision_of_thread; }

ProductsIn::ProductsIn(Precision precision) : before_(precision_of_thread) { precision_of_thread = precision; }
ProductsIn::~ProductsIn() { precision_of_thread = before_; }

}  // namespace onefold
