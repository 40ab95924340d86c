// The one function that the page calls, compiled to WebAssembly by docs/play.sh.

#include "examples/play/playground.h"

extern "C" const char* onefold_answer(const char* question) {
  static onefold::Playground playground("model.safetensors");  // where the page has written it
  static std::string answer;
  answer = playground.answer(question);
  return answer.c_str();
}
