#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "examples/cli/program.h"

namespace onefold {

/// Rules for option values, with messages such as "--epochs: got 0, needs a whole number of at least 1".
Rule whole_number(int64_t lowest, int64_t highest = std::numeric_limits<int64_t>::max());
Rule real_number(double lowest, double highest);

/// A name that is not empty, of `what`: "--out: got nothing, needs the name of a folder".
Rule name_of(const std::string& what);

/// A name that make_network() takes.
Rule network_name();

/// --net: a network's name, of any network or of a RepVGG only; `more` is appended to the help text.
void add_network_option(CommandLine& line, std::string& net, const std::string& more = {});
void add_repvgg_option(CommandLine& line, std::string& net);

/// --reparam: a family of blocks in layers/families/families.h; the message lists the names.
void add_reparam_option(CommandLine& line, std::string& reparam);

/// The family is "" if the network is no RepVGG. Throws UsageError if --reparam was given for one.
void settle_reparam(const CommandLine& line, const std::string& net, std::string& reparam);

/// --threads: sets the number of threads of all parallel loops when parsed; without it core/parallel.h decides. At most
/// one per core: "--threads: got 64, needs at most 2, the cores that this process may use".
void add_threads_option(CommandLine& line);

/// --seed: the seed of all random numbers of a program.
void add_seed_option(CommandLine& line, uint64_t& seed);

/// --picture: the .svg file to draw `what` to; none by default.
void add_picture_option(CommandLine& line, std::optional<std::filesystem::path>& picture, const std::string& what);

/// --detect-anomaly: see layers/inspect/anomaly.h.
void add_detect_anomaly_option(CommandLine& line, bool& detect_anomaly);

/// Throws UsageError if the file that `option` asks to write is one that the program reads, by whatever path.
void check_is_not_read(const std::string& option, const std::filesystem::path& output,
                       const std::filesystem::path& input);

/// --views: 1, 2 or 6 `of_what`, such as "views per image".
void add_views_option(CommandLine& line, int64_t& views, const std::string& of_what);

/// --batch-size.
void add_batch_size_option(CommandLine& line, int64_t& batch_size, const std::string& purpose);

}  // namespace onefold
