#!/usr/bin/env python3
"""PyTorch on the work that build/examples/benchmark and kernels_bench time: a line of JSON for each measurement.

Usage: torch_peer.py [--mode train,infer,fold,convolution,product,openblas] [--net mini] [--batch 128]
                     [--threads 2] [--steps 12] [--compile] [--bf16]

train, infer and fold print the keys of `benchmark`; tensors are channels-last, as PyTorch is fastest on a CPU.
convolution times 3x3 convolutions at stride 1, forward and both gradients, product times matrix products, and openblas
times the same with NumPy, whose own builds have OpenBLAS inside. Every figure is the median of the steps that follow
two to warm up. Denormal numbers are flushed, which only helps PyTorch. --bf16 runs networks under autocast, which
computes convolutions and the head in bfloat16.
"""
import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from options import whole

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "torch"))
from repvgg import RepVgg  # noqa: E402
from repvgg_sizes import SIZES  # noqa: E402

CONVOLUTIONS = ((64, 32), (128, 16), (256, 8))  # channels, side
PRODUCTS = ((1024, 1024, 1024), (8192, 64, 64), (8192, 128, 128), (8192, 256, 256))  # M, K, N


def resident(entry):
    """Bytes that /proc/self/status gives: VmRSS now, VmHWM at most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(entry + ":"):
            return 1024 * int(line.split()[1])
    return 0


def seconds_of(step, steps):
    for _ in range(2):
        step()
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def channels_last(*shape):
    return torch.randn(*shape).to(memory_format=torch.channels_last)


def multiply_adds(net):
    """Of one image's way through the 3x3 convolutions of the folded network."""
    total, channels, side = 0, 3, 32
    for stage, (depth, width) in enumerate(zip(*SIZES[net])):
        for block in range(depth):
            if stage >= 2 and block == 0:
                side //= 2
            total += 9 * channels * width * side * side
            channels = width
    return total


def precision(options):
    return torch.autocast("cpu", torch.bfloat16, enabled=options.bf16)


def training_step(network, model, images, labels, options):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def step():
        optimizer.zero_grad()
        with precision(options):
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

    return step


def inference_step(network, model, images, options):
    network.eval()

    @torch.inference_mode()
    def step():
        with precision(options):
            model(images)

    return step


def measure_network(mode, options, idle_bytes):
    images, labels = channels_last(options.batch, 3, 32, 32), torch.randint(10, (options.batch,))
    network = RepVgg("folded" if mode == "fold" else "branches", *SIZES[options.net])
    network = network.to(memory_format=torch.channels_last)
    model = torch.compile(network) if options.compile else network
    if mode == "train":
        step, passes = training_step(network, model, images, labels, options), 3
    else:
        step, passes = inference_step(network, model, images, options), 1
    seconds = seconds_of(step, options.steps)
    typical = statistics.median(seconds)
    return {
        "net": options.net, "mode": mode, "batch": options.batch, "threads": options.threads,
        "layout": "channels_last", "compile": options.compile, "bf16": options.bf16,
        "images_per_s": round(options.batch / typical, 1),
        "best_images_per_s": round(options.batch / min(seconds), 1),
        "effective_gflops": round(2e-9 * passes * multiply_adds(options.net) * options.batch / typical, 1),
        "peak_resident_bytes": resident("VmHWM"), "idle_resident_bytes": idle_bytes,
    }


def measure_convolution(channels, side, options):
    x, dy = channels_last(options.batch, channels, side, side), channels_last(options.batch, channels, side, side)
    w = channels_last(channels, channels, 3, 3)

    def gradients():
        torch.ops.aten.convolution_backward(
            dy, x, w, None, (1, 1), (1, 1), (1, 1), False, (0, 0), 1, (True, True, False))

    with torch.inference_mode():
        forward_ms = 1e3 * statistics.median(seconds_of(lambda: F.conv2d(x, w, padding=1), options.steps))
        gradients_ms = 1e3 * statistics.median(seconds_of(gradients, options.steps))
    return {"mode": "convolution", "shape": f"{channels}@{side}x{side}", "batch": options.batch,
            "threads": options.threads, "forward_ms": forward_ms, "gradients_ms": gradients_ms}


def measure_product(m, k, n, options):
    a, b, c = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    with torch.inference_mode():
        typical = statistics.median(seconds_of(lambda: torch.mm(a, b, out=c), 10 * options.steps))
    return {"mode": "product", "shape": f"{m}x{k}x{n}", "threads": options.threads,
            "gflops": 2e-9 * m * k * n / typical}


def measure_openblas(m, k, n, options):
    import numpy

    a, b, c = (numpy.random.rand(*shape).astype("float32") for shape in ((m, k), (k, n), (m, n)))
    typical = statistics.median(seconds_of(lambda: numpy.dot(a, b, out=c), 10 * options.steps))
    return {"mode": "openblas", "shape": f"{m}x{k}x{n}", "threads": options.threads,
            "gflops": 2e-9 * m * k * n / typical}


def measurements(options, idle_bytes):
    for mode in options.mode.split(","):
        if mode == "convolution":
            for channels, side in CONVOLUTIONS:
                yield measure_convolution(channels, side, options)
        elif mode in ("product", "openblas"):
            for m, k, n in PRODUCTS:
                yield (measure_product if mode == "product" else measure_openblas)(m, k, n, options)
        elif mode in ("train", "infer", "fold"):
            yield measure_network(mode, options, idle_bytes)
        else:
            sys.exit(f"torch_peer.py: --mode: got {mode}, needs train, infer, fold, convolution, product or openblas")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", default="train,infer,fold")
    parser.add_argument("--net", default="mini", choices=SIZES)
    parser.add_argument("--batch", type=whole, default=128)
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--steps", type=whole, default=12)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    idle_bytes = resident("VmRSS")
    for line in measurements(options, idle_bytes):
        print(json.dumps({"peer": f"torch {torch.__version__}", **line}), flush=True)


if __name__ == "__main__":
    main()
