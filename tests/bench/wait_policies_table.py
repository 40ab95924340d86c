#!/usr/bin/env python3
"""The table of wait_policies.sh: medians over the rounds of a loop's microseconds.

Usage: wait_policies_table.py [--page PAGE.md] LINES

Each line is SETTING|BUSY PROCESSES|MEAN PERCENTILE. Needs no package.
"""
import argparse
import statistics
from collections import defaultdict
from pathlib import Path

import tables

HEAD = ["environment", "alone: mean", "999 of 1,000 below", "beside two busy processes: mean", "999 of 1,000 below"]
NUMBERS = range(1, len(HEAD))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    rounds = defaultdict(list)
    for line in options.lines.read_text().splitlines():
        setting, busy, numbers = line.split("|")
        rounds[setting, busy].append([float(number) for number in numbers.split()])
    settings = dict.fromkeys(setting for setting, _ in rounds)
    table = [[setting if setting == "default" else f"`{setting}`",
              *(f"{statistics.median(column):,.1f}" for busy in "02" for column in zip(*rounds[setting, busy]))]
             for setting in settings]
    print(tables.text(HEAD, NUMBERS, table), end="")
    if options.page:
        tables.write_into(options.page, "wait_policies", tables.markdown(HEAD, NUMBERS, table))


if __name__ == "__main__":
    main()
