"""The file of a guide's evidence nulls, ``evidence.safetensors``, which lies beside its card.

It may come with foreign weights, so it is untrusted: everything is checked before anything uses it.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import Annotated

import numpy as np
import safetensors.torch
import torch
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from lwise_core._utils.arrays import Counts
from lwise_core._utils.json_faults import fault_of
from lwise_core.guides.calibration import Sha256
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import read_safetensors
from lwise_core.guides.evidence_nulls import EvidenceNulls, GainLimit, Thresholds
from lwise_core.guides.model_card import MAX_INPUT_SIZE, Prose, Share

EVIDENCE_FILE = "evidence.safetensors"
MAX_EVIDENCE_BYTES = 10_000_000
_DAMAGED = f"“{EVIDENCE_FILE}” is damaged"
_AGAIN = "put it back, or remove it, and the light about evidence says less"


@dataclass(frozen=True, config=ConfigDict(strict=True, allow_inf_nan=False, extra="ignore"))
class _About:
    """What the file says in words."""

    weights_sha256: Sha256
    input_size: Annotated[int, Field(ge=1, le=MAX_INPUT_SIZE)]
    basis: Annotated[Prose, StringConstraints(min_length=1)]
    limit: Share | None = None
    limit_basis: Prose = ""


_ABOUT = TypeAdapter(_About)


def write_nulls(nulls: EvidenceNulls) -> bytes:
    """Return the file of ``nulls``: float16 thresholds, about 140 bytes a class."""
    limit = nulls.limit
    about = _About(
        nulls.weights_sha256,
        nulls.input_size,
        nulls.basis,
        None if limit is None else limit.value,
        "" if limit is None else limit.basis,
    )
    text = np.frombuffer(_ABOUT.dump_json(about), dtype=np.uint8)
    return safetensors.torch.save(
        {
            "about": torch.from_numpy(text.copy()),
            "counts": torch.from_numpy(nulls.counts),
            "levels": torch.tensor(nulls.levels, dtype=torch.float64),
            "pictures": torch.from_numpy(nulls.pictures),
            "places": torch.from_numpy(nulls.places),
        }
    )


def read_nulls(data: bytes, *, weights_sha256: str, classes: int) -> EvidenceNulls:
    """Return what the file with the bytes ``data`` holds, for the network with these weights and so many classes.

    Raises:
        CheckpointError: It is damaged, too large, or belongs to other weights.
    """
    if len(data) > MAX_EVIDENCE_BYTES:
        raise CheckpointError(f"“{EVIDENCE_FILE}” is larger than any that is written here; {_AGAIN}.")
    tensors = read_safetensors(data)
    about = _about(tensors.get("about"))
    if about.weights_sha256 != weights_sha256:
        raise CheckpointError(f"“{EVIDENCE_FILE}” belongs to other weights; {_AGAIN}.")
    levels = _levels(tensors.get("levels"))
    limit = None if about.limit is None else GainLimit(about.limit, about.limit_basis)
    return EvidenceNulls(
        weights_sha256=weights_sha256,
        input_size=about.input_size,
        places=_thresholds(tensors.get("places"), (classes, 2, len(levels))),
        pictures=_thresholds(tensors.get("pictures"), (classes, len(levels))),
        counts=_counts(tensors.get("counts"), classes),
        basis=about.basis,
        levels=levels,
        limit=limit,
    )


def _about(stored: torch.Tensor | None) -> _About:
    if stored is None or stored.dtype != torch.uint8 or stored.ndim != 1:
        raise _damaged("it does not say what it is")
    try:
        return _ABOUT.validate_json(stored.numpy().tobytes())
    except ValidationError as error:
        raise _damaged(fault_of(error)) from error


def _levels(stored: torch.Tensor | None) -> tuple[float, ...]:
    if stored is None or stored.dtype != torch.float64 or stored.ndim != 1 or not len(stored):
        raise _damaged("it has no levels")
    levels: list[float] = stored.tolist()
    rising = all(a < b for a, b in pairwise(levels))
    if not (rising and all(map(isfinite, levels)) and levels[0] > 0 and levels[-1] < 1):
        raise _damaged("its levels do not rise between 0 and 1")
    return tuple(levels)


def _thresholds(stored: torch.Tensor | None, shape: tuple[int, ...]) -> Thresholds:
    """Accept thresholds of this shape that fall, or stay, as p rises; they may be infinite."""
    if stored is None or stored.dtype != torch.float16 or tuple(stored.shape) != shape:
        raise _damaged("its thresholds are not those of this network")
    wide = stored.double()
    if bool(wide.isnan().any()) or bool((wide[..., 1:] > wide[..., :-1]).any()):
        raise _damaged("its thresholds do not fall")
    found: Thresholds = stored.numpy()
    return found


def _counts(stored: torch.Tensor | None, classes: int) -> Counts:
    if stored is None or stored.dtype != torch.int64 or stored.shape != (classes,) or bool((stored < 0).any()):
        raise _damaged("it does not say how many pictures it stands on")
    counts: Counts = stored.numpy()
    return counts


def _damaged(why: str) -> CheckpointError:
    return CheckpointError(f"{_DAMAGED} ({why}); {_AGAIN}.")
