"""RepVGG in PyTorch with the state names of two other projects: DingXiaoH/RepVGG, by its authors, and timm.

Written from the published structure, for checking only. Both are the same function; what differs is how the parts are
called and grouped.
"""
from collections import OrderedDict

import torch.nn as nn
import torch.nn.functional as F

STRIDES = (1, 1, 2, 2, 2)  # of the stages, for 32x32 images


def conv(inputs, outputs, kernel, stride, groups, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


def conv_norm(*options):
    return nn.Sequential(OrderedDict(conv=conv(*options), bn=nn.BatchNorm2d(options[1])))


class DingXiaoHBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, groups, deployed):
        super().__init__()
        if deployed:
            self.rbr_reparam = conv(inputs, outputs, 3, stride, groups, bias=True)
            return
        self.rbr_identity = nn.BatchNorm2d(inputs) if inputs == outputs and stride == 1 else None
        self.rbr_dense = conv_norm(inputs, outputs, 3, stride, groups)
        self.rbr_1x1 = conv_norm(inputs, outputs, 1, stride, groups)

    def forward(self, x):
        if hasattr(self, "rbr_reparam"):
            return F.relu(self.rbr_reparam(x))
        identity = 0 if self.rbr_identity is None else self.rbr_identity(x)
        return F.relu(self.rbr_dense(x) + self.rbr_1x1(x) + identity)


class TimmBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, groups, deployed):
        super().__init__()
        if deployed:
            self.reparam_conv = conv(inputs, outputs, 3, stride, groups, bias=True)
            return
        self.identity = nn.BatchNorm2d(inputs) if inputs == outputs and stride == 1 else None
        self.conv_kxk = conv_norm(inputs, outputs, 3, stride, groups)
        self.conv_1x1 = conv_norm(inputs, outputs, 1, stride, groups)

    def forward(self, x):
        if hasattr(self, "reparam_conv"):
            return F.relu(self.reparam_conv(x))
        identity = 0 if self.identity is None else self.identity(x)
        return F.relu(self.conv_kxk(x) + self.conv_1x1(x) + identity)


def make_stages(block, depths, widths, groups, deployed):
    """Every second block has groups, from the third on."""
    stages, inputs, made = [], 3, 0
    for depth, width, stride in zip(depths, widths, STRIDES):
        blocks = []
        for index in range(depth):
            grouped = made >= 2 and made % 2 == 0
            blocks.append(block(inputs, width, stride if index == 0 else 1, groups if grouped else 1, deployed))
            inputs, made = width, made + 1
        stages.append(nn.Sequential(*blocks))
    return stages


class DingXiaoHRepVgg(nn.Module):
    def __init__(self, depths, widths, groups, classes, deployed):
        super().__init__()
        stem, *stages = make_stages(DingXiaoHBlock, depths, widths, groups, deployed)
        self.stage0 = stem[0]
        self.stage1, self.stage2, self.stage3, self.stage4 = stages
        self.linear = nn.Linear(widths[-1], classes)

    def forward(self, x):
        for stage in (self.stage0, self.stage1, self.stage2, self.stage3, self.stage4):
            x = stage(x)
        return self.linear(x.mean((2, 3)))


class TimmHead(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.fc(x.mean((2, 3)))


class TimmRepVgg(nn.Module):
    def __init__(self, depths, widths, groups, classes, deployed):
        super().__init__()
        stem, *stages = make_stages(TimmBlock, depths, widths, groups, deployed)
        self.stem = stem[0]
        self.stages = nn.Sequential(*stages)
        self.head = TimmHead(widths[-1], classes)

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))


SCHEMES = {"dingxiaoh": DingXiaoHRepVgg, "timm": TimmRepVgg}
