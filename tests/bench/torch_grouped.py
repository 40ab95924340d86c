#!/usr/bin/env python3
"""PyTorch on the grouped convolutions that kernels_bench times: a line of JSON for each.

Usage: kernels_bench --benchmark_list_tests | torch_grouped.py [--batch 128] [--threads 2] [--seconds 0.1]

A timing's name says all: "shufflenet_g2/4x_conv1x1_groups2/forward/200-50@16x16/manual_time". PyTorch has the faster of
its two layouts: each figure is the smaller of the medians of channels-last and NCHW.
"""
import argparse
import json
import re
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from options import whole

NAME = re.compile(r"(?P<network>\w+)/(?P<count>\d+)x_(?P<kind>conv|depthwise)(?P<kernel>\d+)x\d+"
                  r"(?:_stride(?P<stride>\d+))?(?:_groups(?P<groups>\d+))?/(?P<direction>\w+)"
                  r"/(?:(?P<inputs>\d+)-)?(?P<outputs>\d+)@(?P<side>\d+)x")


def median_ms(step, seconds):
    """Of at least five steps, after two to warm up."""
    for _ in range(2):
        step()
    times = []
    while len(times) < 5 or sum(times) < seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def step_of(name, options, layout):
    """The convolution that a timing's name means, as a function."""
    def number(key, default):
        return int(name[key] or default)
    outputs, side, kernel, stride = (number(key, 1) for key in ("outputs", "side", "kernel", "stride"))
    inputs = number("inputs", outputs)
    groups = inputs if name["kind"] == "depthwise" else number("groups", 1)
    x = torch.randn(options.batch, inputs, side, side).to(memory_format=layout)
    w = torch.randn(outputs, inputs // groups, kernel, kernel).to(memory_format=layout)
    if name["direction"] == "forward":
        return lambda: F.conv2d(x, w, None, stride, kernel // 2, 1, groups)
    out_side = (side - 1) // stride + 1
    dy = torch.randn(options.batch, outputs, out_side, out_side).to(memory_format=layout)
    wanted = (name["direction"] == "input_gradient", name["direction"] == "weight_gradient", False)
    return lambda: torch.ops.aten.convolution_backward(
        dy, x, w, None, (stride,) * 2, (kernel // 2,) * 2, (1, 1), False, (0, 0), groups, wanted)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=whole, default=128)
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--seconds", type=float, default=0.1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    for line in sys.stdin:
        timing = line.strip().removesuffix("/manual_time")
        name = NAME.match(timing)
        if not name:
            continue
        with torch.inference_mode():
            times = [median_ms(step_of(name, options, layout), options.seconds)
                     for layout in (torch.channels_last, torch.contiguous_format)]
        print(json.dumps({"peer": f"torch {torch.__version__}", "timing": timing, "median_ms": min(times)}), flush=True)


if __name__ == "__main__":
    main()
