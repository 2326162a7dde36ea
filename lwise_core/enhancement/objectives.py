"""Objectives: what is made smaller along the path, each registered beside its definition.

The shell's help, the choices of the pages, batch settings, courses and manifests read the registry: a further objective
is one class in this file (CONTRIBUTING.md, “To add an objective”).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol, TypeVar

import torch
from torch.nn import functional as F

from lwise_core._utils.errors import LWiseError


class ObjectiveError(LWiseError):
    """An objective that does not exist, or that does not go with these rivals. The message is one sentence."""


class Objective(Protocol):
    """What is made smaller along the path, one loss an image."""

    @property
    def name(self) -> str:
        """Name used in manifests and file names, the official one where there is one."""

    @property
    def rivals(self) -> tuple[int, ...]:
        """Indices of the classes that the target is held against, none for most objectives."""

    def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return losses ``(N,)`` for ``logits`` ``(N, C)`` and class indices ``targets`` ``(N,)``."""


@dataclass(frozen=True)
class ObjectiveEntry:
    """An objective as it is offered: ``name`` in files and the shell, and words for people.

    ``label`` says what it does, as an imperative; ``raises`` names the quantity that it raises. ``build`` takes the
    indices of the rivals, which are empty unless ``takes_rivals``.
    """

    name: str
    label: str
    raises: str
    takes_rivals: bool
    build: Callable[[tuple[int, ...]], Objective]


_ENTRIES: dict[str, ObjectiveEntry] = {}
OBJECTIVES: Mapping[str, ObjectiveEntry] = MappingProxyType(_ENTRIES)
"""Every objective by its name, in the order in which they are offered."""

DEFAULT_OBJECTIVE = "logit"
"""Name of the official default."""

_Class = TypeVar("_Class", bound=Callable[..., Objective])


def register_objective(name: str, *, label: str, raises: str, takes_rivals: bool = False) -> Callable[[_Class], _Class]:
    """Return a decorator that offers a class of objectives under ``name``.

    The class is called with the rivals, a tuple of class indices, where it ``takes_rivals``, else without arguments.

    Raises:
        ValueError: There is an objective of this name.
    """
    if name in _ENTRIES:
        raise ValueError(f"There is an objective “{name}” already.")

    def register(made: _Class) -> _Class:
        build = made if takes_rivals else lambda _rivals: made()
        _ENTRIES[name] = ObjectiveEntry(name, label, raises, takes_rivals, build)
        return made

    return register


@register_objective(DEFAULT_OBJECTIVE, label="Raise the class's logit", raises="the class's logit")
@dataclass(frozen=True)
class GroundTruthLogit:
    """Raise the ground-truth logit: L = −z_y (the official default)."""

    name: str = "logit"
    rivals: ClassVar[tuple[int, ...]] = ()

    def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return -logits.gather(1, targets[:, None]).squeeze(1)


@register_objective(
    "logit_diverge", label="Raise it above chosen rivals", raises="it above the other classes'", takes_rivals=True
)
@dataclass(frozen=True)
class LogitAgainstRivals:
    """Raise the ground-truth logit above the mean of its rivals': L = −(z_y − mean z_c), c in ``rivals`` without y."""

    rivals: tuple[int, ...]
    name: str = "logit_diverge"

    def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        is_rival = torch.zeros(logits.shape[1], dtype=torch.bool, device=logits.device)
        is_rival[list(self.rivals)] = True
        weights = is_rival.repeat(len(targets), 1).scatter(1, targets[:, None], False).to(logits.dtype)
        counts = weights.sum(dim=1)
        if bool((counts == 0).any()):
            raise ObjectiveError("Choose at least one rival that is not the ground-truth class itself.")
        return (weights * logits).sum(dim=1) / counts - logits.gather(1, targets[:, None]).squeeze(1)


@register_objective("cross_entropy", label="Lower the cross-entropy", raises="the class's log-probability")
@dataclass(frozen=True)
class CrossEntropy:
    """Lower the softmax cross-entropy over all classes."""

    name: str = "cross_entropy"
    rivals: ClassVar[tuple[int, ...]] = ()

    def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits, targets, reduction="none")


@dataclass(frozen=True)
class Harder:
    """The reverse direction: make the picture harder for the same objective (the official ``--attack``)."""

    easier: Objective

    @property
    def name(self) -> str:
        return f"{self.easier.name}_attack"

    @property
    def rivals(self) -> tuple[int, ...]:
        return self.easier.rivals

    def losses(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return -self.easier.losses(logits, targets)


def objective_named(name: str, *, rivals: Sequence[int] = ()) -> Objective:
    """Return the objective called ``name``; ``rivals`` are class indices, for objectives that take them.

    Raises:
        ObjectiveError: No such objective, rivals where none are used, or none where they are needed.
    """
    if name not in OBJECTIVES:
        raise ObjectiveError(f"There is no objective “{name}”. Choose one of {', '.join(OBJECTIVES)}.")
    entry = OBJECTIVES[name]
    if rivals and not entry.takes_rivals:
        raise ObjectiveError(takes_no_rivals(name))
    if entry.takes_rivals and not rivals:
        raise ObjectiveError(f"The objective “{name}” needs at least one rival class.")
    return entry.build(tuple(rivals))


def takes_no_rivals(name: str) -> str:
    """Return the sentence for a person who gave rivals to an objective without any."""
    return f"The objective “{name}” takes no rivals; use {with_rivals()}."


def with_rivals() -> str:
    """Return the names of the objectives that take rivals, in words."""
    return _either([entry.name for entry in OBJECTIVES.values() if entry.takes_rivals])


def offered(*, rivals_by: str) -> str:
    """Return all names in words; ``rivals_by`` is the option that gives rivals, named where an objective needs it."""
    return _either([e.name + f" (with {rivals_by})" * e.takes_rivals for e in OBJECTIVES.values()])


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
