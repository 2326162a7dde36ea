"""Labels that may be wrong: by confident learning, where what it takes differs from class to class, and by references.

Source: Northcutt, Jiang and Chuang 2021, “Confident learning: estimating uncertainty in dataset labels”, Journal of
Artificial Intelligence Research 70, 1373–1411: the thresholds are equation 2, the counted examples equation 1 (ties and
several classes above their thresholds: the more probable one). As in the authors' own program, an example whose label
is the network's first choice is no issue. Theirs are probabilities of networks that never saw the example; of a guide
that learnt these photographs fewer issues are found.

A guide that confuses two kinds reaches no threshold there, and misses a spider among dogs that is harder than every
dog it knows. So a label is doubted too where nearly all held-out references of its class are easier and the guide takes
the photograph for another class that photographs are filed under: whoever files by hand mixes up what lies there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Counts, Values

NOBODY = -1
"""The label of a photograph that no person labelled."""

ENOUGH_LABELLED = 10
"""Photographs with a label; of fewer the mean probability of their class says little."""

WITHOUT_MEAN = 0.5
"""The threshold of a class with fewer: more probable than all other classes together."""


@dataclass(frozen=True)
class LabelIssue:
    """Why a label may be wrong: the class that the photograph shows instead, its ``probability``, and the threshold.

    ``threshold`` is the mean probability of that class among the photographs that bear its label; None where too few
    do. ``harder_than`` is the share of the references of its own class that are easier, where that is the reason.
    """

    class_name: str
    probability: float
    threshold: float | None
    harder_than: float | None = None

    def __str__(self) -> str:
        mean = "" if self.threshold is None else f"; {self.threshold:.0%} on average for those filed there"
        easier = "" if self.harder_than is None else f", and {self.harder_than:.0%} of known pictures of its label"
        hard = f"{easier} are easier" if easier else ""
        return f"the guide takes it for {self.class_name} ({self.probability:.0%}{mean}){hard}"


UNLIKELY = 0.95
"""The share of the references of a class from which on it is unlikely that a harder one shows it."""


def mean_confidences(probabilities: Values, labels: Counts) -> Values:
    """Return for each class the mean of its probability among the examples with its label (equation 2).

    Args:
        probabilities: ``(N, K)``, the softmax of N examples over K classes.
        labels: ``(N,)``, the class of each by its number, :data:`NOBODY` where no person gave one.

    Returns:
        ``(K,)`` in [0, 1], NaN for classes with fewer than :data:`ENOUGH_LABELLED` examples.
    """
    means = np.full(probabilities.shape[1], np.nan)
    for label in np.unique(labels[labels != NOBODY]):
        own = probabilities[labels == label, label]
        if len(own) >= ENOUGH_LABELLED:
            means[label] = own.mean(dtype=np.float64)
    return means


def label_issues(probabilities: Values, labels: Counts, classes: Sequence[str]) -> tuple[LabelIssue | None, ...]:
    """Return for each example why its label may be wrong, None without a reason.

    A label is doubted when another class reaches the threshold of its own and is more probable than the label and than
    every other class that reaches its own.

    Args:
        probabilities: ``(N, K)``, the softmax of N examples over K classes.
        labels: ``(N,)``, the class of each by its number, :data:`NOBODY` where no person gave one; those are no issue.
        classes: The names of the K classes.
    """
    means = mean_confidences(probabilities, labels)
    reaches = probabilities >= np.where(np.isnan(means), WITHOUT_MEAN, means)
    shown = np.where(reaches, probabilities, -1.0).argmax(axis=1)
    found: list[LabelIssue | None] = []
    for row, label, other, reached in zip(probabilities, labels, shown, reaches, strict=True):
        doubted = label != NOBODY and other != label and reached[other] and row[other] > row[label]
        mean = None if np.isnan(means[other]) else float(means[other])
        found.append(LabelIssue(classes[other], float(row[other]), mean) if doubted else None)
    return tuple(found)


def unlikely_labels(
    probabilities: Values, labels: Counts, harder_than: Values, classes: Sequence[str]
) -> tuple[LabelIssue | None, ...]:
    """Return for each example whether its label is unlikely by the references of its class, None without a reason.

    Args:
        probabilities: ``(N, K)``, the softmax of N examples over K classes.
        labels: ``(N,)``, the class of each by its number, :data:`NOBODY` where no person gave one; those are no issue.
        harder_than: ``(N,)`` in [0, 1], the share of the references of its label that are easier, NaN without any.
        classes: The names of the K classes.
    """
    filed = set(labels.tolist()) - {NOBODY}
    found: list[LabelIssue | None] = []
    for row, label, share in zip(probabilities, labels, harder_than, strict=True):
        first = int(row.argmax())
        doubted = label != NOBODY and first != label and first in filed and share >= UNLIKELY
        found.append(LabelIssue(classes[first], float(row[first]), None, float(share)) if doubted else None)
    return tuple(found)
