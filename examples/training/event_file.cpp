#include "examples/training/event_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/files/protobuf.h"

namespace onefold {

namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// CRC-32C: the remainder of a division by Castagnoli's polynomial, bits in reverse order.
constexpr std::array<uint32_t, 256> kCrcOfByte = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
    table[byte] = crc;
  }
  return table;
}();

/// Masked, because a checksum of data that holds checksums is a weak one.
uint32_t masked_crc(const std::string& bytes) {
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = crc >> 8 ^ kCrcOfByte[(crc ^ static_cast<uint8_t>(byte)) & 0xFF];
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

std::string record(const std::string& data) {
  const std::string length = little_endian(data.size(), 8);
  return length + little_endian(masked_crc(length), 4) + data + little_endian(masked_crc(data), 4);
}

/// The next name of the folder: the time, but later than those that are there.
std::filesystem::path next_path(const std::filesystem::path& folder) {
  const std::string prefix = kEventFilePrefix;
  auto seconds = static_cast<int64_t>(seconds_now());
  std::error_code none;  // a folder that is not there: writing the file will say so
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix)) seconds = std::max<int64_t>(seconds, std::atoll(name.c_str() + prefix.size()) + 1);
  }
  return folder / (prefix + std::to_string(seconds) + ".onefold");
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, int64_t first_step) : path_(next_path(folder)) {
  const auto version = ProtobufMessage().wide_number(1, seconds_now()).text(3, "brain.Event:2");
  const auto start = ProtobufMessage()
                         .wide_number(1, seconds_now())
                         .integer(2, first_step)
                         .message(7, ProtobufMessage().integer(1, 1));
  write_file_atomically(path_, record(version.bytes()) + record(start.bytes()));
}

void EventFile::add(int64_t step, const Scalars& scalars) {
  ProtobufMessage summary;
  for (const auto& [tag, value] : scalars) {
    summary.message(1, ProtobufMessage().text(1, tag).number(2, value));
  }
  pending_ += record(ProtobufMessage().wide_number(1, seconds_now()).integer(2, step).message(5, summary).bytes());
}

void EventFile::flush() {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path_, error);
  check(!error, path_.string(), ": TensorBoard's file is not there any more (", error.message(),
        "); leave the run's folder alone while it is trained");
  errno = 0;
  std::ofstream file(path_, std::ios::binary | std::ios::app);
  file << pending_;
  file.close();
  if (!file) {
    const int reason = errno;
    std::filesystem::resize_file(path_, size, error);
    fail("cannot write ", path_.string(), ": ", std::generic_category().message(reason),
         "; free some space, then continue the run with --resume");
  }
  pending_.clear();
}

}  // namespace onefold
