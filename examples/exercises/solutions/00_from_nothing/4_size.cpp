
int places(int size, int filter, int stride, int padding) { return (size + 2 * padding - filter) / stride + 1; }
