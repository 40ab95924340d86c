// The consumer's own, whose name and path Onefold has, too.
#pragma once

struct Tensor {
  int rank = 3;
};
