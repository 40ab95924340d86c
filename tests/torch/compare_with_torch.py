#!/usr/bin/env python3
"""Loads saved networks into plain PyTorch and compares the logits of CIFAR-10's test images. For checking only.

Usage: compare_with_torch.py MODEL.safetensors... [--data-dir DIR] [--limit N] [--evaluate PROGRAM] [--peer FILE]

Each file, model.safetensors or folded.safetensors of a run, is loaded by load_state_dict(strict=True) as it stands: no
name is changed, no axis moved. PyTorch and our own `evaluate --logits` then see the same images, and the largest
difference of a logit must be at most 1e-4 of the largest logit. `--peer` takes the blocks' classes, Branches and Plain,
from another file. Needs the packages torch, numpy and safetensors.
"""
import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from repvgg import RepVgg
from repvgg_sizes import SIZES

TOLERANCE = 1e-4


def test_images(data_dir, limit, card):
    """CIFAR-10's official test file: one byte of label, 3072 of red, green and blue planes an image."""
    rows = np.fromfile(Path(data_dir) / "test_batch.bin", np.uint8).reshape(-1, 3073)[:limit]
    mean, deviation = (np.float32(json.loads(card[key])).reshape(3, 1, 1) for key in ("mean", "deviation"))
    pixels = rows[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255)
    return torch.from_numpy((pixels - mean) / deviation), rows[:, 0]


def torch_network(file, card, blocks):
    form = "folded" if card["form"] == "folded" else "branches"
    network = RepVgg(form, *SIZES[card["net"]], classes=len(json.loads(card["classes"])), blocks=blocks)
    network.load_state_dict(load_file(file), strict=True)
    return network.eval()


def our_logits(program, file, data_dir, limit):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "logits.safetensors")
        command = [program, "--model", file, "--logits", out, "--data-dir", str(data_dir),
                   "--limit-test", str(limit)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return load_file(out)["logits"]


def peer_blocks(file):
    spec = importlib.util.spec_from_file_location("peer", file)
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    return {"branches": peer.Branches, "folded": peer.Plain}


def main():
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--data-dir", default=cache / "onefold" / "cifar-10-batches-bin")
    parser.add_argument("--limit", type=int, default=10000)
    parser.add_argument("--evaluate", default=Path(__file__).parents[2] / "build" / "examples" / "evaluate")
    parser.add_argument("--peer")
    options = parser.parse_args()
    blocks = peer_blocks(options.peer) if options.peer else None

    failed = False
    for file in options.models:
        with safe_open(file, "pt") as opened:
            card = opened.metadata()
        images, labels = test_images(options.data_dir, options.limit, card)
        network = torch_network(file, card, blocks)
        with torch.inference_mode():
            theirs = torch.cat([network(batch) for batch in images.split(500)])
        ours = our_logits(options.evaluate, file, options.data_dir, len(images))
        relative = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        same = (ours.argmax(1) == theirs.argmax(1)).sum().item()
        accuracy = (theirs.argmax(1).numpy() == labels).mean()
        good = ours.shape == theirs.shape and relative <= TOLERANCE
        failed |= not good
        print(f"{file}: {card['net']}, {card['form']} form: largest difference {relative:.1e} of the largest logit "
              f"({'at most' if good else 'MORE than'} {TOLERANCE:.0e}), predictions equal {same} / {len(images)}, "
              f"accuracy {100 * accuracy:.2f} %")
    sys.exit(failed)


if __name__ == "__main__":
    main()
