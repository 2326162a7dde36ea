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
    balanced, clean = _stated(card)
    return clean if balanced is None else balanced


def accuracy_words(card: Card) -> str:
    """Return how often the guide of a ``card`` is right on pictures like its own, and on other collections.

    The share of all pictures comes first, as on the card itself; the mean over classes, which elsewhere is all there
    is, beside it where it is another figure. Of several collections, the least and the most.
    """
    balanced, clean = _stated(card)
    home = balanced if clean is None else clean
    if home is None:
        return "accuracy not stated"
    elsewhere = _elsewhere([f.balanced_accuracy.value for f in card.elsewhere])
    if balanced is None or f"{balanced:.0%}" == f"{home:.0%}":
        return f"right {home:.0%} at home, {elsewhere}"
    return f"right {home:.0%} at home; as the mean of its classes {balanced:.0%}, {elsewhere}"


def _stated(card: Card) -> tuple[float | None, float | None]:
    """Return the balanced accuracy and the plain one that a card states, each in [0, 1] or None."""
    clean = card.measured.get("clean_accuracy")
    return _share(card.measured.get("balanced_accuracy")), _share(
        clean.get("value") if isinstance(clean, Mapping) else clean
    )


def _share(stated: object) -> float | None:
    if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated <= 1:
        return float(stated)
    return None


def _elsewhere(shares: Sequence[float]) -> str:
    if not shares:
        return "elsewhere not measured"
    least, most = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return f"{most} elsewhere" if least == most else f"{least.removesuffix('%')}–{most} elsewhere"
