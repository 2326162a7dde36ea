"""Two guides side by side on one photograph, on the Models page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import StatedBy
from pages.parts.session.case import Case, Desk, KeptDesk

PAGE = Path(__file__).parents[2] / "pages" / "models.py"


def opened(case: Case | None = None) -> AppTest:
    at = AppTest.from_file(str(PAGE), default_timeout=60)
    at.session_state["comparison"] = True
    if case is not None:
        at.session_state["desk"] = KeptDesk(Desk((case,)))
    at.run()
    assert not at.exception, at.exception
    return at


def choose(at: AppTest, one: str, another: str) -> AppTest:
    at.selectbox(key="compared-one").set_value(one).run()
    at.selectbox(key="compared-another").set_value(another).run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(p.value) for p in [*at.markdown, *at.caption, *at.info]).replace("\\", "")


def charts(at: AppTest) -> int:
    return len(at.get("plotly_chart"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))


def test_closed_it_loads_no_guide_and_draws_nothing() -> None:
    at = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert any("Two guides side by side" in e.label for e in at.expander)
    assert charts(at) == 0


def test_with_nothing_open_two_guides_speak_of_a_sample() -> None:
    at = opened()
    text = said(at)
    assert "Said to show: **house cat**" in text
    assert text.count("Takes it for") == charts(at) == 2
    assert text.count("references of house cat") == 2


def test_a_guide_without_the_class_says_so_and_an_unfit_one_nothing_of_people() -> None:
    text = said(choose(opened(), "phantom4-64", "cifar10-32-random"))
    assert "has no class house cat" in text
    assert "unfit to guide, so its logit says nothing of people" in text


def test_a_medical_guide_waits_for_the_persons_answer_and_its_probability_has_its_reliability() -> None:
    at = opened(Case.new(photograph_of(SAMPLES[1]), guide="animals16-64"))
    at.selectbox(key="compared-another").set_value("dermoscopy7-128").run()
    assert "Enter what the picture shows first" in said(at)
    assert charts(at) == 0
    (stated,) = (s for s in at.selectbox if s.label == "What does it show?")
    stated.set_value("melanoma").run()
    assert not at.exception
    case = at.session_state["desk"].desk.case
    assert (case.stated, case.stated_by) == ("melanoma", StatedBy.PERSON)
    assert charts(at) == 2
    assert "has no class melanoma" in said(at)
    assert "When its first choice got" in said(at)


def test_nobody_has_to_name_the_class_for_guides_that_are_not_medical() -> None:
    at = opened(Case.new(photograph_of(SAMPLES[0]), guide="animals16-64"))
    assert said(at).count("its own guess") == 2
