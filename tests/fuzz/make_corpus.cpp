// make_corpus TARGET FOLDER: writes the seed inputs of the fuzzers of core and datasets.

#include <cstring>

#include "core/files/safetensors.h"
#include "core/random.h"
#include "tests/datasets/crafted_images.h"
#include "tests/fuzz/corpus.h"

using namespace onefold;
using test::Bytes;

namespace {

using fuzz::Corpus;

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// A .safetensors file, written by hand.
std::string tensors_file(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + std::string(data_bytes, '\x3c');
}

Corpus safetensors_corpus() {
  const TemporaryFolder folder;
  save_safetensors(folder / "empty", {});
  SafetensorsFile file;
  file.tensors["head.weight"] = random_normal({2, 3}, Random(1, 0));
  file.tensors["head.bias"] = random_normal({2}, Random(1, 1));
  file.metadata = {{"net", "mini"}, {"note", "with \"quotes\", \xc3\xa9"}};
  save_safetensors(folder / "two", file);
  return {{"empty", read_bytes(folder / "empty")},
          {"two", read_bytes(folder / "two")},
          {"half", tensors_file(R"({"h":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}})", 8)},
          {"brain", tensors_file(R"({"b":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}})", 6)},
          {"double", tensors_file(R"({"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]}})", 8)}};
}

Corpus image_corpus() {
  Corpus corpus = {{"png_rgb", text_of(test::png_of_colour(3, 2, {1, 2, 3}))},
                   {"jpeg", text_of(test::small_jpeg())},
                   {"jpeg_turned", text_of(test::with_orientation(test::small_jpeg(), 6, true))},
                   {"jpeg_mirrored", text_of(test::with_orientation(test::small_jpeg(), 2, false))}};
  const Bytes zeros = test::deflated_zeros(600), rows = test::stored(Bytes(200, 1));
  const Bytes palette = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  for (const uint8_t interlaced : {0, 1}) {
    const std::string suffix = interlaced ? "_interlaced" : "";
    corpus["png_bit" + suffix] = text_of(test::crafted_png({9, 7, 1, 0, interlaced}, zeros));
    corpus["png_grey16" + suffix] = text_of(test::crafted_png({4, 4, 16, 0, interlaced}, zeros));
    corpus["png_rgba16" + suffix] = text_of(test::crafted_png({3, 3, 16, 6, interlaced}, zeros));
    corpus["png_grey_alpha" + suffix] = text_of(test::crafted_png({6, 4, 8, 4, interlaced}, rows));
    corpus["png_palette" + suffix] =
        text_of(test::crafted_png({4, 4, 2, 3, interlaced}, zeros, {{"PLTE", palette}, {"tRNS", {0, 9}}}));
    corpus["png_transparent" + suffix] =
        text_of(test::crafted_png({4, 4, 8, 2, interlaced}, zeros, {{"tRNS", {0, 1, 0, 2, 0, 3}}}));
  }
  corpus["png_iphone"] = text_of(test::crafted_png({4, 4, 8, 6}, zeros, {{"CgBI", {0, 0, 0, 0}}, {"tEXt", {65}}}));

  const std::map<std::string, test::JpegFrame> frames = {{"grey", {9, 9}},
                                                         {"colour", {17, 9, false, {0x22, 0x11, 0x11}}},
                                                         {"four", {9, 9, false, {0x11, 0x11, 0x11, 0x11}}},
                                                         {"wide", {33, 9, false, {0x41, 0x11, 0x11}}},
                                                         {"restart", {33, 9, false, {0x11}, 1, 2}},
                                                         {"progressive", {17, 17, true, {0x11}, 3}},
                                                         {"progressive_colour", {17, 17, true, {0x22, 0x11, 0x11}, 2}}};
  for (const auto& [name, frame] : frames) corpus["jpeg_" + name] = text_of(test::crafted_jpeg(frame, 24));
  return corpus;
}

Corpus cifar10_corpus() {
  std::string record(3073, '\0');
  for (size_t i = 0; i < record.size(); ++i) record[i] = static_cast<char>(i % 251);
  const std::string two = record + record, names = "a\nb\r\nc\nd\ne\n\nf\ng\nh\ni\nj\n";
  const std::string zero(1, '\0');
  return {{"none", zero},
          {"one", zero + record},
          {"two", zero + two},
          {"cut", zero + two.substr(1)},
          {"names", "\1" + names},
          {"folder", "\2" + std::string(6, '\5') + "\1" + names},
          {"sizes", "\2\2\1\3\1\4\7\7\1\5\5\1"}};
}

Corpus image_folder_corpus() {
  const std::string whole("\0", 1);
  const auto entry = [](char kind, char place, const std::string& name, const std::string& rest = "") {
    return std::string{kind, place, static_cast<char>(name.size())} + name + rest;
  };
  std::string images;
  for (const char place : {0, 1, 2, 3}) images += entry(6, place, "1");
  return {{"whole", whole + images},
          {"third_class", whole + images + entry(27, 4, "c") + entry(27, 5, "c")},
          {"two_sizes", whole + images + entry(5, 0, "2")},
          {"links", whole + images + entry(0, 0, "up", "\0") + entry(1, 1, "loop") + entry(0, 4, "zero", "\2")},
          {"pipe", whole + images + entry(2, 0, "pipe") + entry(10, 4, "pipe")},
          {"names", whole + images + entry(6, 0, "new\nline") + entry(6, 1, "\xff\xfe") + entry(27, 4, "\x1b[31m")},
          {"text", whole + images + entry(4, 0, "text", "\4text")},
          {"missing", "\5" + images}};
}

}  // namespace

int main(int argc, char** argv) {
  return fuzz::write_corpus(argc, argv,
                            {{"safetensors", safetensors_corpus},
                             {"image", image_corpus},
                             {"cifar10", cifar10_corpus},
                             {"image_folder", image_folder_corpus}});
}
