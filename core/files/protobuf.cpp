#include "core/files/protobuf.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/check.h"

namespace onefold {

namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as the format stores them: little-endian");

/// How a value is stored, which a reader needs to skip a field that it does not know.
enum Kind : int { kVarint = 0, kEightBytes = 1, kLengthThenBytes = 2, kFourBytes = 5 };

void append_float(std::string& bytes, double value) {
  const auto rounded = static_cast<float>(value);
  check(std::isfinite(rounded) || !std::isfinite(value), "protobuf: ", value,
        " is outside the range of a float, the type that the file has; use smaller weights");
  char four[sizeof(rounded)];
  std::memcpy(four, &rounded, sizeof(four));
  bytes.append(four, sizeof(four));
}

}  // namespace

ProtobufMessage& ProtobufMessage::key(int field, int kind) {
  return varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(kind));
}

ProtobufMessage& ProtobufMessage::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
  return *this;
}

ProtobufMessage& ProtobufMessage::integer(int field, int64_t value) {
  return key(field, kVarint).varint(static_cast<uint64_t>(value));
}

ProtobufMessage& ProtobufMessage::number(int field, double value) {
  append_float(key(field, kFourBytes).bytes_, value);
  return *this;
}

ProtobufMessage& ProtobufMessage::wide_number(int field, double value) {
  char eight[sizeof(value)];
  std::memcpy(eight, &value, sizeof(eight));
  key(field, kEightBytes).bytes_.append(eight, sizeof(eight));
  return *this;
}

ProtobufMessage& ProtobufMessage::text(int field, std::string_view bytes) {
  key(field, kLengthThenBytes).varint(bytes.size()).bytes_ += bytes;
  return *this;
}

ProtobufMessage& ProtobufMessage::numbers(int field, std::span<const Real> values) {
  std::string bytes;
  bytes.reserve(4 * values.size());
  for (const Real value : values) append_float(bytes, double{value});
  return text(field, bytes);
}

}  // namespace onefold
