#include "core/files/protobuf.h"

#include <cmath>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// The bytes in hexadecimal: "08 96 01".
std::string hexadecimal(const ProtobufMessage& message) {
  const char* digits = "0123456789abcdef";
  std::string text;
  for (const char each : message.bytes()) {
    const auto byte = static_cast<unsigned char>(each);
    if (!text.empty()) text += ' ';
    text += {digits[byte / 16], digits[byte % 16]};
  }
  return text;
}

}  // namespace

// The first three are the examples of the format's own page.
TEST_CASE("protobuf: fields have the bytes of the wire format", "[core]") {
  ProtobufMessage integer, text, whole, negative, number, numbers, far;
  integer.integer(1, 150);
  CHECK(hexadecimal(integer) == "08 96 01");
  text.text(2, "testing");
  CHECK(hexadecimal(text) == "12 07 74 65 73 74 69 6e 67");
  whole.message(3, integer);
  CHECK(hexadecimal(whole) == "1a 03 08 96 01");

  negative.integer(1, -2);
  CHECK(hexadecimal(negative) == "08 fe ff ff ff ff ff ff ff ff 01");
  number.number(2, 1.5);
  CHECK(hexadecimal(number) == "15 00 00 c0 3f");
  CHECK(hexadecimal(ProtobufMessage().wide_number(1, 1)) == "09 00 00 00 00 00 00 f0 3f");
  const Real two[] = {Real(1.5), Real(-2)};
  numbers.numbers(9, two);
  CHECK(hexadecimal(numbers) == "4a 08 00 00 c0 3f 00 00 00 c0");
  far.integer(16, 0);
  far.text(14, std::string(128, 'a'));
  CHECK(hexadecimal(far).substr(0, 14) == "80 01 00 72 80");
}

TEST_CASE("protobuf: a number beyond a float's range is refused, an infinity kept", "[core]") {
  ProtobufMessage message;
  CHECK_THROWS_WITH(message.number(1, 1e39), ContainsSubstring("1e+39 is outside the range of a float"));
  ProtobufMessage infinite;
  infinite.number(1, HUGE_VAL);
  CHECK(hexadecimal(infinite) == "0d 00 00 80 7f");
}
