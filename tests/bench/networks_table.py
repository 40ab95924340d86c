#!/usr/bin/env python3
"""The table of compare_networks.sh: what each network's short training came to, and the medians of its times.

Usage: networks_table.py [--markdown] [--page PAGE.md] --networks a,b,... RUNS

RUNS/NETWORK holds the run (run.json, log.jsonl), RUNS/times.jsonl the lines of the benchmark. What was not measured is
shown as a dash. Needs no package.
"""
import argparse
from pathlib import Path

import tables
from runs import cell, medians, read, read_lines

HEAD = ["network", "parameters", "multiply-adds", "loss, first epoch", "loss, last epoch", "test accuracy",
        "s per epoch", "trained form, ms per image", "folded, ms per image"]
NUMBERS = range(1, len(HEAD))


def row(network, runs, times):
    run, epochs = read(runs / network / "run.json"), read_lines(runs / network / "log.jsonl")
    counts, images = run.get("counts", {}), run.get("dataset", {}).get("train_images")
    accuracy = run.get("result", {}).get("test_accuracy")

    def milliseconds(mode):
        speed = times.get((network, mode, 1), [None])[0]
        return speed and 1e3 / speed

    training = times.get((network, "train", 64), [None])[0]
    multiply_adds = counts.get("multiply_adds")
    return [network,
            cell(counts.get("parameters"), "{:,}"),
            cell(multiply_adds and multiply_adds / 1e6, "{:,.1f} M"),
            cell(epochs[0]["train_loss"] if epochs else None, "{:.3f}"),
            cell(epochs[-1]["train_loss"] if epochs else None, "{:.3f}"),
            cell(accuracy and 100 * accuracy, "{:.1f} %"),
            cell(images and training and images / training, "{:.1f}"),
            cell(milliseconds("infer"), "{:.2f}"),
            cell(milliseconds("fold"), "{:.2f}")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=Path)
    parser.add_argument("--networks", required=True)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    times = medians(options.runs / "times.jsonl", "net")
    table = [row(network, options.runs, times) for network in options.networks.split(",")]
    print((tables.markdown if options.markdown else tables.text)(HEAD, NUMBERS, table), end="")
    if options.page:
        tables.write_into(options.page, "compare_networks", tables.markdown(HEAD, NUMBERS, table))


if __name__ == "__main__":
    main()
