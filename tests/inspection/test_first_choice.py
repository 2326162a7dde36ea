"""Whether a change did what it was asked is said in a sentence."""

from __future__ import annotations

import pytest
import torch

from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.inspection.first_choice import FirstChoice
from tests.conftest import eight_pictures, guide_of, tiny_network


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            ("frog", 0.7),
            ("reptile", 0.6),
            "Only since this change does the guide take the picture for reptile; before, it took it for frog (70%).",
        ),
        (("reptile", 0.7), ("reptile", 0.9), ""),
        (
            ("frog", 0.7),
            ("frog", 0.94),
            "The guide still takes the picture for frog, not for reptile, and this change made it surer of that (94%).",
        ),
        (
            ("frog", 0.7),
            ("frog", 0.54),
            "The guide still takes the picture for frog (54%), not for reptile.",
        ),
        (
            ("frog", 0.7),
            ("frog", 0.702),
            "The guide still takes the picture for frog (70%), not for reptile.",
        ),
        (
            ("frog", 0.7),
            ("lobster", 0.5),
            "After this change the guide takes the picture for lobster (50%), not for reptile.",
        ),
    ],
)
def test_a_change_before_or_after_which_the_picture_is_taken_for_something_else_says_so(
    before: tuple[str, float], after: tuple[str, float], said: str
) -> None:
    assert FirstChoice(before, after).turned("reptile") == said


def test_it_is_what_the_guide_says_of_the_original_and_of_what_the_slider_shows() -> None:
    guide = guide_of(tiny_network())
    *_, path = walk(guide, PathRequest(eight_pictures(16)[:1], torch.tensor([2])))
    steps = len(path.frames) - 1
    choice = FirstChoice.at(path, step=steps)
    for (name, sureness), images in (
        (choice.before, path.frames[0].images),
        (choice.after, path.at(path.reach).images),
    ):
        probabilities = guide.logits(images)[0].softmax(dim=0)
        assert name == guide.classes[int(probabilities.argmax())]
        assert sureness == pytest.approx(float(probabilities.max()), abs=1e-6)
    assert FirstChoice.at(path, step=0).after == choice.before
