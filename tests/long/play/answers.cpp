// Answers questions of examples/play/playground.h, one per line of the input: what the page's program must answer, too.
#include <iostream>
#include <string>

#include "examples/play/playground.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: answers MODEL <QUESTIONS\n";
    return 2;
  }
  onefold::Playground playground(argv[1]);
  for (std::string question; std::getline(std::cin, question);) std::cout << playground.answer(question) << '\n';
}
