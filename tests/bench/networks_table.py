#!/usr/bin/env python3
"""The table of compare_networks.sh: what each network's short training came to, and the medians of its times.

Usage: networks_table.py [--markdown] [--page PAGE.md]... --networks a,b,... RUNS

RUNS/NETWORK holds the run (run.json, log.jsonl), RUNS/networks.json what list --json prints, RUNS/times.jsonl the
lines of the benchmark. What was not measured is shown as a dash. Needs no package.

A page has the rows of the networks that its line <!-- table: compare_networks NAMES --> names, of all if it names none.
"""
import argparse
import re
from pathlib import Path

import tables
from runs import cell, medians, read, read_lines

HEAD = ["network", "parameters", "multiply-adds", "loss, first epoch", "loss, last epoch", "test accuracy",
        "s per epoch", "trained form, ms per image", "folded, ms per image"]
NUMBERS = range(1, len(HEAD))
IMAGES = 10000  # of an epoch


def row(network, runs, counts, times):
    run = read(runs / network / "run.json")
    epochs = read_lines(runs / network / "log.jsonl") if "result" in run else []  # not of a run that goes on
    accuracy = run.get("result", {}).get("test_accuracy")

    def milliseconds(mode):
        speed = times.get((network, mode, 1), [None])[0]
        return speed and 1e3 / speed

    training = times.get((network, "train", 64), [None])[0]
    return [network,
            f"{counts[network]['parameters']:,}",
            f"{counts[network]['multiply_adds'] / 1e6:,.1f} M",
            cell(epochs[0]["train_loss"] if epochs else None, "{:.3f}"),
            cell(epochs[-1]["train_loss"] if epochs else None, "{:.3f}"),
            cell(accuracy and 100 * accuracy, "{:.1f} %"),
            cell(training and IMAGES / training, "{:.1f}"),
            cell(milliseconds("infer"), "{:.2f}"),
            cell(milliseconds("fold"), "{:.2f}")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=Path)
    parser.add_argument("--networks", required=True)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path, action="append", default=[])
    options = parser.parse_args()
    times = medians(options.runs / "times.jsonl", "net")
    counts = {net["name"]: net for net in read(options.runs / "networks.json")}

    def rows_of(networks, where):
        if unknown := [network for network in networks if network not in counts]:
            raise SystemExit(f"{where}: got {unknown[0]}, needs some of {','.join(counts)}")
        return [row(network, options.runs, counts, times) for network in networks]

    table = rows_of(options.networks.split(","), "--networks")
    print((tables.markdown if options.markdown else tables.text)(HEAD, NUMBERS, table), end="")
    for page in options.page:
        place = re.search(r"<!-- table: (compare_networks\b.*) -->", page.read_text())
        if not place:
            raise SystemExit(f"{page}: needs a line <!-- table: compare_networks -->")
        rows = rows_of(place[1].split()[1:], page) or table
        tables.write_into(page, place[1], tables.markdown(HEAD, NUMBERS, rows))


if __name__ == "__main__":
    main()
