#include "core/files/safetensors.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/files/safetensors_header.h"

namespace onefold {

namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as the file stores them: little-endian");

constexpr int64_t kLengthBytes = sizeof(uint64_t);
constexpr const char* kRealDtype = sizeof(Real) == 4 ? "F32" : "F64";

std::string_view bytes_of(const Tensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.data()), static_cast<size_t>(tensor.size()) * sizeof(Real)};
}

/// The JSON header, padded with spaces so that the values after it start at a multiple of 8 bytes.
std::string header_text(const SafetensorsFile& file, const std::string& path) {
  nlohmann::json header = nlohmann::json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  int64_t begin = 0;
  for (const auto& [name, tensor] : file.tensors) {
    check(tensor.defined(), "save_safetensors: ", path, ": tensor \"", name, "\" is undefined; leave it out");
    check(name != "__metadata__", "save_safetensors: ", path, ": no tensor may be named \"__metadata__\"; rename it");
    std::vector<int64_t> extents;
    for (int axis = 0; axis < tensor.shape().rank(); ++axis) extents.push_back(tensor.shape()[axis]);
    const int64_t end = begin + static_cast<int64_t>(bytes_of(tensor).size());
    header[name] = {{"dtype", kRealDtype}, {"shape", extents}, {"data_offsets", {begin, end}}};
    begin = end;
  }

  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    fail("save_safetensors: ", path, ": a name or a text is not UTF-8 (", error.what(), "); rename it");
  }
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  check(static_cast<int64_t>(text.size()) <= kMaxHeaderBytes, "save_safetensors: ", path, ": the header would have ",
        text.size(), " bytes, at most ", kMaxHeaderBytes, " are allowed; shorten the metadata");
  return text;
}

/// A value from its bits, in IEEE 754: sign, exponent, mantissa. Every format of a file fits in a double, integers with
/// rounding.
double decode(uint64_t bits, const FileDtype& dtype) {
  const uint64_t hidden_bit = uint64_t{1} << dtype.mantissa_bits;
  if (dtype.exponent_bits == 0) {
    const bool negative = (bits & hidden_bit) != 0;
    return static_cast<double>(static_cast<int64_t>(negative ? bits | ~(hidden_bit - 1) : bits));
  }
  const int highest_exponent = (1 << dtype.exponent_bits) - 1;
  const int bias = highest_exponent / 2;

  const uint64_t mantissa = bits & (hidden_bit - 1);
  const int exponent = static_cast<int>(bits >> dtype.mantissa_bits) & highest_exponent;
  const bool negative = (bits >> (dtype.mantissa_bits + dtype.exponent_bits) & 1) != 0;

  double magnitude;
  if (exponent == highest_exponent) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<double>(mantissa), 1 - bias - dtype.mantissa_bits);
  } else {
    magnitude = std::ldexp(static_cast<double>(mantissa | hidden_bit), exponent - bias - dtype.mantissa_bits);
  }
  return negative ? -magnitude : magnitude;
}

/// A file read from front to back, with errors that name it.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_("load_safetensors: " + path.string()) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    check(std::filesystem::exists(status), name_, ": ", error.message(), "; check the path");
    // Reading a pipe would wait forever; a folder opens but cannot be read.
    check(std::filesystem::is_regular_file(status), name_, ": is a folder or a device; give a .safetensors file");
    stream_.open(path, std::ios::binary);
    check(stream_.is_open(), name_, ": cannot be opened: ", std::generic_category().message(errno),
          "; check its permissions");
    stream_.seekg(0, std::ios::end);
    size_ = static_cast<int64_t>(stream_.tellg());
    stream_.seekg(0);
    check(stream_.good() && size_ >= 0, name_, ": cannot be read; check the disk");
  }

  void read(void* to, int64_t bytes) {
    stream_.read(static_cast<char*>(to), bytes);
    check(stream_.gcount() == bytes, name_, ": reading failed after ", stream_.gcount(), " of ", bytes,
          " bytes; the file changed meanwhile or the disk is damaged");
  }

  int64_t size() const { return size_; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::ifstream stream_;
  int64_t size_ = 0;
};

std::string read_header_text(Reader& reader) {
  constexpr const char* kHint = "; it is truncated or not a .safetensors file";
  check(reader.size() >= kLengthBytes, reader.name(), ": has ", reader.size(),
        " bytes, the header's length alone needs ", kLengthBytes, kHint);
  uint64_t length = 0;
  reader.read(&length, kLengthBytes);
  check(length <= static_cast<uint64_t>(kMaxHeaderBytes), reader.name(), ": claims a header of ", length,
        " bytes, at most ", kMaxHeaderBytes, " are allowed", kHint);
  check(static_cast<int64_t>(length) <= reader.size() - kLengthBytes, reader.name(), ": claims a header of ", length,
        " bytes, but the file has only ", reader.size() - kLengthBytes, " after its length", kHint);
  std::string text(length, '\0');
  reader.read(text.data(), static_cast<int64_t>(length));
  return text;
}

/// Reads values of another format in chunks and converts them.
void read_converted(Reader& reader, const FileTensor& entry, Tensor& tensor) {
  const FileDtype& dtype = *entry.dtype;
  constexpr int64_t kPiece = 8192;
  std::vector<char> piece(static_cast<size_t>(kPiece * dtype.bytes));
  for (int64_t begin = 0; begin < tensor.size(); begin += kPiece) {
    const int64_t count = std::min(kPiece, tensor.size() - begin);
    reader.read(piece.data(), count * dtype.bytes);
    for (int64_t i = 0; i < count; ++i) {
      uint64_t bits = 0;
      std::memcpy(&bits, &piece[static_cast<size_t>(i * dtype.bytes)], static_cast<size_t>(dtype.bytes));
      const double value = decode(bits, dtype);
      const Real real = static_cast<Real>(value);
      if (std::isinf(real) && !std::isinf(value)) {
        fail(reader.name(), ": tensor ", quoted(entry.name), ": value ", begin + i, " is ", value, ", but the largest ",
             kRealDtype, " is ", std::numeric_limits<Real>::max(), "; save the tensor with smaller values");
      }
      tensor[begin + i] = real;
    }
  }
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  const std::string header = header_text(file, path.string());
  const uint64_t length = header.size();
  std::vector<std::string_view> parts{{reinterpret_cast<const char*>(&length), sizeof(length)}, header};
  for (const auto& [name, tensor] : file.tensors) parts.push_back(bytes_of(tensor));
  write_file_atomically(path, parts);
}

SafetensorsFile load_safetensors(const std::filesystem::path& path) {
  Reader reader(path);
  const std::string text = read_header_text(reader);
  const int64_t data_bytes = reader.size() - kLengthBytes - static_cast<int64_t>(text.size());
  SafetensorsHeader header = parse_safetensors_header(text, data_bytes, reader.name());

  SafetensorsFile file;
  file.metadata = std::move(header.metadata);
  for (const FileTensor& entry : header.tensors) {
    Tensor tensor(entry.shape);
    if (entry.dtype->name == std::string_view(kRealDtype)) {
      reader.read(tensor.data(), entry.end - entry.begin);
    } else {
      read_converted(reader, entry, tensor);
    }
    file.tensors.emplace(entry.name, std::move(tensor));
  }
  return file;
}

}  // namespace onefold
