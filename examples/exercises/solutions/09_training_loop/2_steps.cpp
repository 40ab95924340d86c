
int steps_of(int images, int batch_size, int epochs, bool drop_last) {
  const int full = images / batch_size, rest = images % batch_size;
  return epochs * (full + (rest > 0 && !drop_last ? 1 : 0));
}
