"""Labels that may be wrong, by the thresholds of each class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.label_issues import (
    ENOUGH_LABELLED,
    NOBODY,
    UNLIKELY,
    label_issues,
    mean_confidences,
    unlikely_labels,
)

LOOK_ALIKES = ("monarch", "viceroy", "queen")


def collection(*rows: tuple[float, float, float], label: int) -> tuple[list[tuple[float, float, float]], list[int]]:
    return list(rows), [label] * len(rows)


def test_a_look_alike_filed_wrongly_is_found_below_any_fixed_threshold() -> None:
    # The guide is unsure of monarchs (0.42 on average), so one that it takes for a monarch by 0.45 is a find.
    monarchs, of_monarchs = collection(*[(0.42, 0.38, 0.2)] * ENOUGH_LABELLED, label=0)
    viceroys, of_viceroys = collection(*[(0.1, 0.8, 0.1)] * ENOUGH_LABELLED, (0.45, 0.4, 0.15), label=1)
    issues = label_issues(np.array(monarchs + viceroys), np.array(of_monarchs + of_viceroys), LOOK_ALIKES)
    (issue,) = filter(None, issues)
    assert (issues[-1], issue.class_name, issue.probability) == (issue, "monarch", 0.45)
    assert issue.threshold == pytest.approx(0.42)
    assert str(issue) == "the guide takes it for monarch (45%; 42% on average for those filed there)"


def test_a_class_that_the_guide_is_sure_of_is_not_claimed_by_half_a_guess() -> None:
    monarchs, of_monarchs = collection(*[(0.9, 0.05, 0.05)] * ENOUGH_LABELLED, label=0)
    viceroys, of_viceroys = collection(*[(0.3, 0.6, 0.1)] * ENOUGH_LABELLED, (0.6, 0.3, 0.1), label=1)
    issues = label_issues(np.array(monarchs + viceroys), np.array(of_monarchs + of_viceroys), LOOK_ALIKES)
    assert not any(issues)


def test_of_a_class_with_few_examples_half_is_asked() -> None:
    probabilities = np.array([(0.3, 0.6, 0.1), (0.3, 0.45, 0.25)])
    first, second = label_issues(probabilities, np.array([0, 0]), LOOK_ALIKES)
    assert first is not None
    assert (first.class_name, first.threshold, str(first)) == ("viceroy", None, "the guide takes it for viceroy (60%)")
    assert second is None


SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, *, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities ``(rows, 3)`` and labels, some of which nobody gave."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet((0.7, 0.7, 0.7), rows), rng.integers(NOBODY, 3, rows)


@given(SEEDS, st.integers(1, 90))
def test_what_an_issue_names_reaches_its_threshold_and_beats_the_label(seed: int, rows: int) -> None:
    found, labels = drawn(seed, rows=rows)
    means = mean_confidences(found, labels)
    for row, label, issue in zip(found, labels, label_issues(found, labels, LOOK_ALIKES), strict=True):
        reaches = {k for k in range(3) if row[k] >= (0.5 if np.isnan(means[k]) else means[k])}
        if issue is None:
            best = max(reaches, key=lambda k: row[k], default=label)
            assert label == NOBODY or row[best] <= row[label]
        else:
            named = LOOK_ALIKES.index(issue.class_name)
            assert label not in (NOBODY, named)
            assert named in reaches
            assert row[named] == max(row[k] for k in reaches) > row[label]


@given(SEEDS)
def test_thresholds_are_means_over_those_that_a_person_filed_there(seed: int) -> None:
    found, labels = drawn(seed, rows=60)
    for k, mean in enumerate(mean_confidences(found, labels)):
        own = found[labels == k, k]
        assert np.isnan(mean) if len(own) < ENOUGH_LABELLED else mean == pytest.approx(own.mean())


SPIDER = (0.2, 0.15, 0.65)


@pytest.mark.parametrize(
    ("row", "label", "share", "filed", "doubted"),
    [
        (SPIDER, 0, 1.0, (0, 1, 2), True),
        (SPIDER, 0, UNLIKELY, (0, 1, 2), True),
        (SPIDER, 0, UNLIKELY - 0.01, (0, 1, 2), False),
        (SPIDER, 0, np.nan, (0, 1, 2), False),
        (SPIDER, 2, 1.0, (0, 1, 2), False),
        (SPIDER, 0, 1.0, (0, 1), False),
        (SPIDER, NOBODY, 1.0, (0, 1, 2), False),
    ],
    ids=["hardest", "at the limit", "below it", "no references", "its own class", "no such folder", "a guess"],
)
def test_what_hardly_shows_its_class_and_rather_another_one_of_the_folder_is_doubted(
    row: tuple[float, float, float], label: int, share: float, filed: tuple[int, ...], doubted: bool
) -> None:
    others = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]
    probabilities = np.array([row, *(others[i] for i in filed)])
    shares = np.array([share, *[0.5] * len(filed)])
    issue, *rest = unlikely_labels(probabilities, np.array([label, *filed]), shares, ("dog", "cat", "spider"))
    assert (issue is not None, any(rest)) == (doubted, False)
    if issue:
        easier = f"{share:.0%} of known pictures of its label are easier"
        assert str(issue) == f"the guide takes it for spider (65%), and {easier}"
