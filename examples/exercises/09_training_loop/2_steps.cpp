// Exercise 09.2. How many steps a run has.
// Page: docs/09-the-training-loop.md
//
// Return the number of steps of a run: `epochs` passes over `images`, in batches of `batch_size`. If the last batch of
// an epoch is not full, it is left out if drop_last, and used as it is if not.

int steps_of(int images, int batch_size, int epochs, bool drop_last) { return 0; }
