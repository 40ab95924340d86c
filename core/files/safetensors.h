#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/tensor.h"

namespace onefold {

/// Named tensors and text metadata, the contents of a .safetensors file. The format is 8 bytes of header length, a JSON
/// header (name -> dtype, shape, byte range), then the values: https://huggingface.co/docs/safetensors
/// PyTorch and others read it directly.
struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes the tensors with their shapes, sorted by name, as F32 (F64 if Real is double), and atomically: see
/// core/files/atomic_file.h. Throws Error if a tensor is undefined or has the reserved name "__metadata__".
void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// Reads a whole file. F64, F32, F16, BF16, I64, I32 and U8 are converted to Real, rounded if they have more digits.
/// Infinities and NaN stay what they are; a finite value that would become infinite is an error.
///
/// Trusts nothing in the file. Throws Error, naming the file, the tensor, what was got and what was expected, if the
/// file is missing, truncated or not a regular file; if the header has more than 100,000,000 bytes or 100,000 names, is
/// not valid JSON, has a duplicate name, an unknown dtype, more than four dimensions, or a negative or overflowing
/// shape; and if byte ranges overlap, leave gaps, exceed the file or do not match their shape. Until all of that is
/// checked, memory is allocated only for the header that the file really holds and for its names.
SafetensorsFile load_safetensors(const std::filesystem::path& path);

}  // namespace onefold
