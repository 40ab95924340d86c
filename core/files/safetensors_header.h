#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/shape.h"

namespace onefold {

/// An element type of a file: its size, and the exponent and mantissa bits of its IEEE 754 format. Without exponent
/// bits it is an integer of that many mantissa bits; a bit more is its sign, in two's complement.
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
  std::vector<FileTensor> tensors;  // in the order of their bytes, without gaps
  std::map<std::string, std::string> metadata;
};

/// The maximum length and number of names of a header. A larger one is not a model but an attack on memory.
inline constexpr int64_t kMaxHeaderBytes = 100'000'000;
inline constexpr int64_t kMaxHeaderNames = 100'000;

/// A name from a file, in quotation marks and made safe for a message: no control characters, at most 120 bytes.
std::string quoted(const std::string& name);

/// Parses and checks the JSON text of a header for `data_bytes` bytes of data. Throws Error that begins with `file` if
/// load_safetensors() is to reject it.
SafetensorsHeader parse_safetensors_header(const std::string& text, int64_t data_bytes, const std::string& file);

}  // namespace onefold
