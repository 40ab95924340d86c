#!/usr/bin/env python3
"""The table of compare_families.sh: what each family's training came to, and the medians of its times.

Usage: families_table.py [--markdown] [--page PAGE.md] [--families a,b,...] RUNS

RUNS/FAMILY holds the run (run.json, log.jsonl) and its fold (fold.json), RUNS/times.jsonl the lines of the benchmark.
What was not measured is shown as a dash. Needs no package.
"""
import argparse
from pathlib import Path

import tables
from runs import cell, medians, read

HEAD = ["family", "parameters, trained", "trained", "folded", "predictions equal", "ms per step", "of none's",
        "MiB per step", "trained form, images/s", "folded, images/s", "folded, ms per image"]
NUMBERS = range(1, len(HEAD))


def row(family, runs, times):
    run, fold = read(runs / family / "run.json"), read(runs / family / "fold.json")
    proof = fold.get("proof", {})

    def percent(value):
        return cell(value and 100 * value, "{:.2f} %")

    def speed(mode, batch):
        return times.get((family, mode, batch), [None])[0]

    def step_ms(name):
        rate = times.get((name, "train", 128), [None])[0]
        return rate and 128e3 / rate

    step, of_none, memory = step_ms(family), step_ms("none"), times.get((family, "train", 128), [None, None])[1]
    return [family,
            cell(run.get("counts", {}).get("parameters"), "{:,}"),
            percent(run.get("result", {}).get("test_accuracy")),
            percent(proof.get("accuracy_after")),
            cell(proof.get("equal"), "{:,}"),
            cell(step, "{:.0f}"),
            cell(step and of_none and step / of_none, "{:.2f}"),
            cell(memory and memory / 2**20, "{:.0f}"),
            cell(speed("infer", 128), "{:,.0f}"),
            cell(speed("fold", 128), "{:,.0f}"),
            cell(speed("fold", 1) and 1e3 / speed("fold", 1), "{:.2f}")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=Path)
    parser.add_argument("--families", default="")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    times = medians(options.runs / "times.jsonl", "reparam")
    families = options.families.split(",") if options.families else sorted(
        path.parent.name for path in options.runs.glob("*/run.json"))
    table = [row(family, options.runs, times) for family in families]
    print((tables.markdown if options.markdown else tables.text)(HEAD, NUMBERS, table), end="")
    if options.page:
        tables.write_into(options.page, "compare_families", tables.markdown(HEAD, NUMBERS, table))


if __name__ == "__main__":
    main()
