// .safetensors files that claim much and hold little: each must be refused for little memory and within a second.

#include <cstring>

#include "core/files/safetensors.h"
#include "tests/catch.h"
#include "tests/cost.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

/// A header behind its length, or behind the length it claims.
std::string file_of(const std::string& header, uint64_t claimed) {
  std::string bytes(sizeof claimed, '\0');
  std::memcpy(bytes.data(), &claimed, sizeof claimed);
  return bytes + header;
}
std::string file_of(const std::string& header) { return file_of(header, header.size()); }

/// Checks that a file is refused so, and for how much memory beside what the file itself takes.
void check_refused(const std::string& bytes, const std::string& what, double most_mebibytes = 1) {
  const TemporaryFolder folder;
  write_bytes(folder / "bad.safetensors", bytes);
  const Cost cost = cost_of([&] { load_safetensors(folder / "bad.safetensors"); });
  CAPTURE(bytes.size(), cost.message.substr(0, 500), cost.mebibytes, cost.seconds);
  CHECK_THAT(cost.message, ContainsSubstring((folder / "bad.safetensors").string()) && ContainsSubstring(what));
  CHECK(cost.message.size() < 1000);
  CHECK(cost.seconds < kMostSeconds);
  if (kMemoryCanBeMeasured) CHECK(cost.mebibytes < most_mebibytes + 2 * static_cast<double>(bytes.size()) / (1 << 20));
}

std::string tensor_entry(const std::string& name, const std::string& shape, const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

}  // namespace

TEST_CASE("hostile safetensors: 27 bytes that claim a header of any length", "[core]") {
  const std::string rest(19, ' ');
  REQUIRE(file_of(rest).size() == 27);
  check_refused(file_of(rest, 100'000'000), "claims a header of 100000000 bytes, but the file has only 19");
  check_refused(file_of(rest, 100'000'001), "claims a header of 100000001 bytes, at most 100000000");
  check_refused(file_of(rest, UINT64_MAX), "at most 100000000");
}

TEST_CASE("hostile safetensors: shapes that are huge or overflow take no memory", "[core]") {
  check_refused(file_of("{" + tensor_entry("x", "[1099511627776]", "[0,4398046511104]") + "}"), "exceed the file");
  check_refused(file_of("{" + tensor_entry("x", "[4294967296,4294967296]", "[0,0]") + "}"), "more than 2^40 elements");
  // 2^62 elements of 4 bytes would be 0 bytes, if they overflowed.
  check_refused(file_of("{" + tensor_entry("x", "[2147483648,2147483648]", "[0,0]") + "}"), "more than 2^40 elements");
  check_refused(file_of("{" + tensor_entry("x", "[1000000000]", "[0,0]") + "}"), "needs 4000000000 bytes");
}

TEST_CASE("hostile safetensors: headers of 1.6 kB of names, of depth, of numbers", "[core]") {
  std::string names = "{";
  for (int i = 0; names.size() < 1500; ++i) names += tensor_entry(std::to_string(i), "[0]", "[0,0]") + ",";
  check_refused(file_of(names + tensor_entry("x", "[1]", "[0,4]") + "}"), "exceed the file");
  check_refused(file_of("{\"x\":" + std::string(1600, '[')), "got an array, expected an object");
  std::string deep;
  while (deep.size() < 1600) deep += "{\"x\":";
  check_refused(file_of(deep), "nested too deep");
}

TEST_CASE("hostile safetensors: a header of a megabyte costs no more than twenty, however it is made", "[core]") {
  // The parser's own texts double as they grow: 8 and 10 MiB where the heap is in order, 12 where all tests before have
  // left it in pieces.
  check_refused(file_of("{\"x\":" + std::string(1 << 20, '[')), "got an array, expected an object");
  check_refused(file_of("{\"" + std::string(1 << 20, 'n') + "\":1}"), "needs dtype, shape and data_offsets", 18);
  check_refused(file_of("{\"x\":1" + std::string(1 << 20, '0') + "}"), "not valid JSON", 18);

  // Objects without anything: each was once compared with all before it.
  std::string objects = "{";
  for (int i = 0; i < 99'000; ++i) objects += "\"" + std::to_string(i) + "\":{},";
  check_refused(file_of(objects + "\"x\":{}}"), "needs dtype, shape and data_offsets", 40);

  // One name more than allowed, each with all that belongs to it: what is said of 100,000 tensors is kept, no more.
  std::string names = "{";
  for (int i = 0; i <= 100'000; ++i) names += tensor_entry(std::to_string(i), "[0]", "[0,0]") + ",";
  check_refused(file_of(names + "\"x\":0}"), "more than 100000 names", 40);
}
