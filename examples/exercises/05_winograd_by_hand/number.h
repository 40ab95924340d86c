// A number that counts how often it is multiplied.
#pragma once

struct Number {
  double value = 0;
};

inline int multiplications = 0;

inline Number operator+(Number a, Number b) { return {a.value + b.value}; }
inline Number operator-(Number a, Number b) { return {a.value - b.value}; }
inline Number operator*(Number a, Number b) {
  ++multiplications;
  return {a.value * b.value};
}
