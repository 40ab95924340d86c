#include <cstdint>

int64_t multiplications_of_layer(int64_t P, int64_t Q, int64_t C, int64_t K, int64_t m) {
  const int64_t tiles = ((P + m - 1) / m) * ((Q + m - 1) / m);
  return tiles * (m + 2) * (m + 2) * C * K;
}
