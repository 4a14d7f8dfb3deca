"""Initial parameters that the networks of this project share."""

from __future__ import annotations

from torch import nn


def initialise(network: nn.Module, *, embedding: float = 1.0) -> None:
    """Draw the initial parameters of a network, from PyTorch's global generator.

    Convolutions keep the variance of their input (He et al. 2015, without a gain), their biases are zero.

    Args:
        network: whose convolutions and embeddings are initialised.
        embedding: standard deviation of embeddings.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=embedding)
