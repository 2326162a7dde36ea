from __future__ import annotations

import pytest

from lwise_core.inspection.examine import Opinion
from pages.parts.inspect.counter_panel import default_of, experiments, role_of, taken_for

OTHERS = ["dog", "fox", "bear", "ship"]  # the nearest first


@pytest.mark.parametrize(
    ("chosen", "preferred", "painted"),
    [
        ("fox", "cat", ("fox", "dog", "ship")),
        ("dog", "cat", ("dog", "ship")),
        ("ship", "dog", ("ship", "fox")),
        ("dog", "dog", ("dog", "fox", "ship")),
    ],
)
def test_the_chosen_the_nearest_and_the_farthest_are_painted_once_each(
    chosen: str, preferred: str, painted: tuple[str, ...]
) -> None:
    assert experiments(OTHERS, chosen=chosen, preferred=preferred) == painted


@pytest.mark.parametrize(
    ("name", "chosen", "preferred", "role"),
    [
        ("fox", "fox", "cat", "Your choice"),
        ("dog", "fox", "cat", "The nearest class"),
        ("dog", "dog", "cat", "Your choice and the nearest class"),
        ("fox", "dog", "dog", "The nearest class after dog, which the guide sees already"),
        ("ship", "ship", "cat", "Your choice and the farthest class"),
    ],
)
def test_it_is_said_why_each_class_was_painted(name: str, chosen: str, preferred: str, role: str) -> None:
    assert role_of(name, OTHERS, chosen=chosen, preferred=preferred) == role


def test_what_the_guide_already_prefers_is_no_default() -> None:
    assert default_of(OTHERS, preferred="dog") == "fox"
    assert default_of(OTHERS, preferred="cat") == "dog"
    assert default_of(["dog"], preferred="dog") == "dog"  # a guide of two classes knows no other


def test_what_it_is_taken_for_is_said_with_the_logit_where_there_is_one() -> None:
    found = Opinion("a", ("dog", 0.5), ("cat", 0.75), (-1.5, 2.0))
    assert taken_for(found, epsilon=0.5, towards="cat") == (
        "At ε = 0.50 the guide takes it for **cat** (75%); the original, for **dog** (50%). "
        "The logit of cat went from −1.50 to 2.00."
    )
