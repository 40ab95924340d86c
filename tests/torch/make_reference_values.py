#!/usr/bin/env python3
"""Writes tests/reference/*.json: what PyTorch computes in double, for our tests to be held to.

Usage: make_reference_values.py [FOLDER]        (needs the packages torch and numpy; run it when a case is added)

Inputs are decimals of three digits, so that both sides read the very same doubles. Tensors are stored as Onefold has
them in memory: images [N, H, W, C], convolution weights [R, S, C / groups, K], linear weights [C, K].
"""
import json
import re
import sys
import textwrap
from pathlib import Path

import torch
import torch.nn.functional as F

from op_references import ops
from reference_tensors import decimals, stored
from repvgg import RepVgg
from survey_networks import survey


def in_our_layout(tensor, kind):
    """A tensor that PyTorch keeps as NCHW or OIHW."""
    order = {"image": (0, 2, 3, 1), "kernel": (2, 3, 1, 0), "matrix": (1, 0), "vector": (0,), "rows": (0, 1)}[kind]
    return stored(tensor.permute(order))


def images(tensor):
    return in_our_layout(tensor, "image")


def kernel(tensor):
    return in_our_layout(tensor, "kernel")


def vector(tensor):
    return in_our_layout(tensor, "vector")


def conv2d_case(n, c, h, w, k, r, s, groups=1, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    x = decimals(n, c, h, w).requires_grad_()
    weight = decimals(k, c // groups, r, s).requires_grad_()
    bias = decimals(k).requires_grad_()
    y = F.conv2d(x, weight, bias, stride, padding, dilation, groups)
    dy = decimals(*y.shape)
    y.backward(dy)
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
            "x": images(x), "weight": kernel(weight), "bias": vector(bias), "y": images(y), "dy": images(dy),
            "dx": images(x.grad), "dweight": kernel(weight.grad), "dbias": vector(bias.grad)}


def conv2d():
    return {"cases": [
        conv2d_case(1, 2, 5, 4, 3, 3, 3, padding=(1, 1)),
        conv2d_case(2, 2, 5, 5, 2, 3, 3, padding=(1, 1), stride=(2, 2)),
        conv2d_case(1, 4, 4, 3, 4, 3, 1, padding=(1, 0), groups=2),
        conv2d_case(1, 2, 6, 5, 2, 3, 2, padding=(2, 1), dilation=(2, 1), stride=(1, 2)),
        conv2d_case(2, 3, 3, 2, 2, 1, 1),
    ]}


def batch_norm():
    x, dy = decimals(3, 2, 2, 3, scale=2).requires_grad_(), decimals(3, 2, 2, 3)
    norm = torch.nn.BatchNorm2d(2)
    norm.weight.data, norm.bias.data = decimals(2), decimals(2)
    norm.running_mean, norm.running_var = decimals(2), decimals(2).abs() + 0.5
    before = {"gamma": vector(norm.weight), "beta": vector(norm.bias),
              "running_mean": vector(norm.running_mean), "running_var": vector(norm.running_var)}

    def forward_and_backward():
        x.grad = norm.weight.grad = norm.bias.grad = None
        y = norm(x)
        y.backward(dy)
        return {"y": images(y), "dx": images(x.grad), "dgamma": vector(norm.weight.grad),
                "dbeta": vector(norm.bias.grad)}

    norm.eval()
    evaluation = forward_and_backward()
    norm.train()
    training = forward_and_backward()
    return {"x": images(x), "dy": images(dy), **before, "evaluation": evaluation,
            "training": {**training, "running_mean": vector(norm.running_mean),
                         "running_var": vector(norm.running_var)}}


def cross_entropy():
    cases = []
    for smoothing in (0.0, 0.1):
        logits = decimals(4, 5, scale=3).requires_grad_()
        labels = torch.tensor([3, 0, 4, 4])
        loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        cases.append({"smoothing": smoothing, "labels": labels.tolist(), "logits": in_our_layout(logits, "rows"),
                      "loss": loss.item(), "dlogits": in_our_layout(logits.grad, "rows")})
    return {"cases": cases}


def optimizer_steps(make, rates):
    """Two groups, with and without weight decay; the gradients of every step are given, not computed."""
    start = [decimals(4), decimals(3)]
    values = [torch.nn.Parameter(value.clone()) for value in start]
    optimizer = make([{"params": values[:1], "weight_decay": 0.01}, {"params": values[1:], "weight_decay": 0.0}])
    steps = []
    for rate in rates:
        gradients = [decimals(4), decimals(3)]
        for value, gradient in zip(values, gradients):
            value.grad = gradient.clone()
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        steps.append({"rate": rate, "gradients": [vector(g) for g in gradients], "values": [vector(v) for v in values]})
    return {"start": [vector(value) for value in start], "weight_decay": [0.01, 0.0], "steps": steps}


def optimizers():
    rates = [0.1, 0.1, 0.05, 0.02]
    return {
        "sgd_nesterov": {"momentum": 0.9, **optimizer_steps(
            lambda groups: torch.optim.SGD(groups, lr=1, momentum=0.9, nesterov=True), rates)},
        "sgd": {"momentum": 0.0, **optimizer_steps(lambda groups: torch.optim.SGD(groups, lr=1), rates)},
        "adamw": {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, **optimizer_steps(
            lambda groups: torch.optim.AdamW(groups, lr=1, betas=(0.9, 0.99), eps=1e-8), rates)},
    }


def ten_losses():
    """Ten steps of SGD on a very small RepVGG: every kind of block, batch norm in training, decay on weights alone."""
    depths, widths = (1, 2, 1, 1, 1), (4, 4, 4, 4, 6)
    net = RepVgg("branches", depths, widths)
    state = {}
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            if "conv" in name or name == "head.weight":
                value.copy_(decimals(*value.shape, scale=(2 / value[0].numel()) ** 0.5))
            elif name.endswith("weight"):
                value.copy_(decimals(*value.shape, scale=0.2) + 1).copy_(torch.round(value, decimals=3))
            elif name.endswith("bias"):
                value.copy_(decimals(*value.shape, scale=0.1))
            kind = {4: "kernel", 2: "matrix", 1: "vector"}[value.dim()]
            state[name] = in_our_layout(value, kind)
    batches = [decimals(4, 3, 8, 8), decimals(4, 3, 8, 8)]
    labels = [[0, 3, 9, 3], [7, 1, 2, 0]]
    decayed = [p for n, p in net.named_parameters() if p.dim() > 1]
    others = [p for n, p in net.named_parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}],
                                lr=0.05, momentum=0.9, nesterov=True)
    net.train()
    losses = []
    for step in range(10):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(batches[step % 2]), torch.tensor(labels[step % 2]), label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    return {"depths": depths, "widths": widths, "rate": 0.05, "momentum": 0.9, "weight_decay": 5e-4, "smoothing": 0.1,
            "state": state, "images": [images(batch) for batch in batches], "labels": labels, "losses": losses,
            "logits_after": in_our_layout(net(batches[0]), "rows")}


def wrapped(text):
    """In lines, none of which ends inside a string."""
    unbroken = re.sub(r'"[^"]*"', lambda string: string[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(unbroken, 119, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\0", " ")


def main():
    if len(sys.argv) > 2 or sys.argv[1:] and sys.argv[1].startswith("-"):
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for make in (conv2d, batch_norm, cross_entropy, optimizers, ten_losses, ops, survey):
        values = {"made_by": f"tests/torch/make_reference_values.py, PyTorch {torch.__version__}", **make()}
        (folder / f"{make.__name__}.json").write_text(wrapped(json.dumps(values)) + "\n")


if __name__ == "__main__":
    main()
