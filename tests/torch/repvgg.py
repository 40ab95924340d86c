"""RepVGG in plain PyTorch, in both forms, with the state names of Onefold's files. For checking only."""
import torch.nn as nn
import torch.nn.functional as F


class Branches(nn.Module):
    """The trained block: relu(BN(3x3) + BN(1x1) + BN(x))."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv3, self.bn3 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 1, stride, 0, bias=False), nn.BatchNorm2d(outputs)
        self.bn0 = nn.BatchNorm2d(inputs) if inputs == outputs and stride == 1 else None

    def forward(self, x):
        y = self.bn3(self.conv3(x)) + self.bn1(self.conv1(x))
        return F.relu(y if self.bn0 is None else y + self.bn0(x))


class Plain(nn.Module):
    """The folded block: relu(3x3 + bias)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1)

    def forward(self, x):
        return F.relu(self.conv(x))


class RepVgg(nn.Module):
    """Five stages of blocks, the mean of each map, a linear head; states stages.{s}.{b}.* and head.*."""

    def __init__(self, form, depths, widths, classes=10, blocks=None):
        super().__init__()
        block = (blocks or {"branches": Branches, "folded": Plain})[form]
        self.stages = nn.ModuleList()
        inputs = 3
        for stage, (depth, width) in enumerate(zip(depths, widths)):
            self.stages.append(nn.ModuleList())
            for index in range(depth):
                self.stages[stage].append(block(inputs, width, 2 if index == 0 and stage >= 2 else 1))
                inputs = width
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean((2, 3)))
