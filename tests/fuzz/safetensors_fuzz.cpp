// The bytes are a .safetensors file.

#include <cstring>

#include "core/files/safetensors.h"
#include "core/files/safetensors_header.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

using namespace onefold;

namespace {

/// The tensors' bytes cover the data without gaps, and each tensor has as many as its shape needs.
void check_header(const SafetensorsHeader& header, int64_t data_bytes) {
  int64_t covered = 0;
  for (const FileTensor& tensor : header.tensors) {
    fuzz::require(tensor.begin == covered, "a gap or an overlap was accepted");
    fuzz::require(tensor.end - tensor.begin == tensor.shape.size() * tensor.dtype->bytes,
                  "the number of bytes does not fit the shape");
    covered = tensor.end;
  }
  fuzz::require(covered == data_bytes, "bytes are left over");
}

/// The names are those of the header, and every value can be read.
void check_file(const SafetensorsFile& file, const SafetensorsHeader& header) {
  fuzz::require(file.tensors.size() == header.tensors.size(), "a name was lost or duplicated");
  for (const FileTensor& tensor : header.tensors) {
    const Tensor& loaded = file.tensors.at(tensor.name);
    fuzz::require(loaded.shape() == tensor.shape, "a shape was changed");
    volatile Real sum = 0;
    for (int64_t i = 0; i < loaded.size(); ++i) sum = sum + loaded[i];
    if (fuzz::bug_is_planted() && tensor.name.find_first_of("hbd") != 0) fuzz::read_out_of_bounds();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::MemoryFile memory;
  memory.write({reinterpret_cast<const char*>(data), size});
  SafetensorsFile file;
  if (!fuzz::succeeds([&] { file = load_safetensors(memory.path()); })) return 0;

  uint64_t length = 0;
  std::memcpy(&length, data, sizeof length);
  const std::string text(reinterpret_cast<const char*>(data) + sizeof length, length);
  const auto data_bytes = static_cast<int64_t>(size - sizeof length - length);
  const SafetensorsHeader header = parse_safetensors_header(text, data_bytes, "the file that was just loaded");
  check_header(header, data_bytes);
  check_file(file, header);
  return 0;
}
