"""Two guides side by side on one photograph, on the Models page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import StatedBy
from lwise_core.guides.references import Percentile
from pages.parts.models.comparison import GuideAnswer, agreement_of
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
    assert "how hard it is" in text


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


LOW, MIDDLE, HIGH = (Percentile(share=s, low=s - 0.1, high=s + 0.1, n=100) for s in (0.2, 0.35, 0.8))


@pytest.mark.parametrize(
    ("choices", "stated", "said"),
    [
        (("dog", "dog"), "Dog", "Both guides take it for dog, as it is said to show."),
        (("dog", "dog"), "fox", "Both guides take it for dog, and not for fox."),
        (("dog", "dog"), None, "Both guides take it for dog."),
        (("dog", "fox"), "fox", "The guides differ: A takes it for dog, B for fox; B names what it is said to show."),
        (
            ("dog", "fox"),
            "cat",
            "The guides differ: A takes it for dog, B for fox; neither names what it is said to show.",
        ),
        (("dog", "fox"), None, "The guides differ: A takes it for dog, B for fox."),
    ],
)
def test_it_is_said_in_a_sentence_on_what_two_guides_agree(
    choices: tuple[str, str], stated: str | None, said: str
) -> None:
    one, other = (GuideAnswer(name, choice) for name, choice in zip("AB", choices, strict=True))
    assert agreement_of(one, other, stated=stated) == said
    hard = agreement_of(replace(one, place=HIGH), replace(other, place=LOW), stated=stated)
    assert hard == f"{said} They differ on how hard it is: A finds it harder than 80% of its references, B than 20%."
    alike = agreement_of(replace(one, place=LOW), replace(other, place=MIDDLE), stated=stated)
    assert alike == f"{said} They agree on how hard it is: harder than 20% and 35% of their references."
