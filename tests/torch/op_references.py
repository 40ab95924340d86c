"""Every op of autograd/ops.h as PyTorch computes it: some inputs and settings, the result, a dy, the gradients.

Tensors lie as Onefold has them, [N, H, W, C] and [R, S, C / groups, K]; only the calls of PyTorch see its own order.
"""
import math

import torch
import torch.nn.functional as F

from reference_tensors import decimals, stored


def case(f, *inputs, **settings):
    inputs = [x.requires_grad_() for x in inputs]
    y = f(*inputs, **settings)
    dy = decimals(*y.shape)
    y.backward(dy)
    return {**settings, "inputs": [stored(x) for x in inputs], "y": stored(y), "dy": stored(dy),
            "gradients": [stored(x.grad) for x in inputs]}


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def activated(x, activation):
    return F.relu(x) if activation == "relu" else x


def element_by_element(f, count=1, draw=decimals, **settings):
    return [case(f, *(draw(*shape) for _ in range(count)), **settings) for shape in [(7,), (2, 1, 3), (2, 3, 2, 2)]]


def positive(*shape):
    return decimals(*shape).abs() + 0.01


def with_a_zero(*shape):
    x = decimals(*shape)
    x.view(-1)[0] = 0
    return x


def with_a_zero_and_a_six(*shape):
    x = decimals(*shape, scale=6)
    x.view(-1)[0], x.view(-1)[1] = 0, 6
    return x


def wide(*shape):
    return decimals(*shape, scale=4)


# -- shapes and products

def reshape(x, shape):
    return x.reshape(shape)


def gather(x, places, shape):
    return x.reshape(-1)[places].reshape(shape)


def linear(x, weight, bias=None):
    return F.linear(x, weight.T, bias)


# -- channel by channel

def concat_channels(*parts):
    return torch.cat(parts, -1)


def slice_channels(x, first, count):
    return x[..., first:first + count]


def pad_channels(x, before, after):
    return F.pad(x, (before, after))


def shuffle_channels(x, groups):
    return nhwc(F.channel_shuffle(nchw(x), groups))


def scale_images(x, factor):
    return x * factor[:, None, None]


def resize_images(x, height, width):
    return nhwc(F.interpolate(nchw(x), (height, width), mode="bilinear"))


def pad2d_circular(x, rows, columns):
    return nhwc(F.pad(nchw(x), (columns, columns, rows, rows), mode="circular"))


def pad2d(x, value=None, rows=0, columns=0):
    padding = (columns, columns, rows, rows)
    padded = F.pad(nchw(x), padding)
    if value is not None:
        padded = padded + F.pad(torch.ones_like(nchw(x)), padding, value=0).eq(0) * value[:, None, None]
    return nhwc(padded)


def normalize_filters(w):
    return F.normalize(w.flatten(0, -2), dim=0).reshape(w.shape)


# -- convolution

def conv2d(x, w, bias=None, activation="none", stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    y = F.conv2d(nchw(x), w.permute(3, 2, 0, 1), bias, stride, padding, dilation, groups)
    return nhwc(activated(y, activation))


def conv2d_cases(more_inputs=lambda k: [], **more):
    def one(n, h, w, c, r, s, k, groups=1, **settings):
        return case(conv2d, decimals(n, h, w, c), decimals(r, s, c // groups, k), *more_inputs(k),
                    groups=groups, **settings, **more)
    def both(value):
        return [value, value]
    return [
        one(1, 3, 4, 2, 3, 3, 3, stride=both(1), padding=both(1), dilation=both(1)),
        one(2, 5, 4, 2, 3, 3, 2, stride=both(2), padding=both(1), dilation=both(1)),
        one(1, 4, 3, 4, 3, 3, 2, stride=both(1), padding=both(2), dilation=both(1), groups=2),
        one(1, 3, 5, 3, 3, 3, 3, stride=both(1), padding=both(1), dilation=both(1), groups=3),
        one(1, 6, 4, 1, 2, 3, 2, stride=[1, 2], padding=[0, 1], dilation=[2, 1]),
        one(2, 1, 3, 3, 1, 1, 2, stride=both(1), padding=both(0), dilation=both(1)),
    ]


def compose_kernels(first, second, first_groups=1, second_groups=1, stride=(1, 1)):
    """One convolution after the other of single pixels: each answers with its part of the composed kernel."""
    height, width = ((second.shape[i] - 1) * stride[i] + first.shape[i] for i in (0, 1))
    channels, outputs = first.shape[2] * first_groups, second.shape[3]
    pixels = torch.eye(height * width * channels).reshape(-1, height, width, channels)
    answers = conv2d(conv2d(pixels, first, stride=stride, groups=first_groups), second, groups=second_groups)
    kernel = answers.reshape(height, width, channels, outputs)
    groups = math.gcd(first_groups, second_groups)
    blocks = zip(kernel.chunk(groups, 3), range(groups))
    return torch.cat([block.chunk(groups, 2)[group] for block, group in blocks], 3)


# -- pooling

def max_pool2d(x, kernel, stride, padding, count_padding):
    return nhwc(F.max_pool2d(nchw(x), kernel, stride, padding))


def avg_pool2d(x, kernel, stride, padding, count_padding):
    return nhwc(F.avg_pool2d(nchw(x), kernel, stride, padding, count_include_pad=count_padding == 1))


def pools(f):
    return [case(f, decimals(*shape), kernel=kernel, stride=stride, padding=padding, count_padding=count_padding)
            for shape, kernel, stride, padding, count_padding in [
                ((2, 4, 4, 2), 2, 2, 0, 1), ((1, 5, 4, 3), 3, 2, 1, 1), ((1, 3, 1, 2), 1, 1, 0, 1),
                ((1, 3, 4, 1), 3, 1, 1, 1), ((2, 4, 5, 2), 3, 2, 1, 0)]]


# -- batch norm: statistics of the batch, or running ones, which are constants

EPS = 1e-5


def running(channels, branches=1):
    """Another mean and variance for each branch."""
    return {"of": "running", "mean": [decimals(channels).tolist() for _ in range(branches)],
            "variance": [positive(channels).tolist() for _ in range(branches)]}


BATCH = {"of": "batch"}


def batch_norm(x, gamma, beta, of, mean=None, variance=None, branch=0):
    rows = x.flatten(0, -2)
    statistics = (None, None) if of == "batch" else (torch.tensor(mean[branch]), torch.tensor(variance[branch]))
    return F.batch_norm(rows, *statistics, gamma, beta, training=of == "batch", eps=EPS).reshape(x.shape)


def batch_norm_of_zero(x, gamma, beta, of):
    rows = x.flatten(0, -2)
    return -rows.mean(0) / torch.sqrt(rows.var(0, unbiased=False) + EPS) * gamma + beta


def batch_norm_of_zero_running(gamma, beta, **statistics):
    return batch_norm(torch.zeros(1, len(gamma)), gamma, beta, **statistics)[0]


def norm_inputs(*shape):
    return decimals(*shape, scale=2), decimals(shape[-1]), decimals(shape[-1])


def norm_sum(*inputs, of, activation, mean=None, variance=None):
    branches = zip(inputs[0::3], inputs[1::3], inputs[2::3])
    return activated(sum(batch_norm(*b, of, mean, variance, i) for i, b in enumerate(branches)), activation)


def conv_norm_sum(x, *inputs, activation, stride, padding, groups):
    """A convolution and its batch norm for each padding; then, of what is left, the batch norm of x."""
    total = 0
    for each in padding:
        w, gamma, beta, *inputs = inputs
        convolved = conv2d(x, w, stride=(stride, stride), padding=(each, each), groups=groups)
        total = total + batch_norm(convolved, gamma, beta, "batch")
    if inputs:
        total = total + batch_norm(x, *inputs, "batch")
    return activated(total, activation)


def conv_norm_sums():
    def branch(*shape):
        return decimals(*shape), decimals(shape[-1]), decimals(shape[-1])
    return [
        case(conv_norm_sum, decimals(2, 4, 3, 2), *branch(3, 3, 2, 2), *branch(1, 1, 2, 2), decimals(2), decimals(2),
             activation="relu", stride=1, padding=[1, 0], groups=1),
        case(conv_norm_sum, decimals(2, 4, 4, 2), *branch(3, 3, 2, 3), *branch(1, 1, 2, 3),
             activation="relu", stride=2, padding=[1, 0], groups=1),
        case(conv_norm_sum, decimals(1, 4, 4, 4), *branch(3, 3, 2, 4),
             activation="none", stride=1, padding=[1], groups=2),
    ]


# -- loss and regularisation

def softmax_cross_entropy(logits, labels, smoothing):
    return F.cross_entropy(logits, torch.tensor(labels), label_smoothing=smoothing)


def philox(counter, key):
    """Philox4x32-10 of core/random.h, written down a second time."""
    for _ in range(10):
        left, right = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [right >> 32 ^ counter[1] ^ key[0], right & 0xFFFFFFFF,
                   left >> 32 ^ counter[3] ^ key[1], left & 0xFFFFFFFF]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter


def dropout(x, probability, seed, stream):
    words = [philox([i, 0, stream, 0], [seed, 0]) for i in range(x.numel())]
    uniform = torch.tensor([((high << 32 | low) >> 11) * 2.0 ** -53 for low, high, _, _ in words])
    return x * (uniform >= probability).reshape(x.shape) / (1 - probability)


def ops():
    draw = decimals
    return {"ops": {
        "add(a, b)": element_by_element(torch.add, 2),
        "subtract(a, b)": element_by_element(torch.subtract, 2),
        "multiply(a, b)": element_by_element(torch.multiply, 2),
        "scale(x, factor)": element_by_element(lambda x, factor: factor * x, factor=-1.75),
        "exp(x)": element_by_element(torch.exp),
        "log(x)": element_by_element(torch.log, draw=positive),
        "tanh(x)": element_by_element(torch.tanh),
        # [relu]
        "relu(x)": element_by_element(torch.relu, draw=with_a_zero),
        # [/relu]
        "leaky_relu(x, slope)": element_by_element(lambda x, slope: F.leaky_relu(x, slope), draw=with_a_zero, slope=0.1),
        "relu6(x)": element_by_element(F.relu6, draw=with_a_zero_and_a_six),
        "sigmoid(x)": element_by_element(torch.sigmoid, draw=wide),
        "silu(x)": element_by_element(F.silu, draw=wide),
        "gelu(x)": element_by_element(F.gelu, draw=wide),
        "reshape(x, shape)": [case(reshape, draw(2, 3), shape=[6]), case(reshape, draw(4, 1, 3), shape=[2, 1, 3, 2])],
        "gather(x, places, shape)": [case(gather, draw(2, 3), places=[5, 0, 5, 5, 1, 2], shape=[3, 2]),
                                     case(gather, draw(7), places=[6], shape=[1, 1])],
        "sum(x)": element_by_element(torch.sum),
        "mean(x)": element_by_element(torch.mean),
        "matmul(a, b)": [case(torch.matmul, draw(2, 3), draw(3, 4)), case(torch.matmul, draw(5, 1), draw(1, 2))],
        "add_bias(x, bias)": [case(torch.add, draw(4, 3), draw(3)), case(torch.add, draw(2, 1, 3, 2), draw(2))],
        "linear(x, weight, bias)": [case(linear, draw(2, 3), draw(3, 4), draw(4)),
                                    case(linear, draw(1, 4), draw(4, 2))],
        "scale_channels(x, factor)": [case(torch.multiply, draw(4, 3), draw(3)),
                                      case(torch.multiply, draw(2, 1, 3, 2), draw(2))],
        "pad2d(x, value, rows, columns)": [case(pad2d, draw(2, 2, 3, 2), draw(2), rows=1, columns=2),
                                           case(pad2d, draw(1, 1, 2, 3), rows=2, columns=0)],
        "pad2d_circular(x, rows, columns)": [case(pad2d_circular, draw(2, 2, 3, 2), rows=1, columns=2),
                                             case(pad2d_circular, draw(1, 1, 2, 3), rows=1, columns=0)],
        "concat_channels(parts)": [case(concat_channels, draw(2, 3, 1, 2), draw(2, 3, 1, 1), draw(2, 3, 1, 4)),
                                   case(concat_channels, draw(3), draw(1))],
        "slice_channels(x, first, count)": [case(slice_channels, draw(2, 1, 2, 5), first=1, count=3),
                                            case(slice_channels, draw(4), first=0, count=2)],
        "pad_channels(x, before, after)": [case(pad_channels, draw(2, 1, 2, 3), before=2, after=1),
                                           case(pad_channels, draw(4), before=0, after=2)],
        "shuffle_channels(x, groups)": [case(shuffle_channels, draw(2, 1, 2, 6), groups=2),
                                        case(shuffle_channels, draw(1, 2, 1, 12), groups=3)],
        "scale_images(x, factor)": [case(scale_images, draw(2, 3, 1, 4), draw(2, 4)),
                                    case(scale_images, draw(1, 1, 2, 3), draw(1, 3))],
        "resize_images(x, height, width)": [case(resize_images, draw(2, 4, 5, 2), height=6, width=3),
                                            case(resize_images, draw(1, 4, 2, 3), height=2, width=1)],
        "normalize_filters(w)": [case(normalize_filters, draw(3, 3, 2, 2)), case(normalize_filters, draw(4, 1))],
        "conv2d(x, w, args)": conv2d_cases(),
        "conv2d(x, w, bias, activation, args, packed)":
            conv2d_cases(lambda k: [draw(k)], activation="relu") + conv2d_cases(activation="none")[:1],
        "compose_kernels(first, second, args)": [
            case(compose_kernels, draw(1, 1, 2, 3), draw(3, 3, 3, 2), first_groups=1, second_groups=1, stride=[1, 1]),
            case(compose_kernels, draw(3, 2, 2, 3), draw(2, 3, 3, 2), first_groups=1, second_groups=1, stride=[1, 2]),
            case(compose_kernels, draw(1, 3, 1, 4), draw(3, 1, 2, 4), first_groups=4, second_groups=2, stride=[1, 1])],
        "max_pool2d(x, args)": pools(max_pool2d),
        "avg_pool2d(x, args)": pools(avg_pool2d),
        "global_avg_pool(x)": [case(lambda x: x.mean((1, 2)), draw(*shape)) for shape in [(2, 3, 4, 2), (1, 1, 2, 3)]],
        "batch_norm(x, gamma, beta, statistics, of, eps)": [
            case(batch_norm, *norm_inputs(2, 3, 2, 3), **BATCH), case(batch_norm, *norm_inputs(5, 2), **BATCH),
            case(batch_norm, *norm_inputs(2, 3, 2, 3), **running(3))],
        "batch_norm_of_zero(x, gamma, beta, statistics, of, eps)": [
            case(batch_norm_of_zero, *norm_inputs(2, 3, 2, 3), **BATCH),
            case(batch_norm_of_zero, *norm_inputs(5, 1), **BATCH),
            case(batch_norm_of_zero_running, draw(3), draw(3), **running(3))],
        "norm_sum(branches, activation, of, eps)": [
            case(norm_sum, *norm_inputs(2, 3, 2, 3), *norm_inputs(2, 3, 2, 3), **BATCH, activation="relu"),
            case(norm_sum, *norm_inputs(5, 2), *norm_inputs(5, 2), *norm_inputs(5, 2), **BATCH, activation="none"),
            case(norm_sum, *norm_inputs(1, 3, 2, 2), *norm_inputs(1, 3, 2, 2), **running(2, 2), activation="relu")],
        "conv_norm_sum(x, branches, activation, eps, statistics)": conv_norm_sums(),
        "softmax_cross_entropy(logits, labels, smoothing)": [
            case(softmax_cross_entropy, decimals(4, 5, scale=3), labels=[3, 0, 4, 4], smoothing=0.0),
            case(softmax_cross_entropy, decimals(3, 10, scale=3), labels=[9, 0, 5], smoothing=0.1)],
        "dropout(x, probability, random)": [
            case(dropout, draw(20), probability=0.5, seed=3, stream=1),
            case(dropout, draw(2, 3, 1, 4), probability=0.25, seed=4, stream=7)],
    }}
