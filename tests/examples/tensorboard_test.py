#!/usr/bin/env python3
"""Holds the files of train_cifar10 --tensorboard to what TensorBoard reads in them.

    tensorboard_test.py FOLDER_OF_PROGRAMS WORK_FOLDER

Needs the Python package tensorboard (pip install tensorboard); without it, skips (exit code 77)."""

import glob
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

from expectations import expect, finish

if len(sys.argv) != 3:
    sys.exit(__doc__)
try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    print("skipped: this Python has no package tensorboard (pip install tensorboard)")
    sys.exit(77)

PER_STEP = ["step/learning_rate", "step/loss", "step/muon_rate"]
STEPS, EPOCHS = 3, 4  # of an epoch, of the run
SMALL = ["--dataset", "shapes10", "--net", "tiny", "--limit-train", "26", "--limit-test", "10", "--batch-size", "8",
         "--epochs", str(EPOCHS), "--seed", "7"]


def train(*options, code=0):
    done = subprocess.run([programs / "train_cifar10", *options], cwd=work, capture_output=True, text=True)
    expect(f"exit code of {options}: {done.stderr}", done.returncode, code)


def curves_of(folder):
    """What TensorBoard's own reader makes of a run: for each curve its points (step, value)."""
    reader = EventAccumulator(str(work / folder), size_guidance={"scalars": 0})
    reader.Reload()
    return {tag: [(point.step, point.value) for point in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}


def as_float(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def check_run(folder, epochs=EPOCHS):
    """Each step and each epoch once, in order, with the numbers of log.jsonl."""
    curves = curves_of(folder)
    log = [json.loads(line) for line in (work / folder / "log.jsonl").read_text().splitlines()]
    expect(f"{folder}: curves", sorted(curves), sorted(PER_STEP + ["epoch/" + name for name in log[0]]))
    for tag in PER_STEP:
        expect(f"{folder}: steps of {tag}", [step for step, _ in curves[tag]], list(range(1, epochs * STEPS + 1)))
    for name in log[0]:
        wanted = [(STEPS * entry["epoch"], as_float(entry[name])) for entry in log]
        expect(f"{folder}: epoch/{name}", curves["epoch/" + name], wanted)
    for epoch, entry in enumerate(log):
        losses = [loss for _, loss in curves["step/loss"][epoch * STEPS:(epoch + 1) * STEPS]]
        expect(f"{folder}: mean loss of epoch {epoch + 1}", abs(sum(losses) / STEPS - entry["train_loss"]) < 1e-4, True)
    return {tag: points for tag, points in curves.items() if "second" not in tag}


def files(folder):
    return sorted(glob.glob(str(work / folder / "events.out.tfevents.*")))


def kill_after(steps, *options):
    """Ends a run with SIGKILL when its checkpoint is of so many steps, or later."""
    job = subprocess.Popen([programs / "train_cifar10", *options], cwd=work, stderr=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL)
    checkpoint = work / options[options.index("--out") + 1] / "checkpoint.safetensors"
    while job.poll() is None:
        data = checkpoint.read_bytes() if checkpoint.exists() else b""
        position = data[data.find(b'position'):][:80].decode(errors="replace").replace("\\", "")
        if f'"epoch":{steps // STEPS}' in position and f'"step":{steps % STEPS}' in position:
            job.send_signal(signal.SIGKILL)
        time.sleep(0.001)
    job.wait()


programs, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)

train(*SMALL, "--out", "whole", "--tensorboard")
whole = check_run("whole")
expect("files of a whole run", len(files("whole")), 1)
expect("the rate rises, then falls", [round(rate, 4) for _, rate in whole["step/learning_rate"]][:5],
       [0.02, 0.08, 0.14, 0.2, 0.178])

# Stopped, and resumed without the option: it is remembered, and no step is there twice.
train(*SMALL, "--out", "stopped", "--tensorboard", "--stop-after", "2")
check_run("stopped", epochs=2)
train("--resume", "--out", "stopped")
expect("curves of a resumed run", check_run("stopped"), whole)
expect("files of a resumed run", len(files("stopped")), 2)

# Killed between checkpoints: the steps after the last of them are taken again, and the old ones forgotten.
kill_after(4, *SMALL, "--out", "killed", "--tensorboard", "--checkpoint-every", "1")
before = len(curves_of("killed")["step/loss"])
expect("a killed run can be read", 4 <= before <= STEPS * EPOCHS, True)
train("--resume", "--out", "killed")
expect("curves of a killed and resumed run", check_run("killed"), whole)

# A record cut off, as by a power cut: what is before it counts.
newest = pathlib.Path(files("whole")[-1])
newest.write_bytes(newest.read_bytes()[:-5])
cut = curves_of("whole")
expect("steps of a file cut off", [step for step, _ in cut["step/loss"]], list(range(1, STEPS * EPOCHS + 1)))
expect("epochs of a file cut off", len(cut["epoch/test_loss"]), EPOCHS - 1)

# Replaced, without the option: no file stays.
train(*SMALL, "--out", "whole", "--overwrite", "--epochs", "1")
expect("files of a run without --tensorboard", files("whole"), [])

finish()
