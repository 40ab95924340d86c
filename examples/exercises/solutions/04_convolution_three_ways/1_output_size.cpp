int output_size(int size, int kernel, int stride, int padding) { return (size + 2 * padding - kernel) / stride + 1; }
