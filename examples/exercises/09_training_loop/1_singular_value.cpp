// Exercise 09.1. What an iteration makes of a singular value.
// Page: docs/09-muon.md
//
// Muon's iteration, X <- a X + (b A + c A^2) X with A = X X^T, moves each singular value s of X by itself, to
// a s + b s^3 + c s^5. Return what so many iterations make of s.

double moved(double s, double a, double b, double c, int iterations) { return 0; }
