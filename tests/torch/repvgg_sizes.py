"""The sizes of RepVGG, for scripts with and without PyTorch."""

SIZES = {  # depths and widths of the five stages
    "tiny": ((1, 1, 2, 4, 1), (16, 16, 32, 64, 256)),
    "mini": ((1, 1, 2, 3, 1), (32, 32, 64, 128, 512)),
    "S": ((1, 2, 4, 6, 1), (32, 32, 64, 128, 512)),
    "A0": ((1, 2, 4, 14, 1), (48, 48, 96, 192, 1280)),
}
