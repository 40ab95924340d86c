// Exercise 00.4. How large a result is.
// Page: docs/00-one-filter.md
//
// An axis of `size` pixels, `padding` zeros at both ends, a filter of `filter` taps that moves by `stride`.
// Return the number of places at which the filter fits.

int places(int size, int filter, int stride, int padding) { return 0; }
