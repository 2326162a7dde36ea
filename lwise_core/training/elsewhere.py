"""What a guide is worth on pictures of another collection than the one that it learnt from, for its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean

import torch
from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.file_errors import read_file
from lwise_core._utils.intervals import mean_share_interval, wilson_interval
from lwise_core._utils.json_faults import fault_of
from lwise_core.guides.model_card import ClassAccuracy, FiguresElsewhere, MeasuredShare
from lwise_core.training.evaluation import Evaluation, reliability
from lwise_core.training.recipes import RecipeError


@dataclass(frozen=True)
class Collection:
    """What only a person can say of a collection of pictures that a guide did not learn from.

    ``name`` has a few words, ``data`` says which of its pictures these are. ``class_names`` has the guide's names of
    its classes, where they differ.
    """

    name: str
    data: str
    class_names: Mapping[str, str] = field(default_factory=dict)


def read_collection(path: Path) -> Collection:
    """Return what the JSON file ``path`` says of a collection.

    Raises:
        RecipeError: It is not JSON, or a field is missing or of the wrong kind.
        FileError: It cannot be read.
    """
    try:
        return TypeAdapter(Collection).validate_json(read_file(path))
    except ValidationError as error:
        raise RecipeError(f"“{path.name}” cannot be used: {fault_of(error)}; correct it.") from error


def figures_elsewhere(
    verdicts: Evaluation, classes: Sequence[str], collection: Collection, *, method: str
) -> FiguresElsewhere:
    """Return what a card says of ``verdicts`` on pictures of ``collection``; ``method`` says how they were found.

    Shares have Wilson's interval, and their mean over the classes that are there the one that follows from these.
    """
    right = verdicts.logits.argmax(dim=1) == verdicts.targets
    of_class = {name: found for i, name in enumerate(classes) if len(found := right[verdicts.targets == i])}
    bins = reliability(verdicts.logits, verdicts.targets)
    return FiguresElsewhere(
        name=collection.name,
        data=collection.data,
        method=method,
        images=len(right),
        accuracy=_measured(_share(right), wilson_interval(_share(right), len(right))),
        balanced_accuracy=_balanced(tuple(of_class.values())),
        per_class={name: _of_class(found) for name, found in of_class.items()},
        reliability=tuple((b.images, round(b.confidence, 3), round(b.accuracy, 3)) for b in bins),
    )


def as_card_entry(figures: FiguresElsewhere) -> dict[str, object]:
    """Return ``figures`` as an entry of “elsewhere” in a ``card.json``."""
    return asdict(figures)


def _of_class(right: torch.Tensor) -> ClassAccuracy:
    found = _measured(_share(right), wilson_interval(_share(right), len(right)))
    return ClassAccuracy(value=found.value, interval_95=found.interval_95, images=len(right))


def _balanced(of_class: Sequence[torch.Tensor]) -> MeasuredShare:
    shares = [_share(right) for right in of_class]
    return _measured(mean(shares), mean_share_interval(shares, [len(right) for right in of_class]))


def _share(right: torch.Tensor) -> float:
    return float(right.double().mean())


def _measured(value: float, interval: tuple[float, float]) -> MeasuredShare:
    """Return a share and its interval to three places."""
    return MeasuredShare(value=round(value, 3), interval_95=(round(interval[0], 3), round(interval[1], 3)))
