#include "layers/models/survey/genotype.h"

#include <algorithm>
#include <cctype>

#include "core/check.h"

namespace onefold {

namespace {

struct NamedOperation {
  const char* name;
  CellOperation operation;
};
constexpr NamedOperation kOperations[] = {{"skip", CellOperation::skip},  {"sep3", CellOperation::sep3},
                                          {"sep5", CellOperation::sep5},  {"sep7", CellOperation::sep7},
                                          {"avg3", CellOperation::avg3},  {"max3", CellOperation::max3},
                                          {"conv7", CellOperation::conv7}};

/// Reads the text from left to right.
class GenotypeReader {
 public:
  explicit GenotypeReader(const std::string& text) : text_(text) {}

  Genotype genotype() {
    Genotype read;
    read.normal = cell();
    read.reduction = found("/") ? cell() : read.normal;
    if (!word().empty()) expected("a comma, a semicolon, a slash or the end");
    return read;
  }

 private:
  CellPlan cell() {
    CellPlan plan;
    do {
      const CellPlan::Input first = input(plan);
      if (!found("+")) expected("+ and the block's second operation");
      plan.blocks.push_back({first, input(plan)});
    } while (found(","));
    const auto results = static_cast<int64_t>(plan.blocks.size()) + 2;
    if (found(";")) {
      do plan.outputs.push_back(number(2, results));
      while (!word().empty() && word() != "/");
      return plan;
    }
    for (int64_t result = 2; result < results; ++result) {
      const bool used = std::any_of(plan.blocks.begin(), plan.blocks.end(), [result](const auto& block) {
        return block[0].from == result || block[1].from == result;
      });
      if (!used) plan.outputs.push_back(result);
    }
    return plan;
  }

  CellPlan::Input input(const CellPlan& plan) {
    std::string names;
    for (const auto& [name, operation] : kOperations) {
      if (found(name)) return {operation, number(0, static_cast<int64_t>(plan.blocks.size()) + 2)};
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    expected("one of " + names);
  }

  int64_t number(int64_t first, int64_t end) {
    for (int64_t number = first; number < end; ++number) {
      if (found(std::to_string(number))) return number;
    }
    expected("a result's number from " + std::to_string(first) + " to " + std::to_string(end - 1));
  }

  /// The next word: letters and digits, or one other character; empty at the end.
  std::string word() {
    const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, std::max<size_t>(end - at_, 1));
  }

  /// Passes the next word if it is this one.
  bool found(const std::string& wanted) {
    if (word() != wanted) return false;
    at_ += wanted.size();
    return true;
  }

  [[noreturn]] void expected(const std::string& what) {
    const std::string got = word().empty() ? "the end" : "\"" + word() + "\"";
    fail("genotype: ", got, " at character ", at_ + 1, ", expected ", what, "; it reads \"", text_, "\"");
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

Genotype parse_genotype(const std::string& text) { return GenotypeReader(text).genotype(); }

}  // namespace onefold
