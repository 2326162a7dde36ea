"""A guide in a few words, for lists and links: what it knows, and how often it is right at home and elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lwise_core.guides.model_card import Card

_ROOM = 34  # characters for the names of classes


def knows_words(classes: Sequence[str]) -> str:
    """Return the first of the guide's ``classes``, as many as a line has room for, and how many more there are."""
    named = 1
    while named < len(classes) and len(", ".join(classes[: named + 1])) <= _ROOM:
        named += 1
    others = len(classes) - named
    return f"{', '.join(classes[:named])}{f' and {others:,} more' if others else ''}"


def home_accuracy(card: Card) -> float | None:
    """Return the balanced accuracy that a card states, else the plain one, in [0, 1]; None where it states neither."""
    clean = card.measured.get("clean_accuracy")
    for stated in (card.measured.get("balanced_accuracy"), clean.get("value") if isinstance(clean, Mapping) else clean):
        if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated <= 1:
            return float(stated)
    return None


def accuracy_words(card: Card) -> str:
    """Return how often the guide of a ``card`` is right on pictures like its own, and on other collections.

    Means over classes where the card has them; of several collections, the least and the most.
    """
    home = home_accuracy(card)
    if home is None:
        return "accuracy not stated"
    return f"right {home:.0%} at home, {_elsewhere([f.balanced_accuracy.value for f in card.elsewhere])}"


def _elsewhere(shares: Sequence[float]) -> str:
    if not shares:
        return "elsewhere not measured"
    least, most = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return f"{most} elsewhere" if least == most else f"{least.removesuffix('%')}–{most} elsewhere"
