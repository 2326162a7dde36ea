"""What a job is to do: refused in one sentence where it cannot be, and named as official code names it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.settings import JobError, JobSettings, Naming, at_224, budgets
from lwise_core.enhancement.objectives import Harder, LogitAgainstRivals, ObjectiveError
from lwise_core.guides.guide import EpsilonOutOfRange
from tests.conftest import guide_of, tiny_network

GUIDE = guide_of(tiny_network())  # five classes a–e, 16 px
STEP_224 = 0.5


def at(*epsilons_224: float, **words: object) -> JobSettings:
    """Return an order for these ε, said at 224 px."""
    return JobSettings(epsilons=tuple(map(GUIDE.epsilon_scale.from_224, epsilons_224)), **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        (at(1000.0), EpsilonOutOfRange, "outside"),
        (at(0.0), JobError, "changes nothing"),
        (at(0.5, 0.25), JobError, "smallest first"),
        (at(0.5, 0.5), JobError, "Give every ε once"),
        (at(0.5, diverge_from=("a",)), JobError, "no rivals"),
        (JobSettings(diverge_from=("a",), objective="cross_entropy"), JobError, "no rivals"),
    ],
)
def test_an_order_that_the_guide_cannot_do_is_one_sentence(
    asked: JobSettings, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        asked.check(GUIDE)


@given(steps=st.lists(st.integers(1, 40), unique=True, max_size=6))
def test_rising_budgets_are_accepted_and_each_has_a_name_of_its_own(steps: list[int]) -> None:
    asked = at(*(STEP_224 * n / 4 for n in sorted(steps)))
    asked.check(GUIDE)
    found = budgets(asked, GUIDE, name="set")
    assert len({b.words for b in found}) == len(found) == (len(steps) + 1 if steps else 0)
    assert [b.epsilon for b in found] == sorted(b.epsilon for b in found)
    assert [b.epsilon for b in found[1:]] == list(asked.epsilons)
    assert all(b.epsilon_224 == at_224(GUIDE, b.epsilon) for b in found)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ({}, "set_1_0.5_2_logit"),
        ({"harder": True}, "set_1_0.5_2_logit_attack"),
        ({"objective": "cross_entropy"}, "set_1_0.5_2_cross_entropy"),
        (
            {"objective": "logit_diverge", "diverge_from": ("a", "b"), "harder": True},
            "set_1_0.5_2_logit_diverge_from_a_b_attack",
        ),
        ({"objective": "logit_diverge", "diverge_from": ("a/b",)}, "set_1_0.5_2_logit_diverge_from_a-b"),
    ],
)
def test_names_follow_the_official_pattern(words: dict[str, object], name: str) -> None:
    assert [b.words for b in budgets(at(1, **words), GUIDE, name="set")] == ["set_natural", name]


def test_flat_names_leave_the_set_out() -> None:
    found = budgets(at(1, naming=Naming.FLAT), GUIDE, name="set")
    assert [b.words for b in found] == ["natural", "1_0.5_2_logit"]


def test_budgets_that_no_name_tells_apart_are_refused() -> None:
    with pytest.raises(JobError, match="too near"):
        budgets(at(0.5, 0.5 + 1e-9), GUIDE, name="set")


@given(epsilon_224=st.integers(1, 2000).map(lambda n: n / 100))
def test_a_budget_said_at_224_px_is_said_back_as_it_was(epsilon_224: float) -> None:
    assert at_224(GUIDE, GUIDE.epsilon_scale.from_224(epsilon_224)) == epsilon_224


@pytest.mark.parametrize(
    ("words", "targets", "rivals"),
    [
        ({"objective": "logit"}, {0, 1}, ()),
        ({"objective": "logit_diverge"}, {3, 1}, (1, 3)),
        ({"objective": "logit_diverge"}, set(), (0, 1, 2, 3, 4)),
        ({"objective": "logit_diverge", "diverge_from": ("E", "b")}, {0}, (4, 1)),
    ],
)
def test_rivals_are_the_set_s_own_classes_unless_they_are_named(
    words: dict[str, object], targets: set[int], rivals: tuple[int, ...]
) -> None:
    assert at(1, **words).rivals(GUIDE, targets) == rivals


def test_a_set_of_one_class_has_nothing_to_diverge_from() -> None:
    with pytest.raises(JobError, match="--diverge-from"):
        at(1, objective="logit_diverge").rivals(GUIDE, {2})


def test_the_direction_that_was_ordered_is_taken() -> None:
    easier = at(1, objective="logit_diverge")
    assert easier.towards((0, 1)) == LogitAgainstRivals((0, 1))
    assert replace(easier, harder=True).towards((0, 1)) == Harder(LogitAgainstRivals((0, 1)))
    with pytest.raises(ObjectiveError, match="no objective"):
        at(1, objective="x").towards(())


def test_an_order_without_budgets_asks_nothing_of_the_guide() -> None:
    JobSettings().check(GUIDE)
    assert budgets(JobSettings(), GUIDE, name="set") == ()
