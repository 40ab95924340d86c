#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace onefold {

/// A file of curves for TensorBoard, in the folder of a run: events.out.tfevents.SECONDS.onefold.
///
/// Each record is the length of its data as 8 bytes, their checksum in 4, the data and its checksum in 4, all little
/// endian: the TFRecord format of TensorFlow. The data is an Event, a protocol buffers message:
///
///   Event       1 wall_time (double), 2 step (varint), 3 file_version (text), 5 summary, 7 session_log
///   Summary     1 value, repeated
///   Value       1 tag (text), 2 simple_value (float)
///   SessionLog  1 status (varint; 1 = START)
///
/// From tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
class EventFile {
 public:
  using Scalars = std::vector<std::pair<std::string, double>>;  // curve and value

  /// Creates the next file of the folder. TensorBoard reads all of them, in the order of their names, and forgets what
  /// earlier ones say of `first_step` and after: so a resumed run takes nothing twice. Throws Error if it cannot be
  /// written.
  EventFile(const std::filesystem::path& folder, int64_t first_step);

  /// Adds a point to each of these curves, at this step.
  void add(int64_t step, const Scalars& scalars);

  /// Appends to the file what was added. If it cannot be written completely, throws Error and leaves the file as it
  /// was.
  void flush();

 private:
  std::filesystem::path path_;
  std::string pending_;  // records that are not yet in the file
};

/// Begins the names of all these files.
inline constexpr const char* kEventFilePrefix = "events.out.tfevents.";

}  // namespace onefold
