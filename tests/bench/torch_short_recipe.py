#!/usr/bin/env python3
"""What PyTorch needs on this machine for a short recipe whose accuracy is known: seconds for all steps and evaluations.

Usage: torch_short_recipe.py [--threads 2] [--steps 6]

The network and the recipe are airbench93's ("94 % on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498): 2x2
whitening, three groups of two 3x3 convolutions of 64, 128 and 128 channels, 11 epochs in batches of 1,024, six views. A
step takes the same time whatever the images are, so random ones do: the median of some steps stands for all of them.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from options import whole

WIDTHS, EPOCHS, BATCH, TRAINING_IMAGES, TEST_IMAGES, VIEWS = (64, 128, 128), 11, 1024, 50000, 10000, 6


def group(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(outputs), nn.GELU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.GELU()]


def network():
    whitening = nn.Conv2d(3, 24, 2)
    whitening.weight.requires_grad = False
    layers, channels = [whitening, nn.GELU()], 24
    for width in WIDTHS:
        layers += group(channels, width)
        channels = width
    return nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(channels, 10, bias=False))


def median_seconds(step, steps):
    seconds = []
    for index in range(steps + 1):
        start = time.perf_counter()
        step()
        if index:  # the first one warms up
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--steps", type=whole, default=6)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    net = network().to(memory_format=torch.channels_last)
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=1e-3, momentum=0.85, nesterov=True, weight_decay=1e-3)
    images = torch.randn(BATCH, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(10, (BATCH,))

    def train():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(images), labels, label_smoothing=0.2).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            net(images)

    step = median_seconds(train, options.steps)
    net.eval()
    forward = median_seconds(infer, options.steps)
    training = step * EPOCHS * (TRAINING_IMAGES // BATCH)
    evaluation = forward * VIEWS * TEST_IMAGES / BATCH
    print(json.dumps({"peer": f"torch {torch.__version__}", "threads": options.threads, "step_s": round(step, 4),
                      "training_s": round(training, 1), "evaluation_s": round(evaluation, 1)}))


if __name__ == "__main__":
    main()
