
double rate(int step, int warmup, int steps) {
  if (step < warmup) return double(step) / warmup;
  return double(steps - step) / (steps - warmup);
}
