"""Weights by rule: the same ones, key by key, in the oracle's environment and in the tests'."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt


def seeded_state(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, npt.NDArray[np.float32]]:
    """Return float32 weights for ``shapes``, each drawn from a generator seeded by its own key."""
    return {key: _draw(key, tuple(shape)) for key, shape in shapes.items()}


def _draw(key: str, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    generator = np.random.default_rng(zlib.crc32(key.encode()))
    if key.endswith(("running_var", "norm.weight")) or (len(shape) == 1 and key.endswith("weight")):
        return generator.uniform(0.5, 1.0, shape).astype(np.float32)
    if len(shape) <= 1:
        return generator.normal(0, 0.1, shape).astype(np.float32)
    return (generator.standard_normal(shape, dtype=np.float32) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
