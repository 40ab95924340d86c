"""What the Python tests of programs share: expect() counts what is not as wanted, finish() ends with the count."""
import sys

failures = 0


def expect(what, got, wanted):
    global failures
    if got != wanted:
        failures += 1
        print(f"{what}: got {got!r}, expected {wanted!r}", file=sys.stderr)


def finish():
    if failures:
        sys.exit(f"{failures} checks failed")
    print("all checks passed")
