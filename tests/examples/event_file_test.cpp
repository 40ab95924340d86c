#include "examples/training/event_file.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

/// CRC-32C bit by bit, as a division of polynomials.
uint32_t crc32c(const std::string& bytes) {
  uint32_t remainder = 0xFFFFFFFF;
  for (const char byte : bytes) {
    remainder ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) remainder = remainder & 1 ? remainder >> 1 ^ 0x82F63B78 : remainder >> 1;
  }
  return ~remainder;
}

uint64_t whole_at(const std::string& bytes, size_t at, size_t count) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, count);
  return value;
}

/// A record's data, if all of it is there.
std::optional<std::string> next_record(const std::string& file, size_t& at) {
  if (at == file.size()) return std::nullopt;
  REQUIRE(file.size() - at >= 16);
  const std::string length = file.substr(at, 8);
  const uint64_t size = whole_at(length, 0, 8);
  REQUIRE(file.size() - at >= 16 + size);
  const std::string data = file.substr(at + 12, size);
  const auto masked = [](uint32_t crc) { return static_cast<uint32_t>((crc >> 15 | crc << 17) + 0xA282EAD8); };
  CHECK(whole_at(file, at + 8, 4) == masked(crc32c(length)));
  CHECK(whole_at(file, at + 12 + size, 4) == masked(crc32c(data)));
  at += 16 + size;
  return data;
}

/// A message's fields: number, and the value's bytes, or its 8 bytes if it is whole.
std::multimap<uint64_t, std::string> fields_of(const std::string& message) {
  std::multimap<uint64_t, std::string> fields;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(message.at(at++));
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const uint64_t tag = varint(), type = tag & 7;
    REQUIRE((type == 0 || type == 1 || type == 2 || type == 5));
    if (type == 0) {
      const uint64_t value = varint();
      fields.emplace(tag >> 3, std::string(reinterpret_cast<const char*>(&value), 8));
      continue;
    }
    const size_t size = type == 1 ? 8 : type == 5 ? 4 : varint();
    fields.emplace(tag >> 3, message.substr(at, size));
    at += size;
  }
  CHECK(at == message.size());
  return fields;
}

struct Point {
  uint64_t step;
  std::string curve;
  float value;
};

struct Read {
  std::string version;
  uint64_t first_step = 0;
  std::vector<Point> points;
};

Read read_events(const std::filesystem::path& path) {
  Read read;
  const std::string file = read_bytes(path);
  size_t at = 0;
  while (const auto record = next_record(file, at)) {
    const auto event = fields_of(*record);
    CHECK(event.count(1) == 1);  // wall_time
    if (event.contains(3)) read.version = event.find(3)->second;
    if (event.contains(7)) {
      CHECK(whole_at(fields_of(event.find(7)->second).find(1)->second, 0, 8) == 1);
      read.first_step = whole_at(event.find(2)->second, 0, 8);
    }
    if (!event.contains(5)) continue;
    const auto summary = fields_of(event.find(5)->second);
    for (const auto& [number, bytes] : summary) {
      CHECK(number == 1);
      const auto value = fields_of(bytes);
      float number_of_it = 0;
      std::memcpy(&number_of_it, value.find(2)->second.data(), 4);
      read.points.push_back({whole_at(event.find(2)->second, 0, 8), value.find(1)->second, number_of_it});
    }
  }
  return read;
}

std::vector<std::filesystem::path> files_in(const TemporaryFolder& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("event file: the checksum is CRC-32C", "[examples]") { CHECK(crc32c("123456789") == 0xE3069283); }

TEST_CASE("event file: every record is framed, checked and read back", "[examples]") {
  const TemporaryFolder folder;
  EventFile events(folder.path(), 1);
  CHECK(read_events(files_in(folder).front()).points.empty());
  events.add(1, {{"step/loss", 2.5}, {"step/learning_rate", 0.02}});
  events.add(300, {{"epoch/accuracy", std::nan("")}});
  CHECK(read_events(files_in(folder).front()).points.empty());  // nothing is half written
  events.flush();
  events.add(301, {{"a curve of 200 letters: " + std::string(177, 'x'), 1}});
  events.flush();
  events.flush();

  REQUIRE(files_in(folder).size() == 1);
  const Read read = read_events(files_in(folder).front());
  CHECK(read.version == "brain.Event:2");
  CHECK(read.first_step == 1);
  REQUIRE(read.points.size() == 4);
  CHECK((read.points[0].step == 1 && read.points[0].curve == "step/loss" && read.points[0].value == 2.5f));
  CHECK((read.points[1].step == 1 && read.points[1].value == 0.02f));
  CHECK((read.points[2].step == 300 && std::isnan(read.points[2].value)));
  CHECK((read.points[3].step == 301 && read.points[3].curve.size() == 201));
}

TEST_CASE("event file: a resumed run's comes after the others by name", "[examples]") {
  const TemporaryFolder folder;
  for (int64_t first_step : {1, 8, 30}) EventFile(folder.path(), first_step);
  const auto files = files_in(folder);
  REQUIRE(files.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(read_events(files[i]).first_step == std::vector<uint64_t>{1, 8, 30}[i]);
}

TEST_CASE("event file: what cannot be written is an error that names it", "[examples]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(EventFile(folder / "missing", 1), ContainsSubstring("missing"));

  // A disk that gets full within a record: the file stays as it was.
  EventFile events(folder.path(), 1);
  const std::filesystem::path file = files_in(folder).front();
  const std::string before = read_bytes(file);
  events.add(1, {{"step/loss", 1}});
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit full{.rlim_cur = before.size() + 20, .rlim_max = limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full);
  CHECK_THROWS_WITH(events.flush(), ContainsSubstring(file.string()) && ContainsSubstring("--resume"));
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  CHECK(read_bytes(file) == before);
  events.flush();
  CHECK(read_events(file).points.size() == 1);

  std::filesystem::remove(file);
  CHECK_THROWS_WITH(events.flush(), ContainsSubstring(file.string()) && ContainsSubstring("leave the run's folder"));
}
