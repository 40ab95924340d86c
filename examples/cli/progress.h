#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace onefold {

/// What stderr can show: whether it is a terminal that can redraw a line, its width, colours (NO_COLOR turns them off),
/// block characters (if the locale is UTF-8).
struct TerminalStyle {
  bool redraws = false;
  int columns = 80;
  bool colours = false;
  bool blocks = false;
};
TerminalStyle stderr_style();

/// What a progress bar shows.
struct Progress {
  std::string description;  // "epoch 3/30"
  int64_t done = 0;
  int64_t total = 0;
  double seconds = 0;   // since the start
  int64_t already = 0;  // the part of `done` from before the start: a resumed epoch
  std::string unit = "img";
  std::string postfix = {};  // "loss=1.234, acc=45.2%"
};

/// One line in the style of tqdm, at most `style.columns` wide, so that a terminal never wraps it:
/// "epoch 3/30:  45%|████▌     | 22528/50000 [00:27<00:33, 812img/s, loss=1.234, acc=45.2%]".
std::string progress_line(const Progress& progress, const TerminalStyle& style);

/// "00:27", "1:02:03".
std::string clock_time(double seconds);

/// A bar on stderr, redrawn at most ten times per second and wiped when it goes out of scope. If stderr is not a
/// terminal, it writes nothing.
class ProgressBar {
 public:
  ProgressBar(std::string description, int64_t total, std::string unit = "img", int64_t already_done = 0);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(int64_t done, std::string postfix = {});

 private:
  using Clock = std::chrono::steady_clock;

  TerminalStyle style_;
  Progress progress_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_{};
};

}  // namespace onefold
