#include "core/files/safetensors_header.h"

#include <string>
#include <vector>

#include "core/check.h"
#include "core/memory.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// A header of one tensor "x" of F32 in 8 bytes of data, with these fields.
std::string header_of(const std::string& shape, const std::string& offsets, const std::string& dtype = "\"F32\"") {
  return "{\"x\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

/// One entry with a name.
std::string entry(const std::string& name, int64_t count, int64_t begin, int64_t end) {
  return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + std::to_string(count) + "],\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// What is said of a header before 8 bytes of data; nothing where it is accepted.
std::string message_of(const std::string& header, int64_t data_bytes = 8) {
  try {
    parse_safetensors_header(header, data_bytes, "load: a/file");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("safetensors header: tensors come in the order of their bytes", "[core]") {
  const SafetensorsHeader header =
      parse_safetensors_header("{" + entry("a", 1, 4, 8) + ",\"__metadata__\":{\"k\":\"v\"}," + entry("b", 1, 0, 4) +
                                   "," + entry("none", 0, 4, 4) + "}  ",
                               8, "file");
  REQUIRE(header.tensors.size() == 3);
  CHECK(header.tensors[0].name == "b");
  CHECK(header.tensors[1].name == "none");
  CHECK(header.tensors[2].name == "a");
  CHECK(header.tensors[2].begin == 4);
  CHECK(header.tensors[2].end == 8);
  CHECK(header.tensors[2].shape == Shape({1}));
  CHECK(header.tensors[2].dtype->name == std::string("F32"));
  CHECK(header.metadata == std::map<std::string, std::string>{{"k", "v"}});
  CHECK(message_of("{}", 0).empty());
  CHECK(parse_safetensors_header("{\"__metadata__\":null," + entry("a", 1, 0, 4) + "}", 4, "file").metadata.empty());
  CHECK(message_of(header_of("[2]", "[0,8]")).empty());
  CHECK(message_of(header_of("[]", "[0,8]", "\"F64\"")).empty());
}

TEST_CASE("safetensors header: every fault is an Error that names file, tensor and fault", "[core]") {
  const struct {
    std::string header, what;
  } cases[] = {
      // Shapes.
      {header_of("[3]", "[0,8]"), "tensor \"x\": shape [3] of F32 needs 12 bytes, data_offsets give 8"},
      {header_of("[1]", "[0,8]"), "needs 4 bytes, data_offsets give 8"},
      {header_of("[-2]", "[0,8]"), "tensor \"x\": shape must hold whole numbers from 0 to 2^63 - 1, got -2"},
      {header_of("[2.0]", "[0,8]"), "shape must hold whole numbers"},
      {header_of("[\"2\"]", "[0,8]"), "got string"},
      {header_of("2", "[0,8]"), "shape must be an array, got number"},
      {header_of("[1,1,1,1,2]", "[0,8]"), "tensor \"x\": an array has more than 4 numbers"},
      {header_of("[1099511627777]", "[0,8]"), "tensor \"x\": shape: more than 2^40 elements"},
      {header_of("[4294967296,4294967296,4294967296,4294967296]", "[0,8]"), "more than 2^40 elements"},
      {header_of("[18446744073709551615]", "[0,8]"), "got 18446744073709551615"},
      {header_of("[99999999999999999999]", "[0,8]"), "shape must hold whole numbers"},
      // Byte ranges.
      {header_of("[2]", "[0,16]"), "bytes 0 to 16 exceed the file, which holds 8 bytes of data"},
      {header_of("[2]", "[8,0]"), "bytes 8 to 0 run backwards"},
      {header_of("[2]", "[0]"), "data_offsets must be two numbers, got 1"},
      {header_of("[2]", "[0,4,8]"), "data_offsets must be two numbers, got 3"},
      {header_of("[2]", "[-1,7]"), "data_offsets must hold whole numbers"},
      {header_of("[2]", "[0,9223372036854775808]"), "data_offsets must hold whole numbers"},
      {"{" + entry("a", 1, 0, 4) + "," + entry("b", 1, 0, 4) + "}",
       "tensor \"b\": begins at byte 0, but the previous tensor ends at 4: they overlap"},
      {"{" + entry("a", 1, 4, 8) + "}", "tensor \"a\": begins at byte 4, but the previous tensor ends at 0: a gap"},
      {"{" + entry("a", 1, 0, 4) + "}", "the tensors end at byte 4 of the data, but the file holds 8"},
      {"{}", "the tensors end at byte 0"},
      // Fields.
      {header_of("[2]", "[0,8]", "\"I16\""), "tensor \"x\": dtype \"I16\" is not supported; save the tensor as F32"},
      {header_of("[2]", "[0,8]", "4"), "dtype must be a string, got number"},
      {R"({"x":{"dtype":"F32","shape":[2]}})", "tensor \"x\": needs dtype, shape and data_offsets"},
      {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})", "needs dtype, shape and data_offsets"},
      {R"({"x":{}})", "needs dtype, shape and data_offsets"},
      {R"({"x":null})", "needs dtype, shape and data_offsets"},
      // Names that come twice, at both depths.
      {"{" + entry("a", 1, 0, 4) + "," + entry("a", 1, 4, 8) + "}", "the name \"a\" occurs twice"},
      {R"({"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "the name \"dtype\" occurs twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", "the name \"__metadata__\" occurs twice"},
      // Structure.
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {" {}", "not a JSON object"},
      {"{", "not valid JSON"},
      {"{} {}", "not valid JSON"},
      {"{'x':1}", "not valid JSON"},
      {"{\"\xff\":1}", "not valid JSON"},
      {"{\"x\":1e999}", "not valid JSON"},
      {std::string("{}\0{", 4), "not a JSON object"},
      {R"({"x":[1]})", "got an array, expected an object"},
      {header_of("[[2]]", "[0,8]"), "got an array, expected an object"},
      {R"({"x":{"y":{"z":1}}})", "objects are nested too deep"},
      {R"({"__metadata__":{"a":1}})", "__metadata__ \"a\" must be a string, got number"},
      {R"({"__metadata__":"a"})", "__metadata__ must be an object of strings, got string"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.header);
    CHECK_THAT(message_of(c.header), ContainsSubstring(c.what) && ContainsSubstring("load: a/file: "));
  }
}

TEST_CASE("safetensors header: messages stay short and printable whatever a file says", "[core]") {
  const std::string long_name(100000, 'n');
  CHECK(message_of("{\"" + long_name + "\":1}").size() < 1000);
  CHECK(message_of("{\"x\":" + long_name + "}").size() < 1000);
  CHECK(message_of("{\"x\":1" + std::string(100000, '0') + "}").size() < 1000);
  CHECK(message_of(R"({"\u001b[31m":1})").find('\x1b') == std::string::npos);
}

TEST_CASE("safetensors header: small headers that promise much cost nothing", "[core]") {
  reset_peak_memory();
  const size_t before = memory_usage().peak;
  CHECK_FALSE(message_of(header_of("[1099511627776]", "[0,4398046511104]")).empty());

  // Deep nesting, a long array, many names: stopped while they are read.
  CHECK_THAT(message_of("{\"x\":" + std::string(1000000, '[')), ContainsSubstring("got an array, expected"));
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"x\":";
  CHECK_THAT(message_of(deep), ContainsSubstring("nested too deep"));
  std::string many_numbers = "[0";
  for (int i = 0; i < 100000; ++i) many_numbers += ",0";
  CHECK_THAT(message_of(header_of(many_numbers + "]", "[0,8]")), ContainsSubstring("more than 4 numbers"));
  std::string many_names = "{";
  for (int i = 0; i < 100001; ++i) many_names += "\"" + std::to_string(i) + "\":0,";
  CHECK_THAT(message_of(many_names), ContainsSubstring("more than 100000 names"));
  CHECK(memory_usage().peak == before);
}

TEST_CASE("safetensors header: a flipped bit is an Error or another valid header, never worse", "[core]") {
  const std::string header =
      "{\"__metadata__\":{\"net\":\"mini\"}," + entry("a", 1, 0, 4) + "," + entry("b", 1, 4, 8) + "}";
  REQUIRE(message_of(header).empty());
  int accepted = 0, refused = 0;
  for (size_t place = 0; place < header.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = header;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
      (message_of(flipped).empty() ? accepted : refused) += 1;
    }
  }
  // A name or a text may change unseen; nothing else may.
  CHECK(accepted > 0);
  CHECK(refused > 10 * accepted);
}
