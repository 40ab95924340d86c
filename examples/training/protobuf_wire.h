#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace onefold {

/// The bytes of a protocol buffers message, field by field: each begins with its number and how its value is written,
/// and a message within a message is a field of bytes. Page: "Encoding", protobuf.dev, 2024.
class ProtobufMessage {
 public:
  ProtobufMessage& whole(int field, int64_t value) { return tag(field, 0).varint(static_cast<uint64_t>(value)); }
  ProtobufMessage& number(int field, double value) { return tag(field, 1).fixed(std::bit_cast<uint64_t>(value), 8); }
  ProtobufMessage& number(int field, float value) { return tag(field, 5).fixed(std::bit_cast<uint32_t>(value), 4); }
  ProtobufMessage& text(int field, std::string_view value) {
    tag(field, 2).varint(value.size());
    bytes_ += value;
    return *this;
  }
  ProtobufMessage& message(int field, const ProtobufMessage& value) { return text(field, value.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  ProtobufMessage& tag(int field, int wire_type) { return varint(static_cast<uint64_t>(field) << 3 | wire_type); }

  /// Seven bits per byte, the lowest first; the eighth says that more follow.
  ProtobufMessage& varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
    return *this;
  }
  ProtobufMessage& fixed(uint64_t bits, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(bits >> 8 * i);
    return *this;
  }

  std::string bytes_;
};

}  // namespace onefold
