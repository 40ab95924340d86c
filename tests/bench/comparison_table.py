#!/usr/bin/env python3
"""The table of compare_torch.sh: for each kind of work the medians of both sides, and the median of the rounds' ratios.

Usage: comparison_table.py [--markdown] [--page PAGE.md] LINES.jsonl

A ratio is taken within a round, where both sides ran one after the other, so that a machine that slows down slows both;
then the median of the ratios counts, and the lowest and highest are shown beside it. Ratios say how many times better
ours is: above 1 is faster, or less memory. Needs no package.
"""
import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import tables


class Row(NamedTuple):
    work: str
    unit: str
    digits: int
    against: str
    pairs: list  # of (ours, theirs), one a round
    target: float = None
    stretch: float = None
    lower_is_better: bool = False


class Rounds:
    """What each round measured, by the work that it belongs to."""

    def __init__(self, lines):
        self.rounds = defaultdict(list)
        for line in lines:
            self.rounds[line["round"]].append(line)

    def pairs(self, work, ours, theirs):
        """The value of both in each round that has both; each is a function from a line to a number or None."""
        found = []
        for lines in self.rounds.values():
            values = [[value for line in lines if line["work"] == work and (value := side(line)) is not None]
                      for side in (ours, theirs)]
            if values[0] and values[1]:
                found.append((values[0][-1], values[1][-1]))
        return found


def network(key, **wanted):
    """A number that a network's line states under `key`; `peer` is compared by its first word."""
    def value(line):
        if "net" not in line or any(line[name] != wanted[name] for name in wanted if name != "peer"):
            return None
        return line[key] if line["peer"].split()[0] == wanted["peer"] else None
    return value


def speed(**wanted):
    return network("images_per_s", **wanted)


def memory(**wanted):
    peak, idle = network("peak_resident_bytes", **wanted), network("idle_resident_bytes", **wanted)
    return lambda line: None if peak(line) is None else (peak(line) - idle(line)) / 2**20


def kernels(counter, *names):
    """The sum of a counter over these timings of Google Benchmark."""
    def value(line):
        timings = {t["name"].removesuffix("/manual_time"): t for t in line.get("benchmarks", [])}
        return sum(timings[name][counter] for name in names) if all(name in timings for name in names) else None
    return value


def torch_kernel(mode, shape, *keys):
    return lambda line: sum(line[key] for key in keys) if line.get("mode") == mode and line["shape"] == shape else None


def peak(line):
    return float(line["context"]["peak_gflops"]) if "context" in line else None


# The targets of a training step, and of one in bf16 against PyTorch's in float.
NETWORKS = (("mini", 1.9, 2.6), ("S", 2.2, 2.8), ("A0", 2.4, 2.8))
DIRECTIONS = (("forward", ("forward",), ("forward_ms",)),
              ("both gradients", ("input_gradient", "weight_gradient"), ("gradients_ms",)),
              ("all three", ("forward", "input_gradient", "weight_gradient"), ("forward_ms", "gradients_ms")))


def speed_row(work, against, pairs, target=None, stretch=None):
    return Row(work, "images/s", 0, against, pairs, target, stretch)


def bf16_rows(rounds):
    """Ours with --precision bf16 against PyTorch under autocast, and against PyTorch in float."""
    for mode, work, targets in (("train", "training step", (1.5, 1.8)), ("fold", "folded inference", (1.3, 1.5))):
        for net, _, against_float in NETWORKS:
            ours, in_bf16, in_float = (speed(peer=peer, net=net, mode=mode, bf16=bf16) for peer, bf16 in
                                       (("onefold", True), ("torch", True), ("torch", False)))
            name = f"{work} in bf16, {net}, batch 128"
            yield speed_row(name, "PyTorch, bf16", rounds.pairs("bf16", ours, in_bf16), *targets)
            bounds = (against_float, 3.0) if mode == "train" else ()
            yield speed_row(f"{name}, against float", "PyTorch", rounds.pairs("bf16", ours, in_float), *bounds)


def network_rows(rounds):
    for net, target, _ in NETWORKS:
        sides = speed(peer="onefold", net=net, mode="train"), speed(peer="torch", net=net, mode="train")
        work = f"training step, {net}, batch 128"
        yield speed_row(work, "PyTorch", rounds.pairs("train", *sides), target, 2.5)
        yield speed_row(work, "PyTorch, compiled", rounds.pairs("compile", *sides), None, 3.0)
    yield from bf16_rows(rounds)
    for net, *_ in NETWORKS:
        sides = speed(peer="onefold", net=net, mode="fold"), speed(peer="torch", net=net, mode="fold")
        yield speed_row(f"folded inference, {net}, batch 128", "PyTorch", rounds.pairs("fold", *sides), 2.5, 3.0)
    sides = speed(peer="onefold", mode="fold", batch=1), speed(peer="torch", mode="fold", batch=1)
    yield speed_row("folded inference, mini, batch 1", "PyTorch", rounds.pairs("one", *sides), 2.0, 3.0)
    sides = speed(peer="onefold", mode="infer"), speed(peer="torch", mode="infer")
    yield speed_row("inference in training form, mini, batch 128", "PyTorch", rounds.pairs("forms", *sides))


def kernel_rows(rounds):
    for shape in ("64@32x32", "128@16x16", "256@8x8"):
        channels, side = (int(part) for part in shape.split("x")[0].split("@"))
        for direction, ours, theirs in DIRECTIONS:
            time = kernels("median_ms", *(f"conv3x3/{name}/{shape}" for name in ours))
            pairs = rounds.pairs("convolution", time, torch_kernel("convolution", shape, *theirs))
            yield Row(f"3x3 convolution {shape}, {direction}", "ms", 1, "PyTorch", pairs, 2.5, lower_is_better=True)
        gflop = 3 * 2e-9 * 128 * side**2 * channels**2 * 9
        pairs = [(1e3 * gflop / ms, most) for ms, most in rounds.pairs("convolution", time, peak)]
        yield Row(f"3x3 convolution {shape}, effective rate", "GFLOP/s", 0, "peak FMA", pairs, None, 2.0)
    for shape in ("1024x1024x1024", "8192x64x64", "8192x128x128", "8192x256x256"):
        ours = kernels("GFLOP/s", f"gemm/{shape}")
        for against, theirs in (("OpenBLAS", torch_kernel("openblas", shape, "gflops")),
                                ("PyTorch", torch_kernel("product", shape, "gflops")), ("peak FMA", peak)):
            pairs = rounds.pairs("product", ours, theirs)
            yield Row(f"matrix product {shape}", "GFLOP/s", 0, against, pairs, 0.95, 1.0)


def own_rows(rounds):
    folded, trained = speed(peer="onefold", mode="fold"), speed(peer="onefold", mode="infer")
    yield speed_row("folded form, mini, batch 128", "training form", rounds.pairs("forms", folded, trained), 1.8)
    for bf16, work, target in ((False, "training", 1 / 0.73), (True, "training in bf16", 1 / 0.55)):
        pairs = rounds.pairs("memory", memory(peer="onefold", net="S", bf16=bf16), memory(peer="torch", net="S"))
        yield Row(f"peak memory of {work}, S, batch 128", "MiB", 0, "PyTorch", pairs, target, lower_is_better=True)
    for net in ("mini", "S"):
        sides = (speed(peer="onefold", net=net, threads=count) for count in (2, 1))
        yield speed_row(f"training on two threads, {net}", "one thread", rounds.pairs("threads", *sides), 1.8, 1.9)


def verdict(ratio, row, reached):
    if row.stretch and ratio >= row.stretch:
        return "stretch met"
    if row.target is None:
        return "stretch not met" if row.stretch else "-"
    if ratio >= row.target:
        return "met"
    return "met otherwise" if row.work in reached else "not met"


def cells(row, reached):
    ratios = ratios_of(row)
    ratio = statistics.median(ratios)
    ours, theirs = (f"{statistics.median(side):.{row.digits}f}" for side in zip(*row.pairs))
    goal = " / ".join(f"{bound:.3g}" if bound else "-" for bound in (row.target, row.stretch))
    return [row.work, row.unit, ours, row.against, theirs, f"{ratio:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}",
            goal if row.target or row.stretch else "-", verdict(ratio, row, reached)]


def ratios_of(row):
    return [theirs / ours if row.lower_is_better else ours / theirs for ours, theirs in row.pairs]


HEAD = ["work", "unit", "ours", "against", "theirs", "ratio", "of rounds", "target / stretch", "verdict"]
NUMBERS = (2, 4, 5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    with open(options.lines) as file:
        rounds = Rounds(json.loads(line) for line in file)

    rows = [row for rows in (network_rows, kernel_rows, own_rows) for row in rows(rounds) if row.pairs]
    # A matrix product may reach a library's or the peak: one is enough.
    reached = {row.work for row in rows if row.target and statistics.median(ratios_of(row)) >= row.target}
    table = [cells(row, reached) for row in rows]
    print((tables.markdown if options.markdown else tables.text)(HEAD, NUMBERS, table), end="")
    if options.page:
        tables.write_into(options.page, "compare_torch", tables.markdown(HEAD, NUMBERS, table))
    counts = {len(row.pairs) for row in rows}
    print(f"\n{min(counts, default=0)} to {max(counts, default=0)} rounds; ratio: the median of the rounds' ratios")


if __name__ == "__main__":
    main()
