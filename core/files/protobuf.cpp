#include "core/files/protobuf.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/check.h"

namespace onefold {

namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as the format stores them: little-endian");

/// How a value is stored, which a reader needs to skip a field that it does not know.
enum Kind : int { kVarint = 0, kLengthThenBytes = 2, kFourBytes = 5 };

void append_float(std::string& bytes, double value) {
  const auto rounded = static_cast<float>(value);
  check(std::isfinite(rounded) || !std::isfinite(value), "protobuf: ", value,
        " is outside the range of a float, the type that the file has; use smaller weights");
  char four[sizeof(rounded)];
  std::memcpy(four, &rounded, sizeof(four));
  bytes.append(four, sizeof(four));
}

}  // namespace

void ProtobufMessage::key(int field, int kind) {
  varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(kind));
}

void ProtobufMessage::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

void ProtobufMessage::integer(int field, int64_t value) {
  key(field, kVarint);
  varint(static_cast<uint64_t>(value));
}

void ProtobufMessage::number(int field, double value) {
  key(field, kFourBytes);
  append_float(bytes_, value);
}

void ProtobufMessage::text(int field, std::string_view bytes) {
  key(field, kLengthThenBytes);
  varint(bytes.size());
  bytes_ += bytes;
}

void ProtobufMessage::numbers(int field, std::span<const Real> values) {
  std::string bytes;
  bytes.reserve(4 * values.size());
  for (const Real value : values) append_float(bytes, double{value});
  text(field, bytes);
}

}  // namespace onefold
