#include "examples/cli/options.h"

#include <charconv>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "core/check.h"
#include "core/parallel.h"
#include "examples/cli/program.h"
#include "layers/families/families.h"
#include "layers/labs/vgg_variant.h"

namespace onefold {

namespace {

std::string needs(const std::string& got, const std::string& needed) {
  return "got " + (got.empty() ? "nothing" : got) + ", needs " + needed;
}

}  // namespace

CLI::Validator whole_number(int64_t lowest, int64_t highest) {
  const bool bounded = highest != std::numeric_limits<int64_t>::max();
  const std::string range = bounded ? " from " + std::to_string(lowest) + " to " + std::to_string(highest)
                                    : " of at least " + std::to_string(lowest);
  return CLI::Validator(
      [=](std::string& text) -> std::string {
        int64_t value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error != std::errc() || stop != end || value < lowest || value > highest) {
          return needs(text, "a whole number" + range);
        }
        text = std::to_string(value);  // decimal even with leading zeros, which the parser would read as octal
        return {};
      },
      "");
}

CLI::Validator real_number(double lowest, double highest) {
  std::ostringstream needed;
  needed << "a number from " << lowest << " to " << highest;
  return CLI::Validator(
      [=, needed = needed.str()](std::string& text) -> std::string {
        char* stop = nullptr;
        const double value = std::strtod(text.c_str(), &stop);
        const bool is_number = !text.empty() && stop == text.c_str() + text.size();
        return is_number && value >= lowest && value <= highest ? std::string() : needs(text, needed);
      },
      "");
}

CLI::Validator name_of(const std::string& what) {
  return CLI::Validator(
      [what](const std::string& name) { return name.empty() ? needs(name, "the name of " + what) : std::string(); },
      "");
}

/// Accepts values for which `known` throws no Error; the message is the Error's.
template <class Known>
CLI::Validator known_name(Known known) {
  return CLI::Validator(
      [known](std::string& name) -> std::string {
        try {
          known(name);
          return {};
        } catch (const Error& error) {
          return error.what();
        }
      },
      "");
}

CLI::Validator network_name() {
  return known_name([](const std::string& name) { vgg_variant(name); });
}

void add_network_option(CLI::App& app, std::string& net, const std::string& more) {
  const std::vector<std::string> names = vgg_variant_names();
  std::string help;
  for (size_t i = 0; i < names.size(); ++i) {
    help += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  help += ", optionally followed by +whitening (whiten patches first), +g2 or +g4 (groups in every second block)";
  app.add_option("--net", net, help + more)->check(network_name())->type_name("NAME");
}

void add_reparam_option(CLI::App& app, std::string& reparam) {
  std::string help = "family of blocks, all of which fold the same way: none";
  for (const std::string& name : family_names()) help += name == "none" ? "" : ", " + name;
  app.add_option("--reparam", reparam, help)->check(known_name(check_family))->type_name("NAME");
}

void add_threads_option(CLI::App& app) {
  // More threads than cores would only compete for them. The library allows that, for tests.
  const int most = usable_cores();
  const CLI::Validator few_enough(
      [most](std::string& text) -> std::string {
        if (std::stoll(text) <= most) return {};
        return needs(text, "at most " + std::to_string(most) + ", the cores that this process may use");
      },
      "");
  app.add_option_function<int>("--threads", set_threads,
                               "number of threads (default: OMP_NUM_THREADS, else all cores or the CPU quota)")
      ->transform(whole_number(1))
      ->check(few_enough)
      ->type_name("N");
}

void add_seed_option(CLI::App& app, uint64_t& seed) {
  app.add_option("--seed", seed, "seed of all random numbers: the same seed gives the same bits")
      ->transform(whole_number(0))
      ->type_name("N");
}

void add_detect_anomaly_option(CLI::App& app, bool& detect_anomaly) {
  app.add_flag("--detect-anomaly", detect_anomaly,
               "name the op and the layer that produce the first NaN or infinity; steps take longer");
}

void check_is_not_read(const std::string& option, const std::filesystem::path& output,
                       const std::filesystem::path& input) {
  std::error_code none;  // of files that are not there
  if (std::filesystem::equivalent(output, input, none)) {
    throw UsageError(option + ": " + output.string() + " is a file that is read here; name another file to write");
  }
}

void add_batch_size_option(CLI::App& app, int64_t& batch_size, const std::string& purpose) {
  app.add_option("--batch-size", batch_size, purpose)->transform(whole_number(1, 1 << 20))->type_name("N");
}

}  // namespace onefold
