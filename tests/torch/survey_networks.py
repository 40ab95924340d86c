"""The networks of the survey in plain PyTorch, as their papers define them: counts and logits, for checking only.

Weights follow from a formula, so that both sides have the very same ones and none needs to be stored.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from reference_tensors import stored

SIDE, CLASSES = 32, 10
Sequential = nn.Sequential


class Residual(nn.Module):
    """x + body(x), or shortcut(x) + body(x)."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Concat(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def conv(inputs, outputs, kernel, stride=1, groups=1, bias=False, act=None):
    """A convolution with padding, its batch norm, and an activation."""
    padding = tuple(k // 2 for k in kernel) if isinstance(kernel, tuple) else kernel // 2
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=bias), nn.BatchNorm2d(outputs)]
    return Sequential(*layers, *([act()] if act else []))


def unit(*args, **kwargs):
    return conv(*args, act=nn.ReLU, **kwargs)


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def vgg(plan, bias):
    layers, channels = [], 3
    for width in plan:
        layers.append(nn.MaxPool2d(2) if width == "P" else unit(channels, width, 3, bias=bias))
        channels = channels if width == "P" else width
    return Sequential(*layers, *head(channels))


def googlenet(stem, modules, halved_before, bias):
    layers, inputs = [unit(3, stem, 3, bias=bias)], stem
    for i, (one, before3, three, before5, five, pool) in enumerate(modules):
        layers += [nn.MaxPool2d(3, 2, 1)] if i in halved_before else []
        layers.append(Concat(
            unit(inputs, one, 1, bias=bias),
            Sequential(unit(inputs, before3, 1, bias=bias), unit(before3, three, 3, bias=bias)),
            Sequential(unit(inputs, before5, 1, bias=bias), unit(before5, five, 3, bias=bias),
                       unit(five, five, 3, bias=bias)),
            Sequential(nn.MaxPool2d(3, 1, 1), unit(inputs, pool, 1, bias=bias))))
        inputs = one + three + five + pool
    return Sequential(*layers, *head(inputs))


def resnet(depth):
    layers, inputs = [unit(3, 16, 3)], 16
    for width in (16, 32, 64):
        for i in range((depth - 2) // 6):
            stride, missing = (2 if i == 0 and width > 16 else 1), width - inputs
            pad = (0, 0, 0, 0, missing // 2, missing // 2)
            shortcut = None if stride == 1 else Function(lambda x, pad=pad: F.pad(x[:, :, ::2, ::2], pad))
            layers += [Residual(Sequential(unit(inputs, width, 3, stride), conv(width, width, 3)), shortcut), nn.ReLU()]
            inputs = width
    return Sequential(*layers, *head(64))


def inception_resnet():
    def block(inputs, *branches, outputs):
        scaled = Function(lambda x: 0.1 * x)
        return Sequential(Residual(Sequential(Concat(*branches), nn.Conv2d(outputs, inputs, 1), scaled)), nn.ReLU())

    def row_column(inputs, width, extent):
        cross = [unit(inputs, width, 1), unit(width, width, (1, extent)), unit(width, width, (extent, 1))]
        return block(inputs, unit(inputs, width, 1), Sequential(*cross), outputs=2 * width)

    def reduction(inputs, width):
        half = width // 2
        return Concat(nn.MaxPool2d(3, 2, 1), Sequential(unit(inputs, half, 1), unit(half, width, 3, 2)),
                      Sequential(unit(inputs, half, 1), unit(half, half, 3), unit(half, width, 3, 2)))

    first = block(64, unit(64, 16, 1), Sequential(unit(64, 16, 1), unit(16, 16, 3)),
                  Sequential(unit(64, 16, 1), unit(16, 16, 3), unit(16, 16, 3)), outputs=48)
    return Sequential(unit(3, 32, 3), unit(32, 64, 3), first, reduction(64, 64), row_column(192, 32, 7),
                      reduction(192, 96), row_column(384, 48, 3), *head(384))


def norm_first(inputs, outputs, kernel):
    return [nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, kernel, 1, kernel // 2, bias=False)]


def densenet_bc(depth, growth):
    channels = 2 * growth
    layers = [nn.Conv2d(3, channels, 3, 1, 1, bias=False)]
    for block in range(3):
        if block > 0:
            layers += norm_first(channels, channels // 2, 1) + [nn.AvgPool2d(2)]
            channels //= 2
        for _ in range((depth - 4) // 6):
            added = norm_first(channels, 4 * growth, 1) + norm_first(4 * growth, growth, 3)
            layers.append(Concat(nn.Identity(), Sequential(*added)))
            channels += growth
    return Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), *head(channels))


def factorised_reduction(inputs, outputs):
    odd = Sequential(Function(lambda x: x[:, :, 1:, 1:]), conv(inputs, outputs // 2, 1, 2))
    return Sequential(nn.ReLU(), Concat(conv(inputs, outputs // 2, 1, 2), odd))


def cell_operation(name, width, stride):
    def separable(kernel):
        def once(stride):
            depthwise = nn.Conv2d(width, width, kernel, stride, kernel // 2, groups=width, bias=False)
            return [nn.ReLU(), depthwise, conv(width, width, 1)]
        return Sequential(*once(stride), *once(1))

    if name == "skip":
        return nn.Identity() if stride == 1 else factorised_reduction(width, width)
    if name == "conv7":
        row = nn.Conv2d(width, width, (1, 7), (1, stride), (0, 3), bias=False)
        column = nn.Conv2d(width, width, (7, 1), (stride, 1), (3, 0), bias=False)
        return Sequential(nn.ReLU(), row, column, nn.BatchNorm2d(width))
    pools = {"avg3": nn.AvgPool2d(3, stride, 1, count_include_pad=False), "max3": nn.MaxPool2d(3, stride, 1)}
    return pools[name] if name in pools else separable(int(name[-1]))


class Cell(nn.Module):
    def __init__(self, plan, outputs, inputs, width, halves, halved_before):
        super().__init__()
        first = factorised_reduction(inputs[0], width) if halved_before else self.to_width(inputs[0], width)
        self.before, self.last = first, self.to_width(inputs[1], width)
        self.sources, self.outputs = [number for _, number in plan], outputs
        self.operations = nn.ModuleList(
            cell_operation(name, width, 2 if halves and number < 2 else 1) for name, number in plan)

    @staticmethod
    def to_width(inputs, width):
        return Sequential(nn.ReLU(), conv(inputs, width, 1))

    def forward(self, before, last):
        results = [self.before(before), self.last(last)]
        for i in range(0, len(self.operations), 2):
            results.append(sum(self.operations[j](results[self.sources[j]]) for j in (i, i + 1)))
        return torch.cat([results[number] for number in self.outputs], 1)


class CellNetwork(nn.Module):
    def __init__(self, genotype, cells, width):
        super().__init__()
        normal, reduction = genotype
        self.stem, self.cells = conv(3, 3 * width, 3), nn.ModuleList()
        inputs, halved_before = [3 * width, 3 * width], False
        for i in range(3 * cells + 2):
            halves = i in (cells, 2 * cells + 1)
            width *= 2 if halves else 1
            plan, outputs = reduction if halves else normal
            self.cells.append(Cell(plan, outputs, inputs, width, halves, halved_before))
            inputs, halved_before = [inputs[1], len(outputs) * width], halves
        self.head = Sequential(nn.ReLU(), *head(inputs[1]))

    def forward(self, x):
        before = last = self.stem(x)
        for cell in self.cells:
            before, last = last, cell(before, last)
        return self.head(last)


def cell(text, outputs):
    words = text.replace(",", "").split()
    return [(name, int(number)) for name, number in zip(words[::2], words[1::2])], outputs


NASNET_A = (cell("sep5 1, sep3 0, sep5 0, sep3 0, avg3 1, skip 0, avg3 0, avg3 0, sep3 1, skip 1", [2, 3, 4, 5, 6]),
            cell("sep5 1, sep7 0, max3 1, sep7 0, avg3 1, sep5 0, skip 3, avg3 2, sep3 2, max3 1", [4, 5, 6]))
PNASNET_5 = 2 * (cell("sep5 0, max3 0, sep7 1, max3 1, sep5 1, sep3 1, sep3 4, max3 1, sep3 0, skip 1",
                      [2, 3, 4, 5, 6]),)
AMOEBANET_A = (cell("avg3 0, max3 1, sep3 0, sep5 2, sep3 0, avg3 3, sep3 1, skip 1, skip 0, avg3 1", [4, 5, 6]),
               cell("avg3 0, sep3 1, max3 0, sep7 2, sep7 0, avg3 1, max3 0, max3 1, conv7 0, sep3 5", [3, 4, 6]))


def mobilenet(multiplier, side=SIDE):
    inputs = round(32 * multiplier)
    layers = [] if side == SIDE else [resized(side)]
    layers.append(unit(3, inputs, 3))
    for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *5 * [(512, 1)], (1024, 2),
                          (1024, 1)]:
        outputs = round(width * multiplier)
        layers += [unit(inputs, inputs, 3, stride, inputs), unit(inputs, outputs, 1)]
        inputs = outputs
    return Sequential(*layers, *head(inputs))


def resized(side):
    return Function(lambda x: F.interpolate(x, (side, side), mode="bilinear"))


def shuffle(groups):
    return Function(lambda x: x.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2))


def shufflenet(groups, width):
    layers, inputs = [unit(3, 24, 1)], 24
    for blocks in (4, 8, 4):
        for i in range(blocks):
            outputs = width - inputs if i == 0 else width
            middle = outputs // 4
            body = Sequential(unit(inputs, middle, 1, groups=1 if inputs == 24 else groups), shuffle(groups),
                              conv(middle, middle, 3, 2 if i == 0 else 1, middle), conv(middle, outputs, 1, 1, groups))
            pool = nn.AvgPool2d(3, 2, 1, count_include_pad=False)
            layers += [Concat(body, pool) if i == 0 else Residual(body), nn.ReLU()]
            inputs = width
        width *= 2
    return Sequential(*layers, *head(inputs))


def shufflenet_v2(width, last):
    def half(part):
        return Function(lambda x: x.chunk(2, 1)[part])

    layers, inputs = [unit(3, 24, 3)], 24
    for blocks in (4, 8, 4):
        for i in range(blocks):
            middle, stride = width // 2, 2 if i == 0 else 1
            body = [unit(inputs if i == 0 else middle, middle, 1), conv(middle, middle, 3, stride, middle),
                    unit(middle, middle, 1)]
            other = Sequential(conv(inputs, inputs, 3, 2, inputs), unit(inputs, middle, 1)) if i == 0 else half(0)
            layers += [Concat(other, Sequential(*([] if i == 0 else [half(1)]), *body)), shuffle(2)]
            inputs = width
        width *= 2
    return Sequential(*layers, unit(inputs, last, 1), *head(last))


def xception():
    def separable(inputs, outputs):
        return [nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False), conv(inputs, outputs, 1)]

    def block(inputs, first, outputs, stride):
        body = [nn.ReLU(), *separable(inputs, first), nn.ReLU(), *separable(first, outputs)]
        pool = [nn.MaxPool2d(3, 2, 1)] if stride == 2 else []
        return Residual(Sequential(*body, *pool), conv(inputs, outputs, 1, stride))

    def middle():
        return Residual(Sequential(*[layer for _ in range(3) for layer in (nn.ReLU(), *separable(128, 128))]))

    return Sequential(conv(3, 32, 3), block(32, 64, 64, 1), block(64, 128, 128, 2), *[middle() for _ in range(5)],
                      block(128, 128, 256, 2), *separable(256, 384), nn.ReLU(), *head(384))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, hidden, act):
        super().__init__()
        self.factor = Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, hidden), act(),
                                 nn.Linear(hidden, channels), nn.Sigmoid())

    def forward(self, x):
        return x * self.factor(x)[:, :, None, None]


def efficientnet(stem, stages, side=SIDE):
    layers, inputs = [*([] if side == SIDE else [resized(side)]), conv(3, stem, 3, act=nn.SiLU)], stem
    for expand, width, blocks, kernel, first_stride in stages:
        for i in range(blocks):
            stride, middle = first_stride if i == 0 else 1, expand * inputs
            body = [] if expand == 1 else [conv(inputs, middle, 1, act=nn.SiLU)]
            body += [conv(middle, middle, kernel, stride, middle, act=nn.SiLU),
                     SqueezeExcite(middle, inputs // 4, nn.SiLU), conv(middle, width, 1)]
            layers.append(Residual(Sequential(*body)) if stride == 1 and inputs == width else Sequential(*body))
            inputs = width
    return Sequential(*layers, *head(inputs))


def regnet(depths, widths, squeeze=0.0):
    layers, inputs = [unit(3, 64, 3)], 64
    for depth, width, first_stride in zip(depths, widths, (1, 1, 2, 2)):
        for i in range(depth):
            stride = first_stride if i == 0 else 1
            body = [unit(inputs, width, 1), unit(width, width, 3, stride, width // 8)]
            body += [SqueezeExcite(width, round(squeeze * inputs), nn.ReLU)] if squeeze else []
            shortcut = None if stride == 1 and inputs == width else conv(inputs, width, 1, stride)
            layers += [Residual(Sequential(*body, conv(width, width, 1)), shortcut), nn.ReLU()]
            inputs = width
    return Sequential(*layers, *head(inputs))


def delta_orthogonal(depth):
    layers = []
    for i in range(depth - 1):
        stride = 2 if i in (1, 2) else 1
        layers += [nn.Conv2d(3 if i == 0 else 64, 64, 3, stride, 1, padding_mode="circular"), nn.Tanh()]
    return Sequential(*layers, *head(64))


def max_norm(depth):
    layers, inputs = [], 3
    for width in [16] + [w for w in (16, 32, 64) for _ in range((depth - 2) // 3)]:
        stride = 2 if 16 <= inputs < width else 1
        layers += [nn.Conv2d(inputs, width, 3, stride, 1), nn.LeakyReLU(0.3)]
        inputs = width
    return Sequential(*layers, *head(64))


P = "P"
GOOGLENET = [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64),
             (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
             (256, 160, 320, 32, 128, 128), (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)]
GOOGLENET_SMALL = [(16, 24, 32, 8, 16, 16), (32, 32, 48, 8, 24, 24), (64, 40, 72, 8, 24, 32), (80, 48, 112, 16, 40, 56),
                   (128, 64, 144, 16, 56, 56)]
B0 = [(1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1), (6, 192, 4, 5, 2),
      (6, 320, 1, 3, 1)]


def tiny(stem, widths, depths, side):
    return efficientnet(stem, zip((1, 4, 4, 4), widths, depths, (3, 3, 3, 3), (1, 2, 2, 2)), side)


NETWORKS = {
    "vgg_small": lambda: vgg([32, 32, P, 64, 64, P, 128, 128, P, 256, P], False),
    "vgg11": lambda: vgg([64, P, 128, P, 256, 256, P, 512, 512, P, 512, 512, P], True),
    "vgg16": lambda: vgg([64, 64, P, 128, 128, P, 256, 256, 256, P, *2 * (512, 512, 512, P)], True),
    "googlenet_small": lambda: googlenet(32, GOOGLENET_SMALL, (2, 4), False),
    "googlenet": lambda: googlenet(192, GOOGLENET, (2, 7), True),
    "resnet20": lambda: resnet(20),
    "resnet32": lambda: resnet(32),
    "resnet44": lambda: resnet(44),
    "resnet56": lambda: resnet(56),
    "resnet110": lambda: resnet(110),
    "inception_resnet": inception_resnet,
    "densenet_bc_40_12": lambda: densenet_bc(40, 12),
    "densenet_bc_100_12": lambda: densenet_bc(100, 12),
    "nasnet_a_small": lambda: CellNetwork(NASNET_A, 1, 16),
    "nasnet_a": lambda: CellNetwork(NASNET_A, 6, 32),
    "pnasnet_small": lambda: CellNetwork(PNASNET_5, 1, 16),
    "pnasnet": lambda: CellNetwork(PNASNET_5, 3, 48),
    "amoebanet_a_small": lambda: CellNetwork(AMOEBANET_A, 1, 16),
    "amoebanet_a": lambda: CellNetwork(AMOEBANET_A, 6, 32),
    "mobilenet": lambda: mobilenet(1),
    "mobilenet_0.5": lambda: mobilenet(0.5),
    "mobilenet_0.5_24": lambda: mobilenet(0.5, 24),
    "shufflenet_g2": lambda: shufflenet(2, 200),
    "shufflenet_g3": lambda: shufflenet(3, 240),
    "shufflenetv2_0.5": lambda: shufflenet_v2(48, 1024),
    "shufflenetv2_1": lambda: shufflenet_v2(116, 1024),
    "xception": xception,
    "efficientnet_tiny_0": lambda: tiny(16, (16, 24, 40, 80), (1, 2, 3, 3), 32),
    "efficientnet_tiny_1": lambda: tiny(16, (16, 28, 44, 88), (1, 2, 4, 4), 37),
    "efficientnet_tiny_2": lambda: tiny(20, (20, 28, 48, 96), (1, 3, 4, 4), 42),
    "efficientnet_b0": lambda: efficientnet(32, B0),
    "regnetx_small": lambda: regnet((1, 1, 3, 3), (16, 32, 80, 168)),
    "regnety_small": lambda: regnet((1, 1, 3, 3), (16, 32, 80, 168), 0.25),
    "regnetx_200mf": lambda: regnet((1, 1, 4, 7), (24, 56, 152, 368)),
    "regnety_400mf": lambda: regnet((1, 3, 6, 6), (48, 104, 208, 440), 0.25),
    "delta_orthogonal_32": lambda: delta_orthogonal(32),
    "maxnorm_20": lambda: max_norm(20),
    "maxnorm_56": lambda: max_norm(56),
}


def formula(number, shape):
    """Values in [-1, 1) of tensor number `number`: the bits of a hash, exact in every language."""
    mask = np.uint64(0xffffffff)
    x = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(65537 * number)
    x = x * np.uint64(2654435761) & mask
    x ^= x >> np.uint64(16)
    x = x * np.uint64(2246822519) & mask
    x ^= x >> np.uint64(13)
    return torch.tensor(x.astype(np.float64) / 2**31 - 1).reshape(shape)


class Filler:
    """Fills the layers in the order in which they compute, with tensors that are numbered in that order too."""

    def __init__(self):
        self.number = 0

    def next(self, *shape):
        self.number += 1
        return formula(self.number, shape)

    def fill(self, layer):
        if isinstance(layer, nn.Conv2d):
            outputs, inputs, rows, columns = layer.weight.shape
            values = self.next(rows, columns, inputs, outputs) * (6 / (rows * columns * inputs)) ** 0.5
            layer.weight.copy_(values.permute(3, 2, 0, 1))
        elif isinstance(layer, nn.Linear):
            layer.weight.copy_(self.next(layer.in_features, layer.out_features).T / layer.in_features ** 0.5)
        else:  # a batch norm
            layer.weight.copy_(2 * self.next(layer.num_features))
            layer.weight[3::7] = 0
        if layer.bias is not None:
            layer.bias.copy_(0.5 * self.next(*layer.bias.shape))
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.copy_(0.5 * self.next(layer.num_features))
            layer.running_var.copy_(1.5 + self.next(layer.num_features))


def measured(network):
    """Counts, and the logits of an image, of a network whose weights the formula gives."""
    counts, filler = {"multiply_adds": 0}, Filler()

    def before(layer, _):
        filler.fill(layer)

    def after(layer, _, result):
        if not isinstance(layer, nn.BatchNorm2d):
            counts["multiply_adds"] += result.numel() * layer.weight[0].numel()

    for layer in network.eval().modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)):
            layer.register_forward_pre_hook(before)
            layer.register_forward_hook(after)
    with torch.no_grad():
        logits = network(2 * formula(0, (1, SIDE, SIDE, 3)).permute(0, 3, 1, 2))
    return {"parameters": sum(p.numel() for p in network.parameters()), **counts, "logits": stored(logits)}


def survey():
    return {"networks": {name: measured(make()) for name, make in NETWORKS.items()}}
