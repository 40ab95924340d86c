#include <cstdint>

int64_t multiplications(int64_t P, int64_t Q, int64_t R, int64_t S, int64_t C, int64_t K, int64_t groups) {
  return P * Q * K * R * S * (C / groups);
}
