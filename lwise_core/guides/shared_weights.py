"""A twin of a network: other modules, the same weights, so that hooks and rewrites never touch a guide."""

from __future__ import annotations

from copy import deepcopy

from torch import nn


def copy_sharing_weights(network: nn.Module) -> nn.Module:
    """Return a copy of ``network`` whose parameters and buffers share memory with the original's.

    It costs no memory to speak of. Its modules and parameters are objects of their own and its parameters are frozen;
    who changes a weight in place changes both.
    """
    parameters = {id(p): nn.Parameter(p.detach(), requires_grad=False) for p in network.parameters()}
    buffers = {id(b): b for b in network.buffers()}
    return deepcopy(network, {**parameters, **buffers})
