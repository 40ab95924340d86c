#!/usr/bin/env python3
"""The table of compare_engines.sh: the folded networks in each engine, and ours against the fastest of the others.

Usage: engines_table.py [--markdown] [--page PAGE.md] LINES.jsonl

Speeds are the medians of the rounds. A ratio is taken within a round, where all sides ran one after the other, against
the engine that was fastest in it; then the median of the ratios counts. Needs no package.
"""
import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

import tables

PEERS = {"onefold": "ours", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "ncnn": "ncnn", "mnn": "MNN",
         "torch": "PyTorch"}
TARGETS = {  # by precision, batch and network: target and stretch
    (False, 1, "mini"): (1.15, 1.4), (False, 1, "S"): (1.15, 1.4), (False, 1, "A0"): (1.15, 1.4),
    (False, 128, "mini"): (1.7, 2.2), (False, 128, "S"): (1.9, 2.2), (False, 128, "A0"): (2.1, 2.2),
    (True, 128, "mini"): (1.3, 1.5), (True, 128, "S"): (1.3, 1.5), (True, 128, "A0"): (1.3, 1.5)}


def verdict(ratio, bounds):
    if not bounds:
        return "-"
    return "stretch met" if ratio >= bounds[1] else "met" if ratio >= bounds[0] else "not met"


def rows(lines):
    speeds = defaultdict(lambda: defaultdict(dict))  # by work, round and peer
    for line in lines:
        work = line["bf16"], line["batch"], line["net"]
        speeds[work][line["round"]][line["peer"].split()[0]] = line["images_per_s"]
    for work, rounds in speeds.items():
        ratios = [peers["onefold"] / max(speed for peer, speed in peers.items() if peer != "onefold")
                  for peers in rounds.values() if "onefold" in peers and len(peers) > 1]
        if not ratios:
            continue
        medians = ([peers[peer] for peers in rounds.values() if peer in peers] for peer in PEERS)
        ratio, bounds = statistics.median(ratios), TARGETS.get(work)
        yield [work[2], str(work[1]), "bf16" if work[0] else "float",
               *(f"{statistics.median(found):.0f}" if found else "-" for found in medians),
               f"{ratio:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}",
               f"{bounds[0]:g} / {bounds[1]:g}" if bounds else "-", verdict(ratio, bounds)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    with open(options.lines) as file:
        lines = [json.loads(line) for line in file]
    head = ["network", "batch", "products", *PEERS.values(), "ratio", "of rounds", "target / stretch", "verdict"]
    numbers, table = range(3, 4 + len(PEERS)), list(rows(lines))
    print((tables.markdown if options.markdown else tables.text)(head, numbers, table), end="")
    if options.page:
        tables.write_into(options.page, "compare_engines", tables.markdown(head, numbers, table))
    print(f"\n{len({line['round'] for line in lines})} rounds, images/s; ratio: ours to the best of the others, the "
          "median of the rounds")


if __name__ == "__main__":
    main()
