#include "examples/cli/options.h"

#include <charconv>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "core/check.h"
#include "core/parallel.h"
#include "layers/families/families.h"
#include "layers/labs/make_network.h"

namespace onefold {

namespace {

std::string needs(const std::string& got, const std::string& needed) {
  return "got " + (got.empty() ? "nothing" : got) + ", needs " + needed;
}

}  // namespace

Rule whole_number(int64_t lowest, int64_t highest) {
  const bool bounded = highest != std::numeric_limits<int64_t>::max();
  const std::string range = bounded ? " from " + std::to_string(lowest) + " to " + std::to_string(highest)
                                    : " of at least " + std::to_string(lowest);
  return {[=](std::string& text) -> std::string {
    int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < lowest || value > highest) {
      return needs(text, "a whole number" + range);
    }
    text = std::to_string(value);  // decimal even with leading zeros, which the parser would read as octal
    return {};
  }};
}

Rule real_number(double lowest, double highest) {
  std::ostringstream needed;
  needed << "a number from " << lowest << " to " << highest;
  return {[=, needed = needed.str()](std::string& text) -> std::string {
    char* stop = nullptr;
    const double value = std::strtod(text.c_str(), &stop);
    const bool is_number = !text.empty() && stop == text.c_str() + text.size();
    return is_number && value >= lowest && value <= highest ? std::string() : needs(text, needed);
  }};
}

Rule name_of(const std::string& what) {
  return {[what](const std::string& name) { return name.empty() ? needs(name, "the name of " + what) : ""; }};
}

/// Accepts values for which `known` throws no Error; the message is the Error's.
template <class Known>
Rule known_name(Known known) {
  return {[known](std::string& name) -> std::string {
    try {
      known(name);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }};
}

Rule network_name() { return known_name(check_network); }

/// --net: a name that `known` takes.
template <class Known>
void add_net(CommandLine& line, std::string& net, const std::string& more, Known known) {
  const std::vector<std::string> names = vgg_variant_names();
  std::string help;
  for (size_t i = 0; i < names.size(); ++i) {
    help += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  help += ", optionally followed by +whitening (whiten patches first), +g2 or +g4 (groups in every second block)";
  line.add_option("--net", &net, help + more).rule(known_name(known)).value_name("NAME");
}

void add_network_option(CommandLine& line, std::string& net, const std::string& more) {
  add_net(line, net, "; or another network, which list shows, such as resnet20" + more, check_network);
}

void add_repvgg_option(CommandLine& line, std::string& net) {
  add_net(line, net, "", [](const std::string& name) { vgg_variant(name); });
}

void add_reparam_option(CommandLine& line, std::string& reparam) {
  std::string help = "family of blocks, all of which fold the same way: none";
  for (const std::string& name : family_names()) help += name == "none" ? "" : ", " + name;
  line.add_option("--reparam", &reparam, help).rule(known_name(check_family)).value_name("NAME");
}

void settle_reparam(const CommandLine& line, const std::string& net, std::string& reparam) {
  if (is_repvgg(net)) return;
  if (line.count("--reparam") > 0) {
    throw UsageError("--reparam chooses the blocks of a RepVGG, but --net " + net +
                     " is another network: leave it out");
  }
  reparam = "";
}

void add_threads_option(CommandLine& line) {
  // More threads than cores would only compete for them. The library allows that, for tests.
  const int most = usable_cores();
  const auto complaint = [most, any = whole_number(1)](std::string& text) -> std::string {
    std::string wrong = any.complaint(text);
    if (!wrong.empty() || std::stoll(text) <= most) return wrong;
    return needs(text, "at most " + std::to_string(most) + ", the cores that this process may use");
  };
  line.add_function(
          "--threads", [](const std::vector<double>& count) { set_threads(static_cast<int>(count.front())); },
          "number of threads (default: OMP_NUM_THREADS, else all cores or the CPU quota)")
      .values(1, 1)
      .rule({complaint})
      .value_name("N");
}

void add_seed_option(CommandLine& line, uint64_t& seed) {
  line.add_option("--seed", &seed, "seed of all random numbers: the same seed gives the same bits")
      .rule(whole_number(0))
      .value_name("N");
}

void add_picture_option(CommandLine& line, std::optional<std::filesystem::path>& picture, const std::string& what) {
  line.add_option("--picture", &picture, "draw " + what + " to this .svg file")
      .rule(name_of("a file"))
      .value_name("FILE");
}

void add_detect_anomaly_option(CommandLine& line, bool& detect_anomaly) {
  line.add_flag("--detect-anomaly", &detect_anomaly,
                "name the op and the layer that produce the first NaN or infinity; steps take longer");
}

void check_is_not_read(const std::string& option, const std::filesystem::path& output,
                       const std::filesystem::path& input) {
  std::error_code none;  // of files that are not there
  if (std::filesystem::equivalent(output, input, none)) {
    throw UsageError(option + ": " + output.string() + " is a file that is read here; name another file to write");
  }
}

void add_views_option(CommandLine& line, int64_t& views, const std::string& of_what) {
  line.add_option("--views", &views, of_what + ", 1, 2 or 6: their logits are averaged").rule(one_of({"1", "2", "6"}));
}

void add_batch_size_option(CommandLine& line, int64_t& batch_size, const std::string& purpose) {
  line.add_option("--batch-size", &batch_size, purpose).rule(whole_number(1, 1 << 20)).value_name("N");
}

}  // namespace onefold
