#pragma once

#include <string>
#include <vector>

namespace onefold {

/// A page without the insides of its scripts and styles, which are no markup.
inline std::string without_scripts(std::string page) {
  for (const std::string tag : {"script", "style"}) {
    for (size_t at = page.find("<" + tag); at != std::string::npos; at = page.find("<" + tag, at + 1)) {
      const size_t begin = page.find('>', at) + 1;
      page.erase(begin, page.find("</" + tag, begin) - begin);
    }
  }
  return page;
}

/// Empty where every tag is closed in order, else the tag at fault: what a page and an SVG picture must hold to.
inline std::string unbalanced_tag(const std::string& page) {
  const std::string markup = without_scripts(page);
  std::vector<std::string> open;
  for (size_t at = markup.find('<'); at != std::string::npos; at = markup.find('<', at + 1)) {
    const size_t end = markup.find('>', at);
    if (end == std::string::npos) return markup.substr(at);
    const std::string tag = markup.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '!' || name == "meta" || tag.back() == '/') continue;
    if (tag[0] != '/') {
      open.push_back(name);
    } else if (open.empty() || "/" + open.back() != tag) {
      return tag;
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back();
}

inline size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace onefold
