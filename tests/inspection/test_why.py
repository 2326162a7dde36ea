"""Why: places in words and shares that are the ledger's, or an honest word that nobody can tell."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.arrays import Values
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import References
from lwise_core.inspection.evidence_ledger import LEAST_GAIN, EvidenceLedger, ledger_of
from lwise_core.inspection.examine import examine_counted, lights_at
from lwise_core.inspection.place_words import HALVES, QUARTERS
from lwise_core.inspection.why import why_at, why_of
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_evidence import path_of
from tests.inspection.test_evidence_ledger import loud_guide, with_nulls

PLACES = tuple(QUARTERS | HALVES)


def in_corner(row: int, column: int) -> Values:
    """Return 1 in one quarter of an 8 × 8 grid, 0 elsewhere."""
    places = np.zeros((8, 8))
    places[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 1
    return places


def ledger(
    spoke: Values, rises: Values, *, picture_p: float | None = None, contrasts: Values | None = None
) -> EvidenceLedger:
    """Return a ledger of two steps; ``spoke`` is 1 where the original spoke for the class, ``rises`` the gains."""
    p = (0.005 if spoke.any() else 0.9) if picture_p is None else picture_p
    gains = np.stack([np.zeros_like(rises), rises])
    return EvidenceLedger(np.where(spoke > 0, 0.005, 0.9), p, gains, spoke if contrasts is None else contrasts)


def sentence_of(found: EvidenceLedger) -> str:
    return why_of(found, towards="owl", step=1).sentence


def test_where_the_class_was_and_how_much_of_the_gain_arose_there_is_said() -> None:
    rises = 0.08 * in_corner(0, 0) + 0.02 * in_corner(1, 1)
    found = why_of(ledger(in_corner(0, 0), rises), towards="owl", step=1)
    assert found.sentence == (
        "Before the change the guide saw signs of owl mostly in the upper left. Most of what the change added is in "
        "the same places (80%); the rest is where it saw none."
    )
    assert found.seen is True


def test_what_arose_elsewhere_is_said_with_its_place() -> None:
    rises = 0.02 * in_corner(0, 0) + 0.08 * in_corner(1, 1)
    assert sentence_of(ledger(in_corner(0, 0), rises)) == (
        "Before the change the guide saw signs of owl mostly in the upper left. Most of what the change added is "
        "elsewhere, where it saw none (80%), mostly in the lower right."
    )


def test_what_arose_neither_where_the_original_spoke_nor_where_nothing_did_is_not_left_out() -> None:
    found = ledger(in_corner(0, 0), in_corner(0, 0) + in_corner(0, 1))
    little = replace(found, support=np.where(in_corner(0, 1) > 0, 0.2, found.support))
    assert sentence_of(little) == (
        "Before the change the guide saw signs of owl mostly in the upper left. Most of what the change added is in "
        "the same places (50%); the rest is where it saw few signs."
    )
    both = replace(little, gains=little.gains + np.stack([np.zeros((8, 8)), 0.25 * in_corner(1, 1)]))
    assert sentence_of(both) == (
        "Before the change the guide saw signs of owl mostly in the upper left. Much of what the change added is in "
        "the same places (44%); the rest is where it saw few signs or none."
    )


@pytest.mark.parametrize(
    ("rises", "gained"),
    [
        (in_corner(1, 0), "mostly in the lower left"),
        (in_corner(0, 1), "mostly in the upper right too"),
    ],
)
def test_of_a_close_up_it_is_said_where_the_evidence_was_strongest_and_where_most_was_gained(
    rises: Values, gained: str
) -> None:
    everywhere = np.ones((8, 8))
    found = ledger(everywhere, 0.01 + rises, contrasts=1 + in_corner(0, 1))
    assert sentence_of(found) == (
        "Before the change the guide saw signs of owl in nearly all of the picture, most strongly in the upper right. "
        f"Nearly all of what the change added is in the same places (100%), {gained}."
    )


def test_of_evidence_that_is_nearly_even_no_place_is_called_the_strongest() -> None:
    everywhere = np.ones((8, 8))
    found = ledger(everywhere, everywhere, contrasts=1 + 0.1 * in_corner(0, 1))
    assert sentence_of(found) == (
        "Before the change the guide saw signs of owl in nearly all of the picture. Nearly all of what the change "
        "added is in the same places (100%)."
    )


def test_of_signs_in_half_of_the_picture_or_more_no_half_is_said_to_hold_most_of_them() -> None:
    rows = np.zeros((8, 8))
    rows[2:6] = 1
    rows[0, :4] = 1  # more than half of the picture, and most of it across the middle
    assert "in many parts of the picture, most strongly in the upper left" in sentence_of(
        ledger(rows, rows, contrasts=in_corner(0, 0))
    )
    fewer = rows.copy()
    fewer[2:4, :3] = 0
    assert "mostly across the middle." in sentence_of(ledger(fewer, fewer))


@pytest.mark.parametrize(("every", "parts"), [(2, "many"), (3, "some")])
def test_of_places_that_are_scattered_it_is_said_whether_they_are_many(every: int, parts: str) -> None:
    scattered = (np.add.outer(np.arange(8), np.arange(8)) % every == 0).astype(float)
    found = sentence_of(ledger(scattered, scattered, contrasts=np.ones((8, 8))))
    assert found.startswith(f"Before the change the guide saw signs of owl in {parts} parts of the picture. Nearly all")


def test_where_nothing_spoke_for_the_class_the_place_is_that_of_the_gain() -> None:
    found = why_of(ledger(np.zeros((8, 8)), in_corner(0, 1)), towards="owl", step=1)
    assert found.sentence == (
        "Before the change the guide saw no more of owl than in pictures that do not show it. Nearly all of what the "
        "change added is where it saw none (100%), mostly in the upper right."
    )
    assert found.seen is False


def test_a_picture_that_speaks_for_the_class_faintly_is_not_said_to_have_had_nothing() -> None:
    rises = 0.08 * in_corner(0, 0) + 0.02 * in_corner(1, 1)
    found = why_of(ledger(in_corner(0, 0), rises, picture_p=0.2), towards="owl", step=1)
    assert found.sentence == (
        "Before the change the guide saw only faint signs of owl, no more than in some pictures without it. Most of "
        "what the change added is where it saw faint ones (80%); the rest is where it saw none."
    )
    assert found.seen is True
    without = why_of(ledger(in_corner(0, 0), in_corner(1, 1), picture_p=0.2), towards="owl", step=1)
    assert without.sentence.endswith("is where it saw none (100%), mostly in the lower right.")
    assert without.seen is False
    trace = ledger(in_corner(0, 0), in_corner(0, 0), picture_p=0.9)
    assert sentence_of(trace).startswith("Before the change the guide saw only faint signs of owl, ")


def test_before_the_change_and_below_the_least_gain_nothing_is_said_of_where_it_arose() -> None:
    before = "Before the change the guide saw signs of owl mostly in the lower left."
    little = ledger(in_corner(1, 0), np.full((8, 8), LEAST_GAIN / 65))
    assert why_of(little, towards="owl", step=0).sentence == before
    assert why_of(little, towards="owl", step=1).sentence == f"{before} The change added too little to say where."


@pytest.mark.parametrize("spoke", [in_corner(0, 0), np.zeros((8, 8))])
def test_a_change_that_took_more_than_it_gave_is_not_said_to_have_added(spoke: Values) -> None:
    taken = "On the whole the change took such signs away."
    assert sentence_of(ledger(spoke, 0.05 * in_corner(0, 0) - 0.1 * in_corner(1, 1))).endswith(f". {taken}")
    assert taken not in sentence_of(ledger(spoke, 0.1 * in_corner(0, 0) - 0.05 * in_corner(1, 1)))


@given(seed=st.integers(0, 500), side=st.integers(1, 9))
def test_shares_are_those_of_the_ledger_and_the_sentence_can_be_read_aloud(seed: int, side: int) -> None:
    random = np.random.default_rng(seed)
    spoke = (random.random((side, side)) < random.random()).astype(float)
    contrasts = random.normal(1, 1, (side, side))
    p = random.choice([0.005, 0.2, 0.8])
    found = ledger(spoke, random.normal(0, 1, (side, side)), picture_p=p, contrasts=contrasts)
    sentence = sentence_of(found)
    shares = {int(share) for share in re.findall(r"(\d+)%", sentence)}
    supported, unsupported = found.supported_share(1), found.unsupported_share(1)
    if supported is None or unsupported is None or "took such signs away" in sentence:
        assert not shares
    else:
        (share,) = shares  # one number
        assert share in {round(100 * s) for s in (supported, unsupported, 1 - unsupported)}
        assert "none" in sentence or "no more of" in sentence or unsupported < 0.005
    assert re.fullmatch(r"([A-Z][A-Za-z0-9%,;() ]+\. ?)+", sentence)
    assert "  " not in sentence


@given(side=st.integers(1, 12), weight=st.floats(0.1, 10))
def test_of_flat_evidence_no_place_is_named(side: int, weight: float) -> None:
    flat = np.ones((side, side))
    for spoke in (flat, 0 * flat):
        sentence = why_of(ledger(spoke, weight * flat), towards="owl", step=1).sentence
        assert not any(place in sentence for place in PLACES)


def test_a_guide_that_cannot_tell_says_why_and_names_no_place(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    found = why_at(path, ledger_of(path), step=3)
    assert found.sentence == (
        "Where this guide saw signs of b cannot be said: nobody measured what it sees in pictures that do not show the "
        "class. Attributions show which pixels count."
    )
    assert found.seen is None


@pytest.mark.parametrize(
    ("easier", "said"),
    [
        (60, "As a whole the original shows b to this guide at least as clearly as 41% of known pictures of it. Where"),
        (
            98,
            "As a whole the original hardly shows b to this guide: 97% of known pictures of it show it more clearly. W",
        ),
    ],
)
def test_a_guide_that_cannot_tell_where_says_how_much_where_it_has_references(
    tiny_guide: GuideModel, easier: int, said: str
) -> None:
    path = path_of(tiny_guide, target=1)
    logit = float(path.frames[0].logits[0, 1])
    known = References({"b": tuple(logit + (1 if i < easier else -1) for i in range(100))})
    guide = replace(tiny_guide, references=known)
    found = why_at(replace(path, guide=guide), None, step=1)
    assert found.sentence.startswith(said)
    assert found.seen is None


def test_of_a_network_whose_logits_are_no_mean_that_is_the_reason() -> None:
    network = torch.nn.Sequential(tiny_network(), torch.nn.Sigmoid())
    path = path_of(with_nulls(guide_of(network)), target=1)
    assert "this network's logit is no mean over places of the picture" in why_at(path, None, step=1).sentence


@pytest.mark.parametrize(("shift", "seen"), [(-6e4, True), (6e4, False)])
def test_the_verdict_of_a_path_that_is_still_walked_has_the_why_of_the_whole_one(shift: float, seen: bool) -> None:
    path = path_of(with_nulls(loud_guide(), shift=shift), target=1)
    *_, whole = examine_counted(path)
    for step in (0, 1, 4):
        early = lights_at(path, step=step).why
        assert early.seen is seen
        assert early == whole.risks[step].why
