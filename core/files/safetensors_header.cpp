#include "core/files/safetensors_header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/check.h"

namespace onefold {

namespace {

using Json = nlohmann::json;

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kRemedy = "; the file is damaged or not a .safetensors file; copy it again or save it again";

constexpr std::array<FileDtype, 7> kDtypes{{{"F64", 8, 11, 52},
                                            {"F32", 4, 8, 23},
                                            {"F16", 2, 5, 10},
                                            {"BF16", 2, 8, 7},
                                            {"I64", 8, 0, 63},
                                            {"I32", 4, 0, 31},
                                            {"U8", 1, 0, 8}}};

/// Text from the file made safe for a message: without control characters, and shortened.
std::string printable(const std::string& text) {
  constexpr size_t kShown = 120;
  std::string shown = text.substr(0, kShown);
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text.size() > kShown ? shown + "..." : shown;
}

/// Throws Error about one tensor of the file.
template <class... Parts>
void check_tensor(bool condition, const std::string& file, const std::string& name, const Parts&... parts) {
  if (!condition) fail(file, ": tensor ", quoted(name), ": ", parts..., kRemedy);
}

/// Checks a header's text before anything of it is stored: an object of objects with arrays of at most four numbers and
/// without duplicate names. So it rejects text that would fill the memory, and finds duplicates, which are lost in the
/// parsed JSON. (A callback of Json::parse() could do this too, but its time is quadratic in the number of tensors.)
class HeaderGuard : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderGuard(const std::string& file) : file_(file) {}

  bool start_object(size_t) override {
    check(depth_ <= kTensorDepth, file_, ": header: objects are nested too deep", kRemedy);
    names_[static_cast<size_t>(depth_++)].clear();
    return true;
  }
  bool key(std::string& name) override {
    if (depth_ == kTensorDepth) tensor_ = name;
    check(++count_ <= kMaxHeaderNames, file_, ": header: more than ", kMaxHeaderNames, " names", kRemedy);
    const bool is_new = names_[static_cast<size_t>(depth_ - 1)].insert(name).second;
    if (!is_new) fail(file_, ": header: the name ", quoted(name), " occurs twice", kRemedy);
    return true;
  }
  bool start_array(size_t) override {
    check(depth_ == kFieldDepth, file_, ": header: got an array, expected an object", kRemedy);
    array_size_ = 0;
    ++depth_;
    return true;
  }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(int64_t) override { return value(); }
  bool number_unsigned(uint64_t) override { return value(); }
  bool number_float(double, const std::string&) override { return value(); }
  bool string(std::string&) override { return value(); }
  bool binary(Json::binary_t&) override { return value(); }

  bool parse_error(size_t, const std::string&, const Json::exception& error) override {
    fail(file_, ": the header is not valid JSON (", printable(error.what()), ")", kRemedy);
  }

 private:
  static constexpr int kTensorDepth = 1, kFieldDepth = 2;

  bool leave() {
    --depth_;
    return true;
  }
  bool value() {
    if (depth_ > kFieldDepth) {
      check_tensor(++array_size_ <= Shape::kMaxRank, file_, tensor_, "an array has more than ", Shape::kMaxRank,
                   " numbers; more dimensions are not supported");
    }
    return true;
  }

  const std::string& file_;
  std::array<std::set<std::string>, 2> names_;  // seen so far in the header, and in its object being read
  std::string tensor_;
  int depth_ = 0;  // of open objects and arrays
  int64_t array_size_ = 0;
  int64_t count_ = 0;
};

Json parse(const std::string& text, const std::string& file) {
  check(text.starts_with('{') && text.find('\0') == std::string::npos, file, ": the header is not a JSON object",
        kRemedy);
  HeaderGuard guard(file);
  Json::sax_parse(text, &guard);
  return Json::parse(text);
}

/// A field that must be an array of non-negative integers.
std::vector<int64_t> whole_numbers(const Json& entry, const char* field, const std::string& file,
                                   const std::string& name) {
  const Json& array = entry.at(field);
  check_tensor(array.is_array(), file, name, field, " must be an array, got ", array.type_name());
  std::vector<int64_t> numbers;
  for (const Json& number : array) {
    check_tensor(number.is_number_unsigned() && number.get<uint64_t>() <= INT64_MAX, file, name, field,
                 " must hold whole numbers from 0 to 2^63 - 1, got ",
                 number.is_number() ? number.dump() : number.type_name());
    numbers.push_back(number.get<int64_t>());
  }
  return numbers;
}

const FileDtype* find_dtype(const Json& dtype, const std::string& file, const std::string& name) {
  check_tensor(dtype.is_string(), file, name, "dtype must be a string, got ", dtype.type_name());
  for (const FileDtype& known : kDtypes) {
    if (dtype.get_ref<const std::string&>() == known.name) return &known;
  }
  fail(file, ": tensor ", quoted(name), ": dtype ", quoted(dtype.get<std::string>()),
       " is not supported; save the tensor as F32, F64, F16 or BF16, or leave it out");
}

Shape make_shape(const std::vector<int64_t>& extents, const std::string& file, const std::string& name) {
  try {
    return Shape(extents.data(), static_cast<int64_t>(extents.size()));
  } catch (const Error& error) {
    fail(file, ": tensor ", quoted(name), ": ", error.what(), kRemedy);
  }
}

FileTensor read_entry(const std::string& name, const Json& entry, int64_t data_bytes, const std::string& file) {
  check_tensor(entry.is_object() && entry.size() == 3 && entry.contains("dtype") && entry.contains("shape") &&
                   entry.contains("data_offsets"),
               file, name, "needs dtype, shape and data_offsets, no more and no less");
  FileTensor tensor{name, find_dtype(entry.at("dtype"), file, name),
                    make_shape(whole_numbers(entry, "shape", file, name), file, name), 0, 0};

  const std::vector<int64_t> offsets = whole_numbers(entry, "data_offsets", file, name);
  check_tensor(offsets.size() == 2, file, name, "data_offsets must be two numbers, got ", offsets.size());
  tensor.begin = offsets[0];
  tensor.end = offsets[1];
  check_tensor(tensor.begin <= tensor.end, file, name, "bytes ", tensor.begin, " to ", tensor.end, " run backwards");
  check_tensor(tensor.end <= data_bytes, file, name, "bytes ", tensor.begin, " to ", tensor.end,
               " exceed the file, which holds ", data_bytes, " bytes of data");
  const int64_t needed = tensor.shape.size() * tensor.dtype->bytes;
  check_tensor(tensor.end - tensor.begin == needed, file, name, "shape ", tensor.shape, " of ", tensor.dtype->name,
               " needs ", needed, " bytes, data_offsets give ", tensor.end - tensor.begin);
  return tensor;
}

/// A writer without metadata may write null, which the format's own reader also accepts.
std::map<std::string, std::string> read_metadata(const Json& metadata, const std::string& file) {
  if (metadata.is_null()) return {};
  check(metadata.is_object(), file, ": ", kMetadata, " must be an object of strings, got ", metadata.type_name(),
        kRemedy);
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : metadata.items()) {
    check(value.is_string(), file, ": ", kMetadata, " ", quoted(key), " must be a string, got ", value.type_name(),
          kRemedy);
    texts[key] = value.get<std::string>();
  }
  return texts;
}

/// Checks that every byte of the data belongs to exactly one tensor: nothing can hide between them.
void check_layout(const std::vector<FileTensor>& tensors, int64_t data_bytes, const std::string& file) {
  int64_t covered = 0;
  for (const FileTensor& tensor : tensors) {
    check_tensor(tensor.begin == covered, file, tensor.name, "begins at byte ", tensor.begin,
                 ", but the previous tensor ends at ", covered, tensor.begin < covered ? ": they overlap" : ": a gap");
    covered = tensor.end;
  }
  check(covered == data_bytes, file, ": the tensors end at byte ", covered, " of the data, but the file holds ",
        data_bytes, kRemedy);
}

}  // namespace

std::string quoted(const std::string& name) { return '"' + printable(name) + '"'; }

SafetensorsHeader parse_safetensors_header(const std::string& text, int64_t data_bytes, const std::string& file) {
  SafetensorsHeader header;
  const Json json = parse(text, file);
  for (const auto& [name, entry] : json.items()) {
    if (name == kMetadata) {
      header.metadata = read_metadata(entry, file);
    } else {
      header.tensors.push_back(read_entry(name, entry, data_bytes, file));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const FileTensor& a, const FileTensor& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  check_layout(header.tensors, data_bytes, file);
  return header;
}

}  // namespace onefold
