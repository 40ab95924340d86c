#!/usr/bin/env python3
"""Opens files of other projects' RepVGGs, and has them open ours: the same logits. For checking only.

Usage: compare_names.py FOLDER_OF_PROGRAMS WORK_FOLDER      (skipped, with exit code 77, without torch, numpy, safetensors)

For both naming schemes, both forms and two networks, random weights of a PyTorch module go through a .safetensors file
to our `evaluate`: its logits are at most 1e-5 of the largest logit from PyTorch's. Then `reparameterize --names` writes
both forms under both schemes' names, which load_state_dict(strict=True) takes: trained weights come back bit for bit.
The same for files in F16, BF16 and F64, and for names with a prefix.
"""
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

try:
    import numpy as np
    import torch
    from safetensors.torch import load_file, save_file
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

from repvgg_elsewhere import SCHEMES
from repvgg_sizes import SIZES

TOLERANCE = 1e-5
CLASSES, IMAGES_PER_CLASS = 7, 4
NETS = {"tiny": ("tiny", 1), "mini+g4": ("mini", 4)}  # size and groups
USUAL = ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))  # if no normalisation is given
GIVEN = ((0.5, 0.25, 0.125), (0.3, 0.2, 0.5))


def png(pixels):
    """A PNG file of [height, width, 3] bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_images(folder, random):
    """Images in class folders; returns those to test on in the order in which they are read: classes in turn."""
    for kind, count in (("train", 1), ("test", IMAGES_PER_CLASS)):
        images = random.integers(0, 256, (count, CLASSES, 32, 32, 3), np.uint8)
        for index, label in np.ndindex(count, CLASSES):
            path = folder / kind / f"class{label}" / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(images[index, label]))
    return torch.from_numpy(images.reshape(-1, 32, 32, 3)).permute(0, 3, 1, 2).float() / 255


def randomise(module):
    """Weights that keep the size of feature maps, and statistics as no training has left them: all different."""
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.3, 0.9)
            torch.nn.init.normal_(part.bias, 0, 0.2)
            torch.nn.init.normal_(part.running_mean, 0, 0.2)
            torch.nn.init.uniform_(part.running_var, 0.5, 2)
            part.num_batches_tracked.fill_(1234)
        elif isinstance(part, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
            if part.bias is not None:
                torch.nn.init.normal_(part.bias, 0, 0.1)
    return module.eval()


class Checks:
    def __init__(self, programs, work):
        self.programs, self.work = programs, work
        self.images = write_images(work / "images", np.random.default_rng(4))
        self.done = self.failed = 0
        self.largest = 0.0

    def run(self, program, *options):
        command = [self.programs / program, *options, "--data-dir", self.work / "images"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr}")
        return done.stderr

    def torch_logits(self, module, normalization):
        mean, deviation = (torch.tensor(values).reshape(3, 1, 1) for values in normalization)
        with torch.inference_mode():
            return module((self.images - mean) / deviation)

    def our_logits(self, file, net, normalization):
        options = ["--model", file, "--net", net, "--logits", self.work / "logits.safetensors"]
        if normalization != USUAL:
            options += ["--mean", *normalization[0], "--std", *normalization[1]]
        notes = self.run("evaluate", *options)
        return load_file(self.work / "logits.safetensors")["logits"], notes

    def expect(self, title, good, what=""):
        print(f"{'ok    ' if good else 'FAILED'}  {title}{what}")
        self.done += 1
        self.failed += not good

    def expect_equal(self, title, ours, theirs):
        relative = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        self.largest = max(self.largest, relative)
        self.expect(title, ours.shape == theirs.shape and relative <= TOLERANCE,
                    f": largest difference {relative:.1e} of the largest logit, {theirs.abs().max().item():.2f}")

    def opens(self, title, module, file, net, normalization):
        ours, notes = self.our_logits(file, net, normalization)
        self.expect_equal(title, ours, self.torch_logits(module, normalization))
        return notes

    def goes_back(self, title, module, file, make, net):
        """Both forms under the names of every scheme, loaded into that scheme's modules."""
        out = self.work / "back"
        self.run("reparameterize", "--model", file, "--net", net, "--mean", *GIVEN[0], "--std", *GIVEN[1],
                 "--names", *SCHEMES, "--out", out, "--timing-seconds", 0)
        theirs = self.torch_logits(module, GIVEN)
        for scheme in SCHEMES:
            for form, deployed in (("model", False), ("folded", True)):
                other = make(scheme, deployed)
                other.load_state_dict(load_file(out / f"{form}-{scheme}.safetensors"), strict=True)
                logits = self.torch_logits(other.eval(), GIVEN)
                self.expect_equal(f"{title}, back as {scheme}'s, {form}", logits, theirs)
                if form == "model":
                    pairs = zip(module.named_parameters(), other.named_parameters())
                    self.expect(f"{title}, back as {scheme}'s, bit for bit",
                                all(torch.equal(a, b) for (_, a), (_, b) in pairs))


def main():
    programs, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    checks = Checks(programs, work)
    file = work / "state.safetensors"
    for net, (size, groups) in NETS.items():
        def make(scheme, deployed):
            return SCHEMES[scheme](*SIZES[size], groups, CLASSES, deployed)
        for scheme in SCHEMES:
            for deployed in (False, True):
                title = f"{net}, {scheme}'s names, {'deployed' if deployed else 'training'} form"
                module = randomise(make(scheme, deployed))
                save_file(module.state_dict(), file)
                notes = checks.opens(title, module, file, net, USUAL if scheme == "timm" else GIVEN)
                form = "folded" if deployed else "training"
                checks.expect(title + ", is said", f"names of {net} in {form} form with {CLASSES} classes" in notes)
                if not deployed:
                    checks.goes_back(title, module, file, make, net)

    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        module = randomise(SCHEMES["timm"](*SIZES["tiny"], 1, CLASSES, False)).to(dtype)
        save_file(module.state_dict(), file)
        checks.opens(f"tiny in {dtype}", module.float(), file, "tiny", GIVEN)
    module = randomise(SCHEMES["dingxiaoh"](*SIZES["tiny"], 1, CLASSES, False))
    save_file({"module." + name: tensor for name, tensor in module.state_dict().items()}, file)
    notes = checks.opens("tiny, all names after module.", module, file, "tiny", GIVEN)
    checks.expect("tiny, all names after module., is said", 'all names are read without "module."' in notes)

    print(f"{checks.done - checks.failed} of {checks.done} checks passed; the largest difference of a logit is "
          f"{checks.largest:.1e} of the largest logit; PyTorch {torch.__version__}")
    sys.exit(checks.failed > 0)


if __name__ == "__main__":
    main()
