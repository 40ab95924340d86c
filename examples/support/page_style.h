#pragma once

#include <string>

namespace onefold {

/// The style sheet of every page: light or dark as the reader's system is, for screens of any width and for paper.
std::string page_style();

}  // namespace onefold
