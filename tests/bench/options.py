"""What the options of this folder's Python programs must be."""
import argparse


def whole(text):
    """A number of at least 1; for argparse's type."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text or 'nothing'}, needs a whole number of at least 1")
    return int(text)
