"""The benchmark of the limits of artefacts: each guide is judged by limits that its own pictures did not give."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

from benchmarks.artefact_limits import Measured, _by_classes, _flags
from lwise_core.inspection.limit_fit import ARTEFACT_KEYS, limits_of

COUNT = 240


def measured(guide: str, *, grain: float, of_class: tuple[float, ...] = (0.0, 0.0)) -> Measured:
    """Return pictures whose values are all ``grain`` and a little, with more in some classes."""
    targets = tuple(i % len(of_class) for i in range(COUNT))
    worst = tuple(dict.fromkeys(ARTEFACT_KEYS, grain + of_class[t] + i / 10_000) for i, t in enumerate(targets))
    return Measured(guide, 32, "some", targets, worst)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = measured("one", grain=0.2)
    lost = replace(kept, worst=({**kept.worst[0], "HS": -inf}, *kept.worst[1:]))
    lost.write(tmp_path / "one.json")
    assert Measured.read(tmp_path / "one.json") == lost


def test_a_guide_of_more_grain_is_flagged_by_limits_of_another() -> None:
    quiet, grainy = measured("quiet", grain=0.2), measured("grainy", grain=0.7)
    assert _flags(grainy.worst, limits_of(quiet.worst))["HF"].all()
    assert not _flags(quiet.worst, limits_of(grainy.worst))["HF"].any()


def test_classes_are_judged_by_limits_that_they_did_not_give() -> None:
    alike, unlike = measured("alike", grain=0.2), measured("unlike", grain=0.2, of_class=(0.0, 0.5))
    assert _by_classes(alike, (alike,)).startswith("1, 0.4%")  # the largest of the two halves
    assert _by_classes(unlike, (unlike,)).startswith("120, 50.0%")  # all of the class that the limits did not see
