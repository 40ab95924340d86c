#!/usr/bin/env python3
"""Runs exported networks in ONNX Runtime and OpenVINO and holds their logits to evaluate's, on test images of Shapes10.

    onnx_test.py FOLDER_OF_PROGRAMS WORK_FOLDER [NET/FAMILY...]     tiny/repvgg, short/repvgg ...; see --help of
                                                                    train_cifar10 for --net and --reparam

Each network is trained for a few steps, folded, and written in both forms by reparameterize and by export. All
predictions must be equal and all logits within 1e-5 of the largest. Needs the Python packages below; without one of
them, skips (exit code 77). tests/long/onnx.sh installs them and passes every family."""

import json
import os
import pathlib
import subprocess
import sys

from expectations import expect, finish

PACKAGES = ["numpy", "onnx", "onnxruntime", "openvino"]
try:
    import numpy as np
    import onnx
    import onnxruntime
    import openvino
except ImportError as error:
    print(f"skipped: {error}; python3 -m venv FOLDER && FOLDER/bin/pip install {' '.join(PACKAGES)}, then run this with "
          "FOLDER/bin/python3, or tests/long/onnx.sh")
    sys.exit(77)

TOLERANCE = 1e-5  # of the largest logit
NETWORKS = ["tiny/repvgg", "tiny/acb", "tiny/dbb", "tiny/qarepvgg", "short/repvgg"]
# The convolutions of some trained forms, and of the folded ones.
TRAINED = {"tiny/none": 9, "tiny/repvgg": 18, "tiny/acb": 27, "tiny/mobileone": 27}
FOLDED = {"tiny": 9, "mini": 8, "short": 6}


def run(program, *options):
    done = subprocess.run([programs / program, *options], cwd=work, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, options))} ended with {done.returncode}: {done.stderr}")


def tensor_of(file, name):
    """A tensor of a .safetensors file of floats."""
    data = (work / file).read_bytes()
    length = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8:8 + length])[name]
    begin, end = entry["data_offsets"]
    return np.frombuffer(data[8 + length + begin:8 + length + end], np.float32).reshape(entry["shape"])


def runtime_logits(file, pixels):
    session = onnxruntime.InferenceSession(work / file, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(["logits"], {"images": part})[0] for part in np.array_split(pixels, 3)])


def openvino_logits(file, pixels):
    # On CPUs that have it, OpenVINO computes in bfloat16 unless it is told not to.
    model = openvino.Core().compile_model(work / file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return model(pixels)[model.output("logits")]


def shapes_of(infos):
    return {info.name: [extent.dim_param or extent.dim_value for extent in info.type.tensor_type.shape.dim]
            for info in infos}


def check_file(file, network, form):
    """The checker, the shapes that inference finds by itself, what the file says of itself, and its convolutions."""
    model = onnx.load(work / file)
    onnx.checker.check_model(model, full_check=True)
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(bare, strict_mode=True)
    expect(f"{file}: shapes", shapes_of(model.graph.value_info), shapes_of(inferred.graph.value_info))
    maps = {output for node in model.graph.node for output in node.output} - {"logits"}
    expect(f"{file}: maps with a shape", {info.name for info in model.graph.value_info}, maps)
    expect(f"{file}: input and output", (shapes_of(model.graph.input), shapes_of(model.graph.output)),
           ({"images": ["N", 3, 32, 32]}, {"logits": ["N", 10]}))

    about = {entry.key: entry.value for entry in model.metadata_props}
    expect(f"{file}: classes", (len(json.loads(about["classes"])), about["form"]), (10, form))
    expect(f"{file}: operator set", [(each.domain, each.version) for each in model.opset_import], [("", 17)])
    expect(f"{file}: producer", (model.producer_name, bool(model.producer_version)), ("onefold", True))

    net, count = network.split("/")[0], [node.op_type for node in model.graph.node].count
    if form == "folded":
        expect(f"{file}: Conv", count("Conv"), FOLDED[net.split("+")[0]] + ("+whitening" in net))
        expect(f"{file}: branches", count("BatchNormalization") + count("Add") + count("Pad") + count("Mul"), 0)
    elif network in TRAINED:
        expect(f"{file}: Conv", count("Conv"), TRAINED[network])
    return count("Conv")


def check_network(network):
    net, family = network.split("/")
    folder = work / network
    run("train_cifar10", "--dataset", "shapes10", "--net", net, "--reparam", family, "--limit-train", "400",
        "--limit-test", "200", "--batch-size", "20", "--epochs", "2", "--out", network)
    run("reparameterize", "--model", folder / "model.safetensors", "--limit-test", "200", "--timing-seconds", "0")
    for form, weights, fold in [("training", "model", []), ("folded", "folded", ["--fold"])]:
        name = {"training": "trained", "folded": "folded"}[form]
        file = folder / f"{name}.onnx"
        for model, options in [("model", fold), (weights, [])]:
            run("export", "--model", folder / f"{model}.safetensors", "--onnx", "again.onnx", *options)
            expect(f"{file}: the same file by export", (work / "again.onnx").read_bytes() == file.read_bytes(), True)
        run("evaluate", "--model", folder / f"{weights}.safetensors", "--limit-test", "200",
            "--logits", "logits.safetensors", "--pixels", "pixels.safetensors")
        pixels, ours = tensor_of("pixels.safetensors", "pixels"), tensor_of("logits.safetensors", "logits")
        expect(f"{file}: pixels", (pixels.shape, pixels.min() >= 0, 100 < pixels.max() <= 255),
               ((200, 3, 32, 32), True, True))
        expect(f"{file}: more than one class is predicted", len(set(ours.argmax(1))) > 1, True)
        line = f"{network}, {name}: {check_file(file, network, form)} Conv"
        for runtime, theirs in [("ONNX Runtime", runtime_logits(file, pixels)),
                                ("OpenVINO", openvino_logits(file, pixels))]:
            equal = int((ours.argmax(1) == theirs.argmax(1)).sum())
            relative = float(np.abs(ours - theirs).max() / np.abs(ours).max())
            line += f"; {runtime} {equal} of {len(ours)} predictions equal, difference {relative:.1e}"
            expect(f"{file}: {runtime}: predictions equal", equal, len(ours))
            expect(f"{file}: {runtime}: difference {relative:.1e} within {TOLERANCE:.0e}", relative <= TOLERANCE, True)
        print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1].startswith("-"):
        print(__doc__)
        sys.exit(0 if sys.argv[1:2] in (["-h"], ["--help"]) else 2)
    programs, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    work.mkdir(parents=True, exist_ok=True)
    os.environ.pop("ONEFOLD_DATA_DIR", None)
    for each in sys.argv[3:] or NETWORKS:
        subprocess.run(["rm", "-rf", work / each], check=True)
        check_network(each)
    finish()
