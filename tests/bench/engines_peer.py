#!/usr/bin/env python3
"""The folded RepVGG in the engines that deploy networks: a line of JSON for each, with the keys of `benchmark`.

Usage: engines_peer.py [--engine onnxruntime,openvino,ncnn,mnn] [--net mini] [--batch 1,128] [--threads 2] [--steps 12]
                       [--bf16] [--which]

The network is 3x3 convolutions with a bias and ReLU, a mean and a linear head, of random weights: they take as long as
trained ones. Engines get it in the form that they read, and compute in float with their latency settings; --bf16 lets
OpenVINO, the only one that can on x86-64, use bfloat16. Speed is the median of the steps that follow two to warm up.
--which prints which of the engines are installed, separated by commas, and measures nothing.
Needs: pip install numpy onnx onnxruntime openvino ncnn MNN; the engines that are not there are left out.
"""
import argparse
import importlib.util
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from options import whole

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "torch"))
from repvgg_sizes import SIZES  # noqa: E402


def layers_of(net, numpy):
    """Weights [K, C, 3, 3], bias and stride of each convolution, and weights and bias of the head."""
    random, convolutions, channels = numpy.random.default_rng(0), [], 3
    for stage, (depth, width) in enumerate(zip(*SIZES[net])):
        for block in range(depth):
            weights = random.standard_normal((width, channels, 3, 3)) * (2 / (9 * channels)) ** 0.5
            convolutions.append((weights.astype("float32"), numpy.zeros(width, "float32"),
                                 2 if block == 0 and stage >= 2 else 1))
            channels = width
    head = (random.standard_normal((10, channels)) * channels ** -0.5).astype("float32")
    return convolutions, head, numpy.zeros(10, "float32")


def write_onnx(path, net, batch):
    import numpy
    from onnx import TensorProto, helper, numpy_helper, save

    convolutions, head, head_bias = layers_of(net, numpy)
    nodes, constants, last = [], {}, "images"
    for index, (weights, bias, stride) in enumerate(convolutions):
        names = [f"{part}{index}" for part in ("weights", "bias", "sum", "map")]
        constants.update(zip(names, (weights, bias)))
        nodes += [helper.make_node("Conv", [last, *names[:2]], [names[2]], kernel_shape=[3, 3], pads=[1, 1, 1, 1],
                                   strides=[stride, stride]),
                  helper.make_node("Relu", [names[2]], [names[3]])]
        last = names[3]
    constants.update(head=head, head_bias=head_bias)
    nodes += [helper.make_node("GlobalAveragePool", [last], ["mean"]), helper.make_node("Flatten", ["mean"], ["flat"]),
              helper.make_node("Gemm", ["flat", "head", "head_bias"], ["logits"], transB=1)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (("images", [batch, 3, 32, 32]), ("logits", [batch, 10]))]
    graph = helper.make_graph(nodes, net, ends[:1], ends[1:],
                              [numpy_helper.from_array(value, name) for name, value in constants.items()])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def write_ncnn(parameters, binary, net):
    """ncnn's two files: a line for each layer, and the numbers, each weight tensor behind a word that says float."""
    import numpy

    convolutions, head, head_bias = layers_of(net, numpy)
    float_tag, last = struct.pack("<I", 0), "images"
    lines, numbers = ["Input images 0 1 images"], []
    for index, (weights, bias, stride) in enumerate(convolutions):
        lines.append(f"Convolution conv{index} 1 1 {last} map{index} 0={len(bias)} 1=3 3={stride} 4=1 5=1 "
                     f"6={weights.size} 9=1")
        numbers += [float_tag, weights.tobytes(), bias.tobytes()]
        last = f"map{index}"
    lines += [f"Pooling mean 1 1 {last} mean 0=1 4=1", f"InnerProduct head 1 1 mean logits 0=10 1=1 2={head.size}"]
    numbers += [float_tag, head.tobytes(), head_bias.tobytes()]
    Path(parameters).write_text("\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines, ""]))
    Path(binary).write_bytes(b"".join(numbers))


def random_images(batch):
    import numpy

    return numpy.random.default_rng(1).standard_normal((batch, 3, 32, 32)).astype("float32")


def in_onnxruntime(folder, net, batch, options):
    import onnxruntime

    write_onnx(folder / "net.onnx", net, batch)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    session = onnxruntime.InferenceSession(folder / "net.onnx", settings, providers=["CPUExecutionProvider"])
    images = random_images(batch)
    return lambda: session.run(None, {"images": images})


def in_openvino(folder, net, batch, options):
    import openvino

    write_onnx(folder / "net.onnx", net, batch)
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(folder / "net.onnx"), "CPU", {
        "INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if options.bf16 else "f32"})
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(random_images(batch)))
    return request.infer


def in_ncnn(folder, net, batch, options):
    import ncnn

    write_ncnn(folder / "net.param", folder / "net.bin", net)
    network = ncnn.Net()
    network.opt.num_threads = options.threads
    network.opt.use_fp16_packed = network.opt.use_fp16_storage = network.opt.use_fp16_arithmetic = False
    network.load_param(str(folder / "net.param"))
    network.load_model(str(folder / "net.bin"))
    images = [ncnn.Mat(image) for image in random_images(batch)]

    def step():  # it takes one image at a time
        for image in images:
            with network.create_extractor() as extractor:
                extractor.input("images", image)
                extractor.extract("logits")

    return step


def in_mnn(folder, net, batch, options):
    import MNN.expr
    import MNN.nn

    write_onnx(folder / "net.onnx", net, batch)
    subprocess.run([Path(sys.executable).parent / "mnnconvert", "-f", "ONNX", "--modelFile", folder / "net.onnx",
                    "--MNNModel", folder / "net.mnn", "--bizCode", "bench"], check=True, stdout=sys.stderr)
    runtime = MNN.nn.create_runtime_manager(({"backend": "CPU", "numThread": options.threads, "precision": "high"},))
    network = MNN.nn.load_module_from_file(str(folder / "net.mnn"), ["images"], ["logits"], runtime_manager=runtime,
                                           shape_mutable=False)
    images = random_images(batch)
    return lambda: network.forward(MNN.expr.const(images, [*images.shape], MNN.expr.NCHW)).read()


ENGINES = {"onnxruntime": in_onnxruntime, "openvino": in_openvino, "ncnn": in_ncnn, "mnn": in_mnn}
MODULES = {"mnn": "MNN"}  # where a name is not the module's


def installed():
    return [name for name in ENGINES if importlib.util.find_spec(MODULES.get(name, name))]


def seconds_of(step, steps):
    for _ in range(2):
        step()
    for _ in range(steps):
        start = time.perf_counter()
        step()
        yield time.perf_counter() - start


def measurements(options):
    for batch in map(whole, options.batch.split(",")):
        for name in options.engine.split(","):
            with tempfile.TemporaryDirectory() as folder:
                step = ENGINES[name](Path(folder), options.net, batch, options)
                typical = statistics.median(seconds_of(step, options.steps))
            yield {"peer": name, "net": options.net, "mode": "fold", "batch": batch, "threads": options.threads,
                   "bf16": options.bf16, "images_per_s": round(batch / typical, 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", default=",".join(installed()))
    parser.add_argument("--net", default="mini", choices=SIZES)
    parser.add_argument("--batch", default="1,128")
    parser.add_argument("--threads", type=whole, default=2)
    parser.add_argument("--steps", type=whole, default=12)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--which", action="store_true")
    options = parser.parse_args()
    if options.which:
        print(",".join(installed()))
        return
    if unknown := [name for name in options.engine.split(",") if name not in ENGINES]:
        sys.exit(f"engines_peer.py: --engine: got {unknown[0] or 'nothing'}, needs some of {','.join(ENGINES)}")
    for line in measurements(options):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
