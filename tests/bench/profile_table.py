#!/usr/bin/env python3
"""The table of profile.sh: the milliseconds that each kind of work takes of a step, and the products' at peak.

Usage: profile_table.py [--markdown] [--page PAGE.md] FOLDER

A kind's milliseconds are its share of the samples times the median step. The kernel's own samples do not count: they
are the program's start, for no step touches a page that the step before had not. The products at peak are the
multiply-adds that Winograd leaves, counted here from the network's shapes, at the peak that kernels_bench measures.
Needs no package.
"""
import argparse
import json
import re
import sys
from pathlib import Path

import tables

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "torch"))
from repvgg_sizes import SIZES  # noqa: E402

# The first pattern that a function's name matches says what kind of work it is.
KINDS = {
    "products": r"multiply_panel|tile_of|multiply_whole_panel",
    "transforms": r"Winograd|Strided|transform_|TransformedWeights|rotate_weights",
    "norms, sums, ReLU": r"gradient_sums|backward_pass|forward_pass|ChannelSums|add_statistics",
    "im2col, copies": r"im2col|col2im|mem(move|cpy|set)|pack_rows",
    "waiting": r"gomp_|__kmp|futex",
    "rest": r"",
}
HEAD = ["work", "threads", "ms", "products", "at peak", *list(KINDS)[1:], "PyTorch / target"]
NUMBERS = range(1, len(HEAD))
TARGETS = {("train", "mini"): 3.0, ("train", "S"): 3.0, ("train", "A0"): 2.5}  # else FOLDED, or of one image ONE
FOLDED, ONE = 2.5, 2.0
BATCH = 128
WORK = {"train": "training step", "fold": "folded inference", "infer": "inference in training form"}


def blocks(net):
    """(input channels, output channels, side of the output, stride) of each block on images of 32x32."""
    channels, side = 3, 32
    for stage, (depth, width) in enumerate(zip(*SIZES[net])):
        for block in range(depth):
            stride = 2 if stage >= 2 and block == 0 else 1
            side //= stride
            yield channels, width, side, stride
            channels = width


def winograd_products(inputs, outputs, side, stride):
    """Multiply-adds an image and direction of the 3x3 convolution: 36 (stride 1) or 81 (stride 2) for 4x4 outputs."""
    if inputs == 3:
        return side * side * 9 * inputs * outputs  # im2col
    tiles = ((side + 3) // 4) ** 2
    return tiles * (36 if stride == 1 else 81) * inputs * outputs


def products(net, mode):
    """Multiply-adds of a step; in training there are three directions, but no gradient of the images."""
    total = 0
    for inputs, outputs, side, stride in blocks(net):
        directions = 1 if mode != "train" else 2 if inputs == 3 else 3
        total += directions * winograd_products(inputs, outputs, side, stride)
        if mode != "fold":
            total += directions * side * side * inputs * outputs  # the 1x1 branch
    return BATCH * total


def shares(report):
    found = dict.fromkeys(KINDS, 0.0)
    for line in report.read_text().splitlines():
        match = re.match(r"\s*([\d.]+)%\s+(.*)", line)
        if match and not match[2].startswith("[k]"):
            kind = next(kind for kind, pattern in KINDS.items() if re.search(pattern, match[2]))
            found[kind] += float(match[1])
    total = sum(found.values())
    return {kind: share / total for kind, share in found.items()}


def row(folder, net, mode, threads, batch, peak):
    name = folder / f"{net}-{mode}-{threads}-{batch}"
    step = batch / json.loads(name.with_suffix(".json").read_text())["images_per_s"] * 1e3
    digits = 1 if batch == BATCH else 3
    of = {kind: f"{share * step:.{digits}f}" for kind, share in shares(name.with_suffix(".txt")).items()}
    # Of one image the small maps have too few tiles for Winograd, which is not counted here.
    at_peak = f"{2e3 * products(net, mode) / (peak * 1e9 * threads / 2):.1f}" if batch == BATCH else "-"
    theirs = folder / f"{net}-{mode}-{batch}-torch.json"
    wanted = "-"
    if threads == 2 and theirs.exists():
        speed = json.loads(theirs.read_text())["images_per_s"]
        target = TARGETS.get((mode, net), FOLDED) if batch == BATCH else ONE
        wanted = f"{batch / speed * 1e3 / target:.{digits}f}"
    work = f"{WORK[mode]}, {net}" + (", one image" if batch == 1 else "")
    return [work, str(threads), f"{step:.{digits}f}", of.pop("products"), at_peak, *of.values(), wanted]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    peak = float(json.loads((options.folder / "peak.json").read_text())["context"]["peak_gflops"])
    runs = [(net, mode, threads, BATCH) for mode in ("train", "fold") for net, threads in
            (("mini", 1), ("mini", 2), ("S", 2), ("A0", 2))]
    runs += [("mini", "infer", 2, BATCH), ("mini", "fold", 2, 1)]
    table = [row(options.folder, *run, peak) for run in runs]
    print((tables.markdown if options.markdown else tables.text)(HEAD, NUMBERS, table), end="")
    print(f"peak on two threads: {peak:.0f} GFLOP/s")
    if options.page:
        tables.write_into(options.page, "profile", tables.markdown(HEAD, NUMBERS, table))


if __name__ == "__main__":
    main()
