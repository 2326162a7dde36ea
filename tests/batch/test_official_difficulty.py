"""Both official difficulties, against the columns that the authors shipped and the formula written out."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lwise_core._utils.arrays import Values
from lwise_core.batch.official_difficulty import UNDECIDED, Definition, difficulties, percentiles
from lwise_core.enhancement.path import NonFinite

LOGITS = arrays.arrays(np.float64, st.integers(2, 30), elements=st.floats(-40, 40, width=32))


def column(file: Path, name: str) -> list[str]:
    with file.open(encoding="utf-8", newline="") as text:
        return [row[name] for row in csv.DictReader(text)]


@pytest.mark.parametrize("name", ["idaea4-dirmap.csv", "mhist-votes.csv"])
def test_the_shipped_difficulty_comes_out_of_the_shipped_logits(shared_folder: Path, name: str) -> None:
    file = shared_folder / "data" / name
    logits = np.array([float(v) for v in column(file, "robust_gt_logit")])
    shipped = np.array([float(v) for v in column(file, "difficulty")])
    ranked = difficulties(logits, column(file, "class"), definition=Definition.GLOBAL)
    assert np.abs(ranked.values - shipped).max() < 1e-12
    assert ranked.notes == ()


@pytest.mark.parametrize("name", ["idaea4-dirmap.csv", "mhist-votes.csv"])
def test_class_by_class_is_the_formula_of_the_web_site(shared_folder: Path, name: str) -> None:
    file = shared_folder / "data" / name
    classes = column(file, "class")
    logits = np.array([float(v) for v in column(file, "robust_gt_logit")])
    ranked = difficulties(logits, classes, definition=Definition.PER_CLASS)
    for wanted in set(classes):
        rows = [i for i, c in enumerate(classes) if c == wanted]
        low, high = min(logits[rows]), max(logits[rows])
        by_hand = [1 - (logits[i] - low) / (high - low) for i in rows]
        assert np.abs(ranked.values[rows] - by_hand).max() < 1e-12
        assert (ranked.lowest[wanted], ranked.highest[wanted]) == (low, high)


def test_the_two_definitions_differ_where_classes_do() -> None:
    logits, classes = np.array([0.0, 1.0, 9.0, 10.0]), ("hard", "hard", "easy", "easy")
    assert difficulties(logits, classes, definition=Definition.GLOBAL).values.tolist() == pytest.approx(
        [1, 0.9, 0.1, 0]
    )
    assert difficulties(logits, classes, definition=Definition.PER_CLASS).values.tolist() == [1, 0, 1, 0]


@given(logits=LOGITS)
def test_one_is_the_hardest_and_the_order_is_that_of_the_logits(logits: Values) -> None:
    ranked = difficulties(logits, ["a"] * len(logits), definition=Definition.GLOBAL).values
    assert ((ranked >= 0) & (ranked <= 1)).all()
    if logits.min() < logits.max():
        assert (ranked.min(), ranked.max()) == (0, 1)
    order = np.argsort(logits)
    assert (np.diff(ranked[order]) <= 0).all()


@given(logits=LOGITS, shift=st.floats(-10, 10))
def test_a_percentile_knows_ranks_only(logits: Values, shift: float) -> None:
    logits = np.round(logits, 2)
    shares = percentiles(logits, ["a"] * len(logits))
    assert ((shares > 0) & (shares < 1)).all()
    assert shares.mean() == pytest.approx(0.5)
    easier = [((logits > v).sum() + (logits == v).sum() / 2) / len(logits) for v in logits]
    assert shares.tolist() == pytest.approx(easier)
    assert percentiles(np.round(2 * logits + round(shift), 2), ["a"] * len(logits)).tolist() == pytest.approx(shares)


@pytest.mark.parametrize(
    ("definition", "classes", "sentence"),
    [(Definition.GLOBAL, ("a", "b", "a"), "All pictures have"), (Definition.PER_CLASS, ("a", "b", "a"), "“a”, “b”")],
)
def test_equal_logits_are_a_sentence_and_never_nan(
    definition: Definition, classes: tuple[str, ...], sentence: str
) -> None:
    ranked = difficulties(np.array([2.5, 2.5, 2.5]), classes, definition=definition)
    assert ranked.values.tolist() == [UNDECIDED] * 3
    assert sentence in ranked.notes[0]


def test_pictures_without_a_logit_do_not_count() -> None:
    logits = np.array([np.nan, 1.0, 3.0])
    assert np.isnan(difficulties(logits, ["a"] * 3, definition=Definition.GLOBAL).values[0])
    assert difficulties(logits, ["a"] * 3, definition=Definition.GLOBAL).values[1:].tolist() == [1, 0]
    assert percentiles(logits, ["a"] * 3)[1:].tolist() == [0.75, 0.25]
    nothing = difficulties(np.array([np.nan]), ["a"], definition=Definition.PER_CLASS)
    assert nothing.notes == ()
    assert nothing.lowest == {}


def test_what_cannot_be_ranked_is_refused() -> None:
    with pytest.raises(NonFinite, match="infinite"):
        difficulties(np.array([np.inf, 0.0]), ("a", "a"), definition=Definition.GLOBAL)
    with pytest.raises(ValueError, match="match them"):
        percentiles(np.array([1.0]), ())
