#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/real.h"

namespace onefold {

/// A message in the wire format of Protocol Buffers, as far as ONNX and TensorBoard's files need it: fields one after
/// the other, in any order. A field is a key, 8 number + kind, then the value. Repeated fields are written one by one.
/// https://protobuf.dev/programming-guides/encoding
class ProtobufMessage {
 public:
  /// int32, int64 and enum: a varint, 7 bits per byte from the lowest, the high bit set in all bytes but the last.
  ProtobufMessage& integer(int field, int64_t value);

  /// float: 4 bytes. Throws Error if the value is outside the range of a float.
  ProtobufMessage& number(int field, double value);

  /// double: 8 bytes.
  ProtobufMessage& wide_number(int field, double value);

  /// string and bytes: the length, then the bytes.
  ProtobufMessage& text(int field, std::string_view bytes);

  /// bytes that hold floats, 4 bytes each, whatever Real is.
  ProtobufMessage& numbers(int field, std::span<const Real> values);

  /// Another message, written as its bytes.
  ProtobufMessage& message(int field, const ProtobufMessage& message) { return text(field, message.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  ProtobufMessage& key(int field, int kind);
  ProtobufMessage& varint(uint64_t value);

  std::string bytes_;
};

}  // namespace onefold
