#include "examples/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace onefold {

namespace {

constexpr int64_t kWidestBar = 40;
constexpr double kSecondsBetweenDrawings = 0.1;
constexpr const char* kWipeLine = "\r\x1b[K";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The locale's character set, as POSIX finds it: the first of three variables that is set.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = environment(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

/// "812img/s", or "2.50s/img" below one per second.
std::string rate_text(double rate, const std::string& unit) {
  if (rate <= 0) return "?" + unit + "/s";
  std::array<char, 32> number{};
  const double shown = rate >= 1 ? rate : 1 / rate;
  std::snprintf(number.data(), number.size(), shown < 10 ? "%.2f" : shown < 100 ? "%.1f" : "%.0f", shown);
  return number.data() + (rate >= 1 ? unit + "/s" : "s/" + unit);
}

/// `width` cells, filled from the left; with block characters, to an eighth of a cell.
std::string bar_text(double fraction, int64_t width, bool blocks) {
  static constexpr std::array<const char*, 8> kEighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<int64_t>(fraction * static_cast<double>(8 * width));
  std::string bar;
  for (int64_t cell = 0; cell < width; ++cell) {
    const int64_t filled = std::clamp<int64_t>(eighths - 8 * cell, 0, 8);
    if (blocks)
      bar += filled == 8 ? "█" : kEighths[static_cast<size_t>(filled)];
    else
      bar += filled == 8 ? "#" : " ";
  }
  return bar;
}

}  // namespace

TerminalStyle stderr_style() {
  TerminalStyle style;
  style.redraws = isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb";
  style.colours = style.redraws && environment("NO_COLOR").empty();
  style.blocks = locale_is_utf8();
  winsize window{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) style.columns = window.ws_col;
  return style;
}

std::string clock_time(double seconds) {
  const auto total = static_cast<long long>(std::lround(std::max(0.0, seconds)));
  std::array<char, 48> text{};
  if (total < 3600)
    std::snprintf(text.data(), text.size(), "%02lld:%02lld", total / 60, total % 60);
  else
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  return text.data();
}

std::string progress_line(const Progress& progress, const TerminalStyle& style) {
  const auto done = static_cast<double>(progress.done), total = static_cast<double>(progress.total);
  const double fraction = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 1.0;
  const double rate = progress.seconds > 0 ? (done - static_cast<double>(progress.already)) / progress.seconds : 0.0;
  const std::string remaining = rate > 0 ? clock_time((total - done) / rate) : std::string("?");

  // The text around the bar is all ASCII: its length is its width.
  std::array<char, 8> percent{};
  std::snprintf(percent.data(), percent.size(), "%3d%%", static_cast<int>(100 * fraction));
  const std::string left = progress.description + ": " + percent.data();
  std::string right = " " + std::to_string(progress.done) + "/" + std::to_string(progress.total) + " [" +
                      clock_time(progress.seconds) + "<" + remaining + ", " + rate_text(rate, progress.unit);
  right += (progress.postfix.empty() ? "" : ", " + progress.postfix) + "]";

  // The bar takes the rest of the line; if there is no room for it, only the text remains.
  const auto room = style.columns - 1 - static_cast<int64_t>(left.size() + right.size()) - 2;
  if (room < 3) return (left + right).substr(0, static_cast<size_t>(std::max(0, style.columns - 1)));
  const std::string bar = bar_text(fraction, std::min(room, kWidestBar), style.blocks);
  return left + "|" + (style.colours ? "\x1b[32m" + bar + "\x1b[0m" : bar) + "|" + right;
}

ProgressBar::ProgressBar(std::string description, int64_t total, std::string unit, int64_t already_done)
    : style_(stderr_style()) {
  progress_.description = std::move(description);
  progress_.total = total;
  progress_.unit = std::move(unit);
  progress_.already = already_done;
  update(already_done);
}

ProgressBar::~ProgressBar() {
  if (style_.redraws) std::fputs(kWipeLine, stderr);
}

void ProgressBar::update(int64_t done, std::string postfix) {
  if (!style_.redraws) return;
  const auto now = Clock::now();
  if (std::chrono::duration<double>(now - drawn_).count() < kSecondsBetweenDrawings) return;
  drawn_ = now;
  progress_.done = done;
  progress_.postfix = std::move(postfix);
  progress_.seconds = std::chrono::duration<double>(now - start_).count();
  std::fputs((kWipeLine + progress_line(progress_, style_)).c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace onefold
