"""Where the weights of a network begin."""

from __future__ import annotations

from torch import nn


def xavier_normal(network: nn.Module) -> None:
    """Every matrix from a normal distribution whose spread suits its sides (Glorot and Bengio, 2010)."""
    for parameter in network.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_normal_(parameter)


def normal(network: nn.Module, deviation: float = 0.02) -> None:
    """Every matrix from one normal distribution, every bias 0, as BERT begins."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=deviation)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
