from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides import catalog
from lwise_core.guides.fitness import UNKNOWN, Fit, fitness_of


def measured(clean: float, attacks: dict[str, float], *, low: float | None = None) -> dict[str, Any]:
    return {
        "clean_accuracy": {"value": clean, "interval_95": [clean - 0.02 if low is None else low, clean + 0.02]},
        "accuracy_under_20_step_attack": {name: {"value": value} for name, value in attacks.items()},
        "per_class": {"a": {"images": 60}, "b": {"images": 20}, "c": {"images": 20}},
    }


@pytest.mark.parametrize(
    ("attacks", "expected"),
    [
        ({"l2_0.3": 0.5}, Fit.FIT),
        ({"l2_0.3": 0.3}, Fit.UNFIT),
        ({"l2_0.1": 0.3}, Fit.UNFIT),  # it falls so far already under less
        ({"l2_0.75": 0.5}, Fit.FIT),  # it holds even under more
        ({"l2_0.75": 0.3}, Fit.CANNOT_JUDGE),
        ({"l2_0.1": 0.7}, Fit.CANNOT_JUDGE),
        ({"l2_0.1": 0.7, "l2_0.3": 0.2}, Fit.UNFIT),
        ({"linf_0.3": 0.2}, Fit.CANNOT_JUDGE),
        ({}, Fit.CANNOT_JUDGE),
    ],
)
def test_robust_enough_is_half_of_the_clean_accuracy(attacks: dict[str, float], expected: Fit) -> None:
    assert fitness_of(measured(0.8, attacks), epsilon=0.3, classes=3).state is expected


def test_whoever_always_names_the_commonest_class_is_unfit() -> None:
    found = fitness_of(measured(0.61, {"l2_0.3": 0.6}, low=0.58), epsilon=0.3, classes=3)
    assert found.state is Fit.UNFIT
    assert "60%" in found.sentence


@pytest.mark.parametrize(("low", "expected"), [(0.45, Fit.UNFIT), (0.63, Fit.UNFIT), (0.65, Fit.FIT)])
def test_a_guide_must_be_a_tenth_of_the_way_from_chance_to_certainty(low: float, expected: Fit) -> None:
    found = fitness_of(measured(low + 0.02, {"l2_0.3": 0.6}, low=low), epsilon=0.3, classes=3)
    assert found.state is expected


@pytest.mark.parametrize(
    ("balanced", "said"),
    [
        (0.83, "80% right on test pictures (83% as the mean of its classes), 50%"),
        (0.801, "80% right on test pictures, 50%"),
    ],
)
def test_where_a_card_has_two_figures_both_are_named(balanced: float, said: str) -> None:
    found = fitness_of(measured(0.8, {"l2_0.3": 0.5}) | {"balanced_accuracy": balanced}, epsilon=0.3, classes=3)
    assert said in found.sentence


LEAVES = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_a_stranger_s_card_never_breaks_it(value: object) -> None:
    for name in ("clean_accuracy", "accuracy_under_20_step_attack", "per_class", "balanced_accuracy"):
        found = fitness_of({**measured(0.8, {"l2_0.3": 0.5}), name: value}, epsilon=0.3, classes=3)
        assert found.state in Fit
    assert fitness_of({}, epsilon=0.3, classes=3) is UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        "animals16-128",
        "animals16-128-b",
        "animals16-64",
        "butterflies-128",
        "cifar10-32",
        "dermoscopy7-128",
        "lung3-128",
        "mimics4-128",
        "phantom4-64",
    ],
)
def test_the_guides_that_ship_are_fit(name: str) -> None:
    guide = catalog.load(name)
    assert guide.provenance.fitness.state is Fit.FIT, guide.provenance.fitness.sentence


@pytest.mark.parametrize(
    ("name", "why"), [("cifar10-32-plain", "it is not robust"), ("cifar10-32-random", "is hardly above chance")]
)
def test_a_non_robust_twin_and_one_trained_on_random_labels_are_unfit(name: str, why: str) -> None:
    fitness = catalog.load(name).provenance.fitness
    assert fitness.state is Fit.UNFIT
    assert why in fitness.sentence
