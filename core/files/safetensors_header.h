#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/shape.h"

namespace onefold {

/// A number type of a file: its size, and how IEEE 754 divides its bits after the sign. Without an exponent it is a
/// whole number in two's complement.
struct FileDtype {
  const char* name;
  int bytes;
  int exponent_bits;
  int mantissa_bits;
};

/// One tensor as the header of a .safetensors file describes it: its bytes are [begin, end) of the data.
struct FileTensor {
  std::string name;
  const FileDtype* dtype;
  Shape shape;
  int64_t begin;
  int64_t end;
};

struct SafetensorsHeader {
  std::vector<FileTensor> tensors;  // in the order of their bytes, without holes
  std::map<std::string, std::string> metadata;
};

/// What a header may be long, and hold names: beyond it is no model but an attack on the reader's memory.
inline constexpr int64_t kMaxHeaderBytes = 100'000'000;
inline constexpr int64_t kMaxHeaderNames = 100'000;

/// Parses and checks the JSON text of a header before data of `data_bytes` bytes. Throws Error that begins with
/// `file` for everything that load_safetensors() refuses.
SafetensorsHeader parse_safetensors_header(const std::string& text, int64_t data_bytes, const std::string& file);

}  // namespace onefold
