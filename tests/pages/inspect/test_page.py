"""The Inspect page with a guide that computes in milliseconds."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from skimage import data
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.enhancement.viewer_payload import ViewerPayload
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.novelty import NOT_JUDGED
from lwise_core.images.codec import encode_png, open_photograph
from lwise_core.images.heatmaps import PALETTE_PAIRS
from lwise_core.inspection.examine import lights_at, paint_others
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.indicators import Risk
from lwise_core.inspection.wording import facts_of, verdict_sentences
from lwise_core.scheduler import ScheduledJob
from pages.parts.inspect.layers import LayerChoice
from pages.parts.inspect.tabs import ATTRIBUTIONS, CHANGE, COUNTER, NUMBERS, OPINIONS, TAB
from pages.parts.session.case import Aim, Case, Desk, KeptDesk
from pages.parts.session.paths import PathJob
from pages.parts.ui.notices import plain
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_evidence_ledger import loud_guide, with_nulls
from tests.support.app_runs import settled

ROOT = Path(__file__).resolve().parents[3]
TABS = [CHANGE, ATTRIBUTIONS, COUNTER, OPINIONS]
FILES = ["Report (HTML)", "Every number (JSON)", "Every pixel (NPZ)", "Figures (ZIP)"]
FILES += ["ε from 0 up (WebP)", "ε from 0 up (GIF)"]
FURTHER = {"H2", "H3", "H4", "H5", "H6"}
"""What is shown where it is asked for, and never counted."""


@pytest.fixture(autouse=True, scope="module")
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


def case_of(guide: GuideModel, **chosen: object) -> Case:
    """Return the cat on the desk, stated by a person to show a, for ``guide``."""
    photograph = open_photograph(encode_png(data.chelsea()[::4, ::4].copy()), name="cat.png")
    case = replace(Case.new(photograph, guide=guide.name), stated="a", stated_by=StatedBy.PERSON)
    return replace(case, **chosen)  # type: ignore[arg-type]  # whatever a case holds


def opened(guide: GuideModel, **chosen: object) -> AppTest:
    """Return the page with the cat on the desk, everything computed that is computed unasked."""
    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    at.session_state["session_guides"] = {guide.name: guide}
    at.session_state["desk"] = KeptDesk(Desk((case_of(guide, **chosen),)))
    return settled(at.switch_page("inspection.py").run())


def turned(at: AppTest, tab: str) -> AppTest:
    at.session_state[TAB] = tab
    return settled(at.run())


def slid(at: AppTest, step: int) -> AppTest:
    """Put the slider at ``step``: it lives in the browser, so its answer is put on the desk."""
    desk: Desk = at.session_state["desk"].desk
    assert desk.case is not None
    at.session_state["desk"] = KeptDesk(desk.with_case(replace(desk.case, step=step)))
    return settled(at.run())


def with_further(at: AppTest) -> AppTest:
    """Ask for the indicators that are shown and not counted."""
    at.session_state[NUMBERS] = True
    at.run()
    toggle = next(t for t in at.toggle if t.label == "More indicators, shown and not counted")
    return settled(toggle.set_value(True).run())


def said(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error, *at.subheader]
    return "\n".join([*(e.value for e in elements), *(e.proto.body for e in at.get("html"))]).replace("\\", "")


def chosen(at: AppTest, label: str, value: str) -> AppTest:
    control = next(c for c in at.get("button_group") if c.label == label)
    return settled(control.set_value(value).run())


def indicators_on(at: AppTest) -> set[str]:
    """Return the keys of the indicators that the page shows."""
    texts = "\n".join(m.value.replace("\\", "") for m in at.markdown)
    return set(re.findall(r"\((H\w+)\) :\w+-badge", texts))


@pytest.fixture(scope="module")
def guide() -> GuideModel:
    return guide_of(tiny_network())


@pytest.fixture(scope="module")
def page(guide: GuideModel) -> AppTest:
    return opened(guide)


def known_as(guide: GuideModel, digit: str) -> GuideModel:
    """Return ``guide`` with weights of its own: what was computed is kept by them."""
    return replace(guide, provenance=replace(guide.provenance, sha256=digit * 64))


def never(*_: object, **__: object) -> None:
    raise AssertionError("Nobody asked for it.")


def test_what_is_not_open_is_not_computed(guide: GuideModel, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "attribution_panel.maps_at",
        "counter_panel.paint_others",
        "change_panel.spectrum_of",
        "change_panel.folds_of",
        "change_panel.channel_pictures",
        "indicators_panel.examine",
        "second_opinions_panel.opinion_at",
        "layers.attribute",
    ):
        monkeypatch.setattr(f"pages.parts.inspect.{name}", never)
    at = opened(guide)
    assert at.subheader[0].value == "Can you trust this change?"
    assert [t.label for t in at.tabs if t.label in TABS] == TABS
    assert [b.label for b in at.get("download_button")] == FILES
    assert "No attributions were computed." in said(at)
    assert indicators_on(at) == set()


class HeldWalk:
    """A walk of ``steps`` steps that stays there until it is let go."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._let_go = threading.Event()

    def __call__(self, guide: GuideModel, request: PathRequest) -> Iterator[EnhancementPath]:
        for path in walk(guide, request):
            yield path
            while self._has_come(path) and not self._let_go.wait(0.01):
                yield path

    def let_go(self) -> None:
        self._let_go.set()

    def wait(
        self, _kind: str, job: ScheduledJob[EnhancementPath], enough: Callable[[EnhancementPath], bool], **_: object
    ) -> None:
        """Stand in for what stays until there is enough: where there never will be, end the run of the page.

        What is drawn then is what a person sees meanwhile.
        """
        assert job.wait_until(self._has_come, seconds=60)
        if job.latest is None or not enough(job.latest):
            st.stop()

    def _has_come(self, path: EnhancementPath) -> bool:
        return len(path.frames) > self._steps


@pytest.fixture
def hold() -> Iterator[Callable[[int], HeldWalk]]:
    """What makes walks that stay where they are told to, at most until the test ends."""
    made: list[HeldWalk] = []

    def held(steps: int) -> HeldWalk:
        made.append(HeldWalk(steps))
        return made[-1]

    yield held
    for walk_ in made:
        walk_.let_go()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames the viewer was given, call by call."""
    lengths: list[int] = []

    def viewer(film: ViewerPayload, *, step: int, **_: object) -> int:
        lengths.append(film.length)
        return step

    monkeypatch.setattr("pages.parts.inspect.picture_panel.viewer", viewer)
    return lengths


def held_open(guide: GuideModel, held: HeldWalk, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the page as it is seen while its walk is ``held``."""
    with monkeypatch.context() as patched:
        patched.setattr("lwise_core.enhancement.walker.walk", held)
        patched.setattr("pages.parts.session.jobs.wait_until", held.wait)
        at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
        at.session_state["session_guides"] = {guide.name: guide}
        at.session_state["desk"] = KeptDesk(Desk((case_of(guide),)))
        at.switch_page("inspection.py").run()
    assert not at.exception, at.exception
    return at


def test_the_original_and_what_is_known_are_there_before_the_first_step(
    guide: GuideModel,
    shown: list[int],
    hold: Callable[[int], HeldWalk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = hold(0)
    at = held_open(known_as(guide, "3"), held, monkeypatch)
    assert shown == [1]
    assert at.subheader[0].value == "Can you trust this change?"
    assert "The guide takes the original for **" in said(at)
    assert "####" not in said(at)
    held.let_go()
    assert "####" in said(settled(at.run()))


def verdict_in(at: AppTest) -> list[str]:
    """Return the verdict's first sentence, what follows it, why, and both lights."""
    texts = [m.value for m in at.markdown]
    first = next(i for i, text in enumerate(texts) if text.startswith("#### "))
    last = next(i for i, text in enumerate(texts) if "-badge[" in text)
    return texts[first : last + 1]


def test_the_verdict_waits_for_its_own_step_of_the_path_alone(
    guide: GuideModel,
    shown: list[int],
    hold: Callable[[int], HeldWalk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = known_as(guide, "4")
    step = case_of(other).step_for(other)
    held = hold(step)
    at = held_open(other, held, monkeypatch)
    assert shown[-1] == step + 1
    early = verdict_in(at)
    assert len(early) == 4
    held.let_go()
    settled(at.run())
    assert shown[-1] == other.epsilon_scale.steps + 1
    assert [m.value for m in at.markdown][1:5] == early == verdict_in(at)


def test_one_verdict_is_computed_once_however_far_its_path_has_come_meanwhile(
    guide: GuideModel, hold: Callable[[int], HeldWalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    def noted(path: EnhancementPath, *, step: int, stated: str | None) -> Risk:
        found.append(step)
        return lights_at(path, step=step, stated=stated)

    monkeypatch.setattr("pages.parts.inspect.verdict_panel.lights_at", noted)
    other = known_as(guide, "5")
    step = case_of(other).step_for(other)
    held = hold(step)
    at = held_open(other, held, monkeypatch)
    held.let_go()
    settled(at.run())
    assert found == [step]


def test_the_verdict_is_said_in_the_run_that_waited_for_its_step(
    guide: GuideModel, hold: Callable[[int], HeldWalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, runs, said_in = hold(0), list[int](), list[int]()

    def viewer(film: ViewerPayload, *, step: int, **_: object) -> int:
        runs.append(film.length)
        held.let_go()  # so that the first run has nothing but the original to draw
        return step

    def noted(path: EnhancementPath, *, step: int, stated: str | None) -> Risk:
        said_in.append(len(runs))
        return lights_at(path, step=step, stated=stated)

    monkeypatch.setattr("lwise_core.enhancement.walker.walk", held)
    monkeypatch.setattr("pages.parts.inspect.picture_panel.viewer", viewer)
    monkeypatch.setattr("pages.parts.inspect.verdict_panel.lights_at", noted)
    opened(known_as(guide, "7"))
    assert runs[0] == 1
    assert said_in == [1]


def latest_walk(at: AppTest) -> PathJob:
    walks: dict[object, PathJob] = at.session_state["walks"]
    return next(reversed(walks.values()))


def test_a_path_that_was_stopped_and_then_walked_on_has_its_lights_beyond_the_stop(
    guide: GuideModel, hold: Callable[[int], HeldWalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = case_of(guide).step_for(guide) - 2
    at = held_open(known_as(guide, "6"), hold(stop), monkeypatch)
    latest_walk(at).job.cancel()  # as the button does
    with_further(at)
    assert f"Stopped at ε = {stop * guide.epsilon_scale.step:.2f}" in said(at)
    assert indicators_on(at) > FURTHER
    settled(next(b for b in at.button if b.label == "Compute the rest").click().run())
    assert "Stopped at ε = " not in said(at)
    path = latest_walk(at).path
    risk, texts = lights_at(path, step=stop + 1, stated="a"), [m.value for m in slid(at, stop + 1).markdown]
    judgement, *further = verdict_sentences(risk, towards="a", novelty=NOT_JUDGED)
    assert f"#### {plain(judgement)}" in texts
    assert plain(" ".join(further)) in texts
    assert all(plain(facts_of(i)) in "\n".join(texts) for i in risk.artefact.indicators)
    assert indicators_on(at) > FURTHER


def test_the_verdict_stands_before_everything_else_that_is_said(page: AppTest) -> None:
    texts = [m.value for m in page.markdown]
    assert texts[0].startswith("The guide takes the original for **")
    assert texts[1].startswith("#### ")
    assert texts[3].startswith("**Why:** ")
    assert texts[4].count("-badge[") == 2


def test_indicators_that_are_not_counted_come_when_they_are_asked_for(guide: GuideModel) -> None:
    at = opened(guide)
    at.session_state[NUMBERS] = True
    assert indicators_on(settled(at.run())) == {"H1", "HE", "H7", "H8", "H9", "HF", "HS", "HP"}
    assert indicators_on(with_further(at)) == {
        "H1",
        "HE",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "H7",
        "H8",
        "H9",
        "HF",
        "HS",
        "HP",
    }
    assert "which are not counted, were not asked for" not in said(at)


def test_a_report_holds_the_maps_of_a_tab_that_is_closed_again(guide: GuideModel) -> None:
    at = turned(opened(guide), ATTRIBUTIONS)
    assert "No attributions were computed." not in said(at)
    assert "No attributions were computed." not in said(turned(at, OPINIONS))
    assert "No attributions were computed." in said(slid(at, 3))  # they were of another ε


def test_a_report_holds_what_other_guides_were_heard_to_say_at_this_budget(guide: GuideModel) -> None:
    not_asked = "No other guide was asked."
    at = opened(guide)
    assert not_asked in said(at)
    alone = turned(at, OPINIONS)
    assert not_asked in said(alone)
    guides = next(m for m in alone.multiselect if m.label == "Guides")
    heard = settled(guides.select("phantom4-64").run())
    assert "Of 1 other guide none took the original for a, and none take the altered picture for it." in said(heard)
    assert not_asked not in said(heard)
    assert not_asked not in said(turned(heard, CHANGE))
    assert not_asked in said(slid(heard, 3))


def test_why_one_class_rather_than_another_is_asked_beside_the_plain_maps(guide: GuideModel) -> None:
    at = turned(opened(guide), ATTRIBUTIONS)
    assert "rather than b" not in said(at)
    rival = next(s for s in at.selectbox if s.label == "Why a rather than …")
    assert rival.options == ["b", "c", "d", "e"]
    words = said(settled(rival.set_value("b").run()))
    assert "Orange speaks for a rather than b" in words
    colours = next(s for s in at.selectbox if s.label == "Colours of maps")
    assert "Green speaks for a rather than b" in said(settled(colours.set_value(PALETTE_PAIRS[1]).run()))
    assert "Saliency: why a rather than b" in [s.value for s in at.subheader]


def test_one_click_paints_other_classes_beside_the_own_and_empties_nothing(guide: GuideModel) -> None:
    at = turned(opened(guide), COUNTER)
    towards = next(s for s in at.selectbox if s.label == "A class that is not there").value
    assert towards != "a"
    verdict, further = verdict_in(at)[:2]
    trust = further.replace("\\", "").rpartition(", not for a. ")[2]  # what follows on what the guide takes it for
    assert trust
    settled(next(b for b in at.button if b.label == "Paint it").click().run())
    words = said(at)
    assert re.search(f"AI-altered towards {towards}, ε [0-9.]+\\. Features not in the original\\. Not for", words)
    assert re.search("AI-altered towards a, ε [0-9.]+\\. Not for diagnosis", words)
    assert f"The logit of {towards} went from" in words
    assert "The class enhanced towards: **a**" in words
    assert f"Your choice and the nearest class after d, which the guide sees already: **{towards}**" in words
    assert words.count(trust) == 2  # above, and beside the others' verdicts
    assert f"Do not trust this change: it goes towards {towards}, but the picture is said to show a." in words
    assert verdict in [m.value for m in at.markdown]
    assert [b.label for b in at.get("download_button")] == FILES
    assert "the guide takes none of these for what was painted there" in words
    assert "Whether other classes could be painted as well was not tried." not in words  # the report has them
    closed = turned(at, CHANGE)
    assert "Whether other classes could be painted as well was not tried." not in said(closed)
    assert f"AI-altered towards {towards}, ε" in said(turned(closed, COUNTER))  # and it is kept


def test_the_experiment_is_walked_no_further_than_is_looked_at(
    guide: GuideModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[int] = []

    def noted(
        path: EnhancementPath, *, towards: Sequence[int], steps: int, stated: str | None, walker: Walker
    ) -> Iterator[tuple[Judge, ...]]:
        walked.append(steps)
        return paint_others(path, towards=towards, steps=steps, stated=stated, walker=walker)

    monkeypatch.setattr("pages.parts.inspect.counter_panel.paint_others", noted)
    at = turned(slid(opened(known_as(guide, "9")), 3), COUNTER)
    settled(next(b for b in at.button if b.label == "Paint it").click().run())
    for step in (2, 5, 4):
        assert "The class enhanced towards: **a**" in said(slid(at, step))
    assert walked == [3, 5]


def test_a_layer_is_chosen_and_an_attribution_by_its_method(guide: GuideModel) -> None:
    at = opened(guide)
    for choice in LayerChoice:
        chosen(at, "Over the picture", choice)
    methods = next(s for s in at.selectbox if s.label == "Method")
    assert "Saliency" in methods.options
    chosen(at, "Over the picture", LayerChoice.UNSUPPORTED)
    assert "This guide cannot tell where the change added signs of the class: nobody measured" in said(at)


def test_with_nulls_the_page_says_nothing_of_a_guide_that_cannot_tell() -> None:
    at = opened(with_nulls(known_as(loud_guide(), "1")))
    chosen(at, "Over the picture", LayerChoice.UNSUPPORTED)
    assert "This guide cannot tell" not in said(at)


def test_at_zero_there_is_nothing_to_measure(guide: GuideModel) -> None:
    at = slid(opened(guide), 0)
    assert "nothing was changed" in said(at)
    assert "Nothing is changed at this ε." in said(at)


def test_what_the_picture_does_not_show_is_not_to_be_trusted(guide: GuideModel) -> None:
    for stated, shown in ((SOMETHING_ELSE, "something for which this guide has no class"), ("b", "b")):
        at = opened(guide, stated=stated, towards="c")
        assert f"Do not trust this change: it goes towards c, but the picture is said to show {shown}." in said(at)


def test_where_nobody_said_what_it_shows_other_classes_are_held_against_what_the_guide_takes_it_for(
    guide: GuideModel,
) -> None:
    at = turned(opened(guide, stated=None, stated_by=StatedBy.GUESS), COUNTER)
    choice = next(s for s in at.selectbox if s.label == "Another class")
    guess = next(s for s in at.selectbox if s.label == "What does it show?").value
    settled(next(b for b in at.button if b.label == "Paint it").click().run())
    assert f"it goes towards {choice.value}, but the guide takes the original for {guess}." in said(at)
    assert "said to show" not in said(at)


def test_why_stands_below_the_verdict_and_one_click_shows_where() -> None:
    at = opened(with_nulls(known_as(loud_guide(), "8"), shift=-6e4))
    texts = [m.value.replace("\\", "") for m in at.markdown]
    verdict = next(i for i, text in enumerate(texts) if text.startswith("#### "))
    assert texts[verdict + 2].startswith(
        "**Why:** Before the change the guide saw signs of a in nearly all of the picture, "
    )
    layer = next(c for c in at.get("button_group") if c.label == "Over the picture")
    assert layer.value == LayerChoice.NOTHING
    settled(next(b for b in at.button if b.label == "Show where").click().run())
    layer = next(c for c in at.get("button_group") if c.label == "Over the picture")
    assert layer.value == LayerChoice.SUPPORT
    settled(next(b for b in at.button if b.label == "Take it off the picture").click().run())
    layer = next(c for c in at.get("button_group") if c.label == "Over the picture")
    assert layer.value == LayerChoice.NOTHING
    assert not [w.value for w in at.warning if "Session State" in w.value]


def test_a_guide_that_cannot_tell_where_says_why_not(guide: GuideModel) -> None:
    at = opened(guide)
    assert "**Why:** Where this guide saw signs of a cannot be said: nobody measured" in said(at)
    assert "Show where" not in [b.label for b in at.button]


def test_where_nobody_can_say_whether_the_guide_knows_such_pictures_the_verdict_begins_with_it(
    guide: GuideModel,
) -> None:
    texts = [m.value.replace("\\", "") for m in opened(guide).markdown]
    assert any(
        text.startswith("#### Nobody can say whether this guide knows pictures of this kind: ") for text in texts
    )


def test_a_guess_contradicts_nothing(guide: GuideModel) -> None:
    at = opened(guide, stated=None, stated_by=StatedBy.GUESS, towards="c")
    assert "but the picture is said to show" not in said(at)
    assert "the guide's own guess" in said(at)


def test_a_change_that_is_kept_to_the_evidence_leaves_every_other_pixel(guide: GuideModel) -> None:
    assert "20% of the pixels may change" in said(chosen(opened(guide), "Where it may change", "Where the evidence is"))


def test_a_case_that_was_made_harder_is_inspected_in_the_easier_direction(guide: GuideModel) -> None:
    assert "not away from it" in said(opened(guide, aim=Aim(harder=True)))


def test_beyond_seven_times_the_training_budget_it_warns(guide: GuideModel) -> None:
    other = known_as(guide, "2")
    weak = replace(other, provenance=replace(other.provenance, training_epsilon=guide.epsilon_scale.step))
    at = slid(opened(weak), 7)
    assert "its own invention" not in said(at)
    at = slid(at, 8)
    assert "its own invention" in said(at)
    assert "nothing was found against" not in verdict_in(at)[0].lower()


def test_for_a_medical_guide_the_person_answers_before_the_guide_says_anything(guide: GuideModel) -> None:
    at = opened(replace(guide, domain=Domain.UNKNOWN), stated=None, stated_by=StatedBy.GUESS)
    assert "Enter what the picture shows first" in said(at)
    assert "The guide takes the original for" not in said(at)
    assert not at.get("download_button")
    answer = next(s for s in at.selectbox if s.label == "What does it show?")
    assert "The guide takes the original for" in said(settled(answer.set_value("b").run()))
    assert any("How often a probability like this was right" in c.value for c in at.caption)
