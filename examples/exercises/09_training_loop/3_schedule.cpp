// Exercise 09.3. Warm-up, then down.
// Page: docs/09-the-training-loop.md
//
// The rate of a step as a part of its maximum: rises linearly from 0 at step 0 to 1 at step `warmup`, then falls
// linearly to 0 at step `steps`. Return it.

double rate(int step, int warmup, int steps) { return 0; }
