"""Figures on other collections: what is counted, and that a card takes them as they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from lwise_core.guides.model_card import parse_card
from lwise_core.training.elsewhere import Collection, as_card_entry, figures_elsewhere, read_collection
from lwise_core.training.evaluation import Evaluation
from lwise_core.training.recipes import RecipeError
from tests.guides.test_model_card import card_bytes

AFAR = Collection("afar", "Pictures of a far place.")


def said(*, cats: int, right_cats: int, dogs: int, right_dogs: int) -> Evaluation:
    """Return verdicts with probability 0.75 for whatever is chosen."""
    chosen = [0] * right_cats + [1] * (cats - right_cats) + [1] * right_dogs + [0] * (dogs - right_dogs)
    logits = torch.tensor([[0.75, 0.25] if c == 0 else [0.25, 0.75] for c in chosen]).log()
    return Evaluation(logits, torch.tensor([0] * cats + [1] * dogs), {})


def test_shares_are_counted_over_all_and_by_class_with_their_intervals() -> None:
    found = figures_elsewhere(
        said(cats=90, right_cats=81, dogs=10, right_dogs=2), ("cat", "dog", "fox"), AFAR, method="m"
    )
    assert (found.name, found.data, found.method, found.images) == ("afar", "Pictures of a far place.", "m", 100)
    assert (found.accuracy.value, found.accuracy.interval_95) == (0.83, (0.745, 0.891))
    assert found.balanced_accuracy.value == 0.55
    assert {name: (c.images, c.value) for name, c in found.per_class.items()} == {"cat": (90, 0.9), "dog": (10, 0.2)}
    assert found.reliability == ((100, 0.75, 0.83),)


def test_the_balanced_accuracy_is_less_certain_than_that_of_all_where_a_class_is_rare() -> None:
    found = figures_elsewhere(said(cats=990, right_cats=891, dogs=10, right_dogs=2), ("cat", "dog"), AFAR, method="m")
    all_low, all_high = found.accuracy.interval_95
    low, high = found.balanced_accuracy.interval_95
    assert high - low > 5 * (all_high - all_low)


def test_a_card_takes_the_entry_as_it_is_written() -> None:
    found = figures_elsewhere(said(cats=5, right_cats=4, dogs=5, right_dogs=1), ("cat", "dog"), AFAR, method="m")
    entry = json.loads(json.dumps(as_card_entry(found)))
    card = parse_card(card_bytes(lambda c: c.update(elsewhere=[entry])))
    assert card.elsewhere == (found,)
    assert [known.source for known in card.reliability] == ["pictures from afar"]


def test_what_a_person_says_of_a_collection_is_read(tmp_path: Path) -> None:
    file = tmp_path / "about.json"
    file.write_text(json.dumps({"name": "afar", "data": "d", "class_names": {"k": "cat"}}))
    assert read_collection(file) == Collection("afar", "d", {"k": "cat"})
    file.write_text(json.dumps({"name": "afar"}))
    with pytest.raises(RecipeError, match="“data”"):
        read_collection(file)
