"""Tensors of the reference values: how they are drawn, and how they are stored, as Onefold has them in memory."""
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
random = np.random.default_rng(20)


def decimals(*shape, scale=1.0):
    """Normal numbers of three digits, so that both sides read the very same doubles."""
    return torch.tensor(np.round(scale * random.standard_normal(shape), 3))


def stored(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().numpy().ravel().tolist()}
