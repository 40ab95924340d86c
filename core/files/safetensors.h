#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/tensor.h"

namespace onefold {

/// Named tensors and free text beside them, as a .safetensors file holds them. The format is 8 bytes of header length,
/// a JSON header (name -> dtype, shape, byte range), then the numbers: https://huggingface.co/docs/safetensors
/// PyTorch and others read it as it is.
struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes the tensors with their shapes as they stand, sorted by name, as F32 (F64 where Real is double), and
/// atomically: see core/files/atomic_file.h. Throws Error for an undefined tensor and for the reserved name "__metadata__".
void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// Reads a whole file; F64, F32, F16, BF16 and I64 become Real, rounded where they have more digits.
///
/// Trusts nothing: throws Error, naming the file, the tensor, what was got and what was needed, for a file that is
/// missing, truncated or not regular, a header of more than 100,000,000 bytes, invalid JSON, a name that comes twice,
/// an unknown dtype, more than four dimensions, a negative or overflowing shape, and byte ranges that overlap, leave
/// holes, leave the file or do not fit their shape, and for more than 100,000 names: until all that is checked,
/// memory is asked for the header that the file really holds and for its names.
SafetensorsFile load_safetensors(const std::filesystem::path& path);

}  // namespace onefold
