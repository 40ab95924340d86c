#pragma once

#include <string>

namespace onefold {

/// The style sheet of every page: light or dark as the reader's system is, for screens of any width and for paper.
std::string page_style();

/// The style of charts and kernels in a picture that is a file of its own, dark on white whatever shows it.
std::string picture_style();

}  // namespace onefold
