"""What a guide knows of its own pictures, stored beside its card: how a picture unlike all of them is told.

A guide of sixteen groups of animals gives a cup of coffee a difficulty too. The score that tells such a picture is a
logistic regression on the features of every stage of the network, fitted to pictures like those that the guide learnt
against others (outlier exposure: Hendrycks et al. 2019, arXiv 1812.04606); the network stays as it is. Held-out
pictures give the p. No picture is stored.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.numpy
import torch
from safetensors import SafetensorError, safe_open

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.errors import LWiseError
from lwise_core.guides.novelty import Novelty

FAMILIARITY_FILE = "familiarity.safetensors"
"""What lies beside the card of a guide that has one."""

MAX_FAMILIARITY_BYTES = 4_000_000
"""A larger file is refused."""

_FORMAT = "1"

Floats = npt.NDArray[np.float32]


class FamiliarityError(LWiseError):
    """A file that cannot be used. The message is one sentence: what is wrong with it, and what to do."""


@dataclass(frozen=True, eq=False)
class Familiarity:
    """How a guide tells a picture that is unlike everything it learnt.

    ``stages`` are names of modules of its network, ``weights`` ``(D,)`` and ``bias`` what is applied to their features
    (:class:`~lwise_core.guides.stage_features.StageFeatures`), and ``held_out`` ``(n,)``, rising, what that gives for
    held-out pictures: the larger, the more unlike. ``sha256`` is the hash of the network's weights; ``source`` says
    which pictures were held out, ``against`` which others it was fitted to.
    """

    stages: tuple[str, ...]
    weights: Floats
    bias: float
    held_out: Floats
    sha256: str
    source: str = ""
    against: str = ""

    def scores(self, features: torch.Tensor) -> Floats:
        """Return how unlike each picture is, ``(N,)`` without unit, from its features ``(N, D)``.

        Raises:
            FamiliarityError: These are the features of another network.
        """
        if features.shape[1:] != self.weights.shape:
            raise FamiliarityError("What the guide knows of its own pictures is another network's; make it anew.")
        found: Floats = (features.double().numpy() @ self.weights.astype(np.float64) + self.bias).astype(np.float32)
        return found

    def novelty(self, features: torch.Tensor) -> tuple[Novelty, ...]:
        """Return what is said of each picture, from its features ``(N, D)``. What is no number cannot be judged."""
        n = len(self.held_out)
        as_unlike = n - np.searchsorted(self.held_out, scores := self.scores(features), side="left")
        return tuple(
            Novelty(p=(1 + int(k)) / (1 + n), references=n) if np.isfinite(score) else Novelty(references=n)
            for k, score in zip(as_unlike, scores, strict=True)
        )

    def with_held_out(self, scores: Floats) -> Familiarity:
        """Return it with the ``scores`` ``(n,)`` of held-out pictures."""
        return replace(self, held_out=np.sort(scores))

    @property
    def digest(self) -> str:
        """A hash of all that decides what is said, for plans of long jobs."""
        said = json.dumps([self.stages, self.sha256, self.bias]).encode()
        return hashlib.sha256(said + self.weights.tobytes() + self.held_out.tobytes()).hexdigest()

    def write(self, folder: Path) -> Path:
        """Write it into the guide's ``folder`` and return the file."""
        said = {"format": _FORMAT, "stages": json.dumps(self.stages), "sha256": self.sha256}
        said |= {"source": self.source, "against": self.against}
        arrays = {"weights": self.weights, "bias": np.array([self.bias], np.float32), "held_out": self.held_out}
        write_whole(folder / FAMILIARITY_FILE, safetensors.numpy.save(arrays, said))
        return folder / FAMILIARITY_FILE


def read_familiarity(folder: Path, *, sha256: str) -> Familiarity | None:
    """Return what the guide in ``folder`` knows of its own pictures, None where it has no such file.

    ``sha256`` is the hash of its weights: what was made for others says nothing.

    Raises:
        FamiliarityError: The file is too large, damaged, or was made for other weights.
    """
    file = folder / FAMILIARITY_FILE
    if not file.is_file():
        return None
    if file.stat().st_size > MAX_FAMILIARITY_BYTES:
        raise FamiliarityError(f"“{file.name}” is too large; make it anew.")
    try:
        with safe_open(file, framework="numpy") as opened:
            said = opened.metadata() or {}
            weights, bias, held_out = (opened.get_tensor(name) for name in ("weights", "bias", "held_out"))
        stages = tuple(map(str, json.loads(said["stages"])))
        found = Familiarity(
            stages=stages,
            weights=_numbers(weights),
            bias=float(_numbers(bias)[0]),
            held_out=np.sort(_numbers(held_out)),
            sha256=said["sha256"],
            source=said.get("source", ""),
            against=said.get("against", ""),
        )
    except (SafetensorError, OSError, KeyError, IndexError, TypeError, ValueError) as error:
        raise FamiliarityError(f"“{file.name}” is damaged; make it anew.") from error
    if found.sha256 != sha256 or said.get("format") != _FORMAT:
        raise FamiliarityError(f"“{file.name}” was made for other weights than this guide's; make it anew.")
    return found


def _numbers(array: npt.NDArray[np.generic]) -> Floats:
    """Return a list of finite numbers.

    Raises:
        ValueError: It is something else.
    """
    numbers: Floats = array.astype(np.float32)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("not a list of numbers")
    return numbers
