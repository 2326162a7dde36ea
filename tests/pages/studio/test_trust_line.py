"""What the Studio says of trust before Inspect has looked: never that a change is to be trusted, and how sure it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lwise_core.enhancement.path import Original
from lwise_core.guides import catalog
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from pages.parts.picture.ground_truth import FirstLook, StatedLook
from pages.parts.studio.trust_line import words_on_trust

GUIDE = catalog.load("phantom4-64")
CLASSES = GUIDE.classes
SEEN, OTHER = CLASSES[2], CLASSES[0]
ORIGINAL = Original(GUIDE, torch.zeros(3, 64, 64).numpy(), torch.zeros(4))


def look(sureness: float = 0.8) -> FirstLook:
    return FirstLook(ORIGINAL, {SEEN: sureness, OTHER: 1 - sureness}, NOT_JUDGED)


@pytest.mark.parametrize(
    ("stated", "towards", "guessed", "says"),
    [
        (SEEN, SEEN, False, "may still be invented"),
        (SEEN, SEEN, True, "only its guess"),
        (SEEN, OTHER, False, f"nobody says that this shows {OTHER}"),
        (OTHER, OTHER, False, f"Take care: the guide saw {SEEN}, not {OTHER}."),
    ],
)
def test_every_case_says_what_to_doubt(stated: str, towards: str, guessed: bool, says: str) -> None:
    assert says in words_on_trust(GUIDE, StatedLook(look(), stated), towards=towards, guessed=guessed)


def test_of_a_picture_that_is_unlike_all_nothing_is_to_be_trusted() -> None:
    unlike = replace(look(), novelty=Novelty(p=0.001, references=1000))
    said = words_on_trust(GUIDE, StatedLook(unlike, SEEN), towards=SEEN, guessed=False)
    assert said.startswith("Trust nothing")


@given(st.floats(0.5, 1))
def test_no_figure_says_that_nothing_is_left_to_doubt(sureness: float) -> None:
    said = words_on_trust(GUIDE, StatedLook(look(sureness), SEEN), towards=SEEN, guessed=False)
    assert "100% sure" not in said
    assert "right for" in said or "is not known" in said
    assert "safe" not in said


@pytest.mark.parametrize(("stated", "bold"), [(SEEN, False), (OTHER, True)])
def test_a_doubt_stands_out_and_inspect_is_one_click_away(
    stated: str, bold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = list[str]()
    monkeypatch.setattr("streamlit.page_link", lambda page, **_: links.append(page))  # no other pages are there

    def page(said: str) -> None:
        from pages.parts.studio.trust_line import heading_with_trust

        heading_with_trust("Heading", said)

    said = words_on_trust(GUIDE, StatedLook(look(), stated), towards=stated, guessed=False)
    at = AppTest.from_function(page, args=(said,), default_timeout=60).run()
    assert not at.exception
    assert at.caption[0].value.startswith(":material/warning: **") == bold
    assert links == ["inspection.py"]
