#pragma once

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "tests/temporary_folder.h"

namespace onefold::fuzz {

/// Small files of every kind that a target reads, from name to content.
using Corpus = std::map<std::string, std::string>;

/// The body of a program that takes the name of a target and a folder, and writes the target's corpus to the folder.
inline int write_corpus(int argc, char** argv, const std::map<std::string, std::function<Corpus()>>& targets) {
  if (argc != 3 || !targets.contains(argv[1])) {
    std::cerr << "usage: " << argv[0] << " TARGET FOLDER; targets:";
    for (const auto& [name, ignored] : targets) std::cerr << ' ' << name;
    std::cerr << '\n';
    return 2;
  }
  const std::filesystem::path folder = argv[2];
  std::filesystem::create_directories(folder);
  for (const auto& [name, content] : targets.at(argv[1])()) write_bytes(folder / name, content);
  return 0;
}

}  // namespace onefold::fuzz
