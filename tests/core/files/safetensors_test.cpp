#include "core/files/safetensors.h"

#include <sys/stat.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

using Limits = std::numeric_limits<Real>;

const std::string kDtype = sizeof(Real) == 4 ? "F32" : "F64";

/// A file by hand: the header's length, the header, the data.
std::string file_of(const std::string& header, const std::string& data, int64_t claimed_length = -1) {
  const uint64_t length = claimed_length < 0 ? header.size() : static_cast<uint64_t>(claimed_length);
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string message_of_loading(const std::filesystem::path& path) {
  try {
    load_safetensors(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("safetensors: what was saved comes back, bit by bit", "[core]") {
  const TemporaryFolder folder;
  SafetensorsFile file;
  file.tensors["stages.0.0.conv3.weight"] = random_normal({3, 5, 2, 7}, Random(1, 0));
  file.tensors["head.bias"] = random_normal({10}, Random(1, 1));
  file.tensors["one number"] = Tensor::full({}, 3);
  file.tensors["nothing"] = Tensor::zeros({4, 0, 2});
  file.tensors["\"quoted\" \xc3\xa9\n"] = Tensor::from({6}, {-Real{0}, Limits::quiet_NaN(), Limits::infinity(),
                                                             -Limits::infinity(), Limits::denorm_min(), Limits::max()});
  file.metadata = {{"net", "mini"}, {"note", "with \"quotes\", \xc3\xa9 and\na new line"}};
  save_safetensors(folder / "state", file);

  const SafetensorsFile loaded = load_safetensors(folder / "state");
  CHECK(loaded.metadata == file.metadata);
  REQUIRE(loaded.tensors.size() == file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    CAPTURE(name);
    CHECK(same_bits(loaded.tensors.at(name), tensor));
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("safetensors: an empty file of tensors is a file", "[core]") {
  const TemporaryFolder folder;
  save_safetensors(folder / "empty", {});
  const SafetensorsFile loaded = load_safetensors(folder / "empty");
  CHECK(loaded.tensors.empty());
  CHECK(loaded.metadata.empty());
}

TEST_CASE("safetensors: the bytes of a small file", "[core]") {
  const TemporaryFolder folder;
  SafetensorsFile file;
  file.tensors["b"] = Tensor::from({1, 2}, {1, 2});
  file.tensors["a"] = Tensor::from({1}, {3});
  save_safetensors(folder / "small", file);

  // Sorted by name, and filled up with spaces so that the numbers start at a multiple of 8.
  const std::string one = std::to_string(sizeof(Real)), three = std::to_string(3 * sizeof(Real));
  std::string header = "{\"a\":{\"data_offsets\":[0," + one + "],\"dtype\":\"" + kDtype + "\",\"shape\":[1]}," +
                       "\"b\":{\"data_offsets\":[" + one + "," + three + "],\"dtype\":\"" + kDtype +
                       "\",\"shape\":[1,2]}}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::vector<Real> numbers{3, 1, 2};
  CHECK(read_bytes(folder / "small") ==
        file_of(header, {reinterpret_cast<const char*>(numbers.data()), 3 * sizeof(Real)}));
}

TEST_CASE("safetensors: F64, F32, F16 and BF16 become Real", "[core]") {
  const TemporaryFolder folder;
  struct Case {
    const char* dtype;
    int bytes;
    std::vector<uint64_t> bits;
    std::vector<double> values;
  };
  // One, minus two, the smallest subnormal, the largest subnormal, the smallest normal, the largest number.
  const std::vector<Case> cases{
      {"F16", 2, {0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff}, {1, -2, 0x1p-24, 0x3ffp-24, 0x1p-14, 65504}},
      {"BF16", 2, {0x3f80, 0xc000, 0x0001, 0x007f, 0x0080, 0x7f7f}, {1, -2, 0x1p-133, 0x7fp-133, 0x1p-126, 0x1.fep127}},
      {"F32",
       4,
       {0x3f800000, 0xc0000000, 1, 0x7fffff, 0x800000, 0x7f7fffff},
       {1, -2, 0x1p-149, 0x7fffffp-149, 0x1p-126, 0x1.fffffep127}},
      // Some that float has too, and some that it rounds.
      {"F64",
       8,
       {0x3ff0000000000000, 0xc000000000000000, 0x3fd5555555555555, 0x36a0000000000000, 0x1, 0x47efffffe0000000},
       {1, -2, 1.0 / 3, 0x1p-149, 0x1p-1074, 0x1.fffffep127}}};
  for (const Case& c : cases) {
    CAPTURE(c.dtype);
    std::string data;
    for (const uint64_t bits : c.bits) data.append(reinterpret_cast<const char*>(&bits), static_cast<size_t>(c.bytes));
    const std::string end = std::to_string(data.size());
    write_bytes(folder / "file", file_of("{\"x\":{\"dtype\":\"" + std::string(c.dtype) +
                                             "\",\"shape\":[2,3],\"data_offsets\":[0," + end + "]}}",
                                         data));
    const Tensor x = load_safetensors(folder / "file").tensors.at("x");
    REQUIRE(x.shape() == Shape({2, 3}));
    for (int64_t i = 0; i < 6; ++i) CHECK(x[i] == static_cast<Real>(c.values[static_cast<size_t>(i)]));
  }

  // Zeros keep their sign; infinities and NaN stay what they are. Enough numbers for several pieces.
  const std::pair<std::string, std::vector<uint16_t>> halves[] = {{"F16", {0x8000, 0x7c00, 0xfc00, 0x7e00}},
                                                                  {"BF16", {0x8000, 0x7f80, 0xff80, 0x7fc0}}};
  for (const auto& [dtype, four] : halves) {
    CAPTURE(dtype);
    std::string data;
    for (int i = 0; i < 10000; ++i) data.append(reinterpret_cast<const char*>(four.data()), 8);
    write_bytes(folder / "file",
                file_of("{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[40000],\"data_offsets\":[0,80000]}}", data));
    const Tensor x = load_safetensors(folder / "file").tensors.at("x");
    for (const int64_t i : {int64_t{0}, x.size() - 4}) {
      CHECK((x[i] == 0 && std::signbit(x[i])));
      CHECK(x[i + 1] == Limits::infinity());
      CHECK(x[i + 2] == -Limits::infinity());
      CHECK(std::isnan(x[i + 3]));
    }
  }
}

TEST_CASE("safetensors: whole numbers become Real", "[core]") {
  const TemporaryFolder folder;
  const auto check_read = [&]<class Number>(const std::string& dtype, const std::vector<Number>& numbers) {
    CAPTURE(dtype);
    const std::string bytes = std::to_string(numbers.size() * sizeof(Number)), count = std::to_string(numbers.size());
    write_bytes(
        folder / "file",
        file_of("{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + count + "],\"data_offsets\":[0," + bytes + "]}}",
                {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)}));
    const Tensor x = load_safetensors(folder / "file").tensors.at("x");
    for (size_t i = 0; i < numbers.size(); ++i) CHECK(x[static_cast<int64_t>(i)] == static_cast<Real>(numbers[i]));
  };
  check_read("I64", std::vector<int64_t>{0, 1, -1, 12345678, -(int64_t{1} << 40), INT64_MIN, INT64_MAX});
  check_read("I32", std::vector<int32_t>{0, 1, -1, 12345678, INT32_MIN, INT32_MAX});
  check_read("U8", std::vector<uint8_t>{0, 1, 127, 128, 255});
}

TEST_CASE("safetensors: what only F64 holds is refused where Real is float, infinity itself is read", "[core]") {
  const TemporaryFolder folder;
  const auto load = [&](double value) {
    const std::vector<double> values = {1, value};
    write_bytes(folder / "file", file_of(R"({"x":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})",
                                         {reinterpret_cast<const char*>(values.data()), 16}));
    return load_safetensors(folder / "file").tensors.at("x")[1];
  };
  CHECK(load(-std::numeric_limits<double>::infinity()) == -Limits::infinity());
  CHECK(std::isnan(load(std::numeric_limits<double>::quiet_NaN())));
  CHECK(load(1e-60) == static_cast<Real>(1e-60));
  if (sizeof(Real) == sizeof(double)) {
    CHECK(load(-1e39) == static_cast<Real>(-1e39));
  } else {
    CHECK_THROWS_WITH(load(-1e39), "load_safetensors: " + (folder / "file").string() +
                                       ": tensor \"x\": value 1 is -1e+39, but the largest F32 is 3.40282e+38; save "
                                       "the tensor with smaller values");
  }
}

TEST_CASE("safetensors: every truncation of a file is refused", "[core]") {
  const TemporaryFolder folder;
  SafetensorsFile file;
  file.tensors["a"] = Tensor::from({2}, {1, 2});
  file.tensors["b"] = Tensor::from({3}, {1, 2, 3});
  save_safetensors(folder / "whole", file);
  const std::string bytes = read_bytes(folder / "whole");
  int accepted = 0, unnamed = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(folder / "part", bytes.substr(0, size));
    const std::string message = message_of_loading(folder / "part");
    accepted += message.empty();
    unnamed += message.find((folder / "part").string()) == std::string::npos;
  }
  CHECK(accepted == 0);
  CHECK(unnamed == 0);
  write_bytes(folder / "longer", bytes + "x");
  CHECK_THAT(message_of_loading(folder / "longer"), ContainsSubstring("end at byte"));
}

TEST_CASE("safetensors: a header's length is checked before it is believed", "[core]") {
  const TemporaryFolder folder;
  const auto says = [&](const std::string& bytes, const char* what) {
    write_bytes(folder / "file", bytes);
    CHECK_THAT(message_of_loading(folder / "file"), ContainsSubstring(what));
  };
  says("", "has 0 bytes");
  says("1234567", "has 7 bytes");
  says(file_of("{}", "", 3), "claims a header of 3 bytes, but the file has only 2");
  says(file_of("{}", "", 100000000), "claims a header of 100000000 bytes, but the file has only 2");
  says(file_of("{}", "", 100000001), "claims a header of 100000001 bytes, at most 100000000");
  says(file_of("{}", "", INT64_MAX), "at most 100000000");
  says(std::string(27, '\xff'), "at most 100000000");
}

TEST_CASE("safetensors: what is no regular file, or not there, is refused", "[core]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of_loading(folder / "missing"),
             ContainsSubstring((folder / "missing").string()) && ContainsSubstring("No such file"));
  CHECK_THAT(message_of_loading(folder.path()), ContainsSubstring("give a .safetensors file"));
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(message_of_loading(folder / "pipe"), ContainsSubstring("give a .safetensors file"));
}

TEST_CASE("safetensors: what cannot be saved leaves the old file", "[core]") {
  const TemporaryFolder folder;
  write_bytes(folder / "state", "old");
  const auto says = [&](const SafetensorsFile& file, const char* what) {
    CHECK_THROWS_WITH(save_safetensors(folder / "state", file),
                      ContainsSubstring(what) && ContainsSubstring((folder / "state").string()));
  };
  says({{{"x", Tensor()}}, {}}, "tensor \"x\" is undefined");
  says({{{"__metadata__", Tensor::zeros({1})}}, {}}, "no tensor may be named \"__metadata__\"");
  says({{{"\xff", Tensor::zeros({1})}}, {}}, "not UTF-8");
  says({{}, {{"key", "\xff"}}}, "not UTF-8");
  CHECK(read_bytes(folder / "state") == "old");
  CHECK(folder.entries() == 1);
}
