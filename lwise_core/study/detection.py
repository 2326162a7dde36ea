"""Sensitivity and criterion: whether a class is told from the others, apart from how readily its name is given.

For each class the pictures of it are the signal and all others are not: a hit is its name for its own picture, a false
alarm its name for another's. d′ = z(H) − z(F) and c = −(z(H) + z(F)) / 2, z being the inverse of the normal
distribution function (Green and Swets 1966; Macmillan and Creelman 2005). Half an answer is added to hits and false
alarms and one to the pictures of either kind (the log-linear correction: Hautus 1995, Behavior Research Methods,
Instruments, & Computers 27, 46-51), so that rates of 0 and 1 have a z. With more than two classes this is a
description: the model of one choice among many differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

from lwise_core.study.agreement import Confusion

_Z = NormalDist().inv_cdf


@dataclass(frozen=True, kw_only=True)
class Detection:
    """How a group told one class from the others in the test, its people's answers together.

    ``base_rate`` is the share of the pictures that showed the class and ``answer_rate`` that of the answers that named
    it, in [0, 1]. ``sensitivity`` is d′, 0 where it is not told from the others at all; ``criterion`` is c, above 0
    where its name is given less readily than is best with equal base rates, below 0 where more.
    """

    class_name: str
    pictures: int
    base_rate: float
    answer_rate: float
    sensitivity: float
    criterion: float


def detections(confusion: Confusion) -> tuple[Detection, ...]:
    """Return the figures of every class that was shown where others were too; none where nothing was answered."""
    shown = [sum(row) + unanswered for row, unanswered in zip(confusion.counts, confusion.unanswered, strict=True)]
    pictures, answers = sum(shown), sum(map(sum, confusion.counts))
    if not answers:
        return ()
    found = []
    for i, (name, own) in enumerate(zip(confusion.classes, shown, strict=True)):
        named = sum(row[i] for row in confusion.counts)
        others = pictures - own
        if not own or not others:
            continue
        hits = _Z((confusion.counts[i][i] + 0.5) / (own + 1))
        alarms = _Z((named - confusion.counts[i][i] + 0.5) / (others + 1))
        found.append(
            Detection(
                class_name=name,
                pictures=own,
                base_rate=own / pictures,
                answer_rate=named / answers,
                sensitivity=hits - alarms,
                criterion=-(hits + alarms) / 2,
            )
        )
    return tuple(found)
