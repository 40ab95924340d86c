#!/usr/bin/env python3
"""The table of compare_grouped.sh: each kind of layer in each direction, ours beside PyTorch's, and each network's sum.

Usage: grouped_table.py [--markdown] [--page PAGE.md] LINES.jsonl

Ratios say how many times faster ours is. Each is the median of the rounds' ratios, since both sides ran one after the
other within a round. Needs no package.
"""
import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

import tables

DIRECTIONS = ("forward", "input_gradient", "weight_gradient")


def times(lines):
    """Milliseconds by timing, side and round."""
    found = defaultdict(lambda: {"ours": {}, "theirs": {}})
    for line in lines:
        if "timing" in line:
            found[line["timing"]]["theirs"][line["round"]] = line["median_ms"]
        for timing in line.get("benchmarks", []):
            found[timing["name"].removesuffix("/manual_time")]["ours"][line["round"]] = timing["median_ms"]
    return found


def pairs_of(sides):
    """(ours, theirs) of each round that has both."""
    return [(sides["ours"][r], sides["theirs"][r]) for r in sorted(sides["ours"]) if r in sides["theirs"]]


def cells(pairs):
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    ratios = [b / a for a, b in pairs]
    return [f"{ours:.2f}", f"{theirs:.2f}", f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"]


def network_rows(network, layers):
    """A row for each layer and direction, then the sums over all layers as often as the network has them."""
    sums = defaultdict(list)
    for (count, layer, shape), directions in layers.items():
        for direction, pairs in directions.items():
            text = direction.replace("_", " ")
            yield [network, count, f"{layer.replace('_', ', ')}, {shape}", text, *cells(pairs)]
            sums[text].append([(int(count) * a, int(count) * b) for a, b in pairs])
            sums["all"].append(sums[text][-1])
    for text, summands in sums.items():
        rounds = [tuple(map(sum, zip(*each))) for each in zip(*summands)]
        yield [network, "", "all", text, *cells(rounds)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    with open(options.lines) as file:
        found = times(json.loads(line) for line in file)

    networks = defaultdict(lambda: defaultdict(dict))
    for timing, sides in found.items():
        network, layer, direction, shape = timing.split("/")
        count, layer = layer.split("x_", 1)
        if pairs := pairs_of(sides):
            networks[network][count, layer, shape][direction] = pairs
    table = [row for network, layers in networks.items() for row in network_rows(network, layers)]
    head = ["network", "layers", "convolution", "direction", "ours, ms", "PyTorch, ms", "ratio", "of rounds"]
    numbers = (1, 4, 5, 6)
    print((tables.markdown if options.markdown else tables.text)(head, numbers, table), end="")
    if options.page:
        tables.write_into(options.page, "compare_grouped", tables.markdown(head, numbers, table))
    counts = {len(pairs_of(sides)) for sides in found.values()}
    print(f"\n{min(counts, default=0)} to {max(counts, default=0)} rounds; ratio: the median of the rounds' ratios")


if __name__ == "__main__":
    main()
