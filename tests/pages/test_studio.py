"""The Studio page, run without a browser: what it shows equals what the core computes."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.runtime import caching
from streamlit.testing.v1 import AppTest

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.objectives import objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides import catalog
from lwise_core.guides.difficulty import difficulty_of, score
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.scheduler import JobStage, Scheduler
from pages.parts.session.case import Aim, Desk, KeptDesk
from pages.parts.session.guides import ASKED
from pages.parts.session.paths import PathJob
from tests.support.objectives import margin

__all__ = ["margin"]

ROOT = Path(__file__).parents[2]
CAT = SAMPLES[0]


def leave() -> None:
    """Do what Streamlit does when a page is closed; every test has the same session."""
    caching.clear_session_resource_cache("test session id")


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    leave()


@pytest.fixture
def at() -> Iterator[AppTest]:
    """The Studio with the small guide, whose paths take a fifth of the time."""
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    app.session_state[ASKED] = "animals16-64"
    yield app.run()
    assert not app.exception, app.exception


@pytest.fixture(scope="module")
def guide() -> GuideModel:
    return catalog.load("animals16-64")


@pytest.fixture(scope="module")
def cat_path(guide: GuideModel) -> EnhancementPath:
    image = CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=guide.input_size)
    request = PathRequest.single(image, target=guide.class_index("house cat"), objective=objective_named("logit"))
    *_, path = walk(guide, request)
    return path


def settled(at: AppTest) -> AppTest:
    """Run until the path is walked: what a browser does by asking again every few hundred milliseconds.

    A path that never ends is ended by pytest's own limit of time.
    """
    while any(b.label == "Stop" for b in at.button):
        at.run()
    return at


def slide(at: AppTest, step: int) -> AppTest:
    """Put the slider at ``step``: the viewer's slider lives in the browser, so its answer is put on the desk."""
    desk: Desk = at.session_state["desk"].desk
    assert desk.case is not None
    at.session_state["desk"] = KeptDesk(desk.with_case(replace(desk.case, step=step)))
    return settled(at.run())


def position(at: AppTest) -> int | None:
    desk: Desk = at.session_state["desk"].desk
    assert desk.case is not None
    return desk.case.step


def metrics(at: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in at.metric}


def everything_said(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join(e.value for e in elements).replace("\\", "")


def select(at: AppTest, label: str) -> object:
    return next(s for s in at.selectbox if s.label == label)


def rivals(at: AppTest) -> Any:  # noqa: ANN401  an element of the page
    return next(m for m in at.multiselect if m.label == "Rivals")


def test_a_newcomer_sees_what_it_is_and_samples_to_start_with(at: AppTest) -> None:
    assert "not for diagnosis" in everything_said(at).lower()
    assert {b.key for b in at.button} >= {f"sample-{s.key}" for s in SAMPLES}
    assert not at.metric


def test_a_door_that_is_locked_says_what_opens_it(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = "opens with the link that was printed"
    monkeypatch.setattr("pages.parts.studio.doors.is_teacher", lambda: False)
    assert locked in everything_said(at.run())
    monkeypatch.setattr("pages.parts.studio.doors.is_teacher", lambda: True)
    assert locked not in everything_said(at.run())


def test_the_sample_s_difficulty_is_the_core_s(at: AppTest, guide: GuideModel) -> None:
    settled(at.button(key="sample-cat").click().run())
    logits = score(guide, CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=guide.input_size))
    difficulty = difficulty_of(guide, logits, target=guide.class_index("house cat"))
    shown = metrics(at)
    assert shown["Ground-truth logit"] == f"{difficulty.logit:.2f}"
    assert shown["Log-probability"] == f"{difficulty.log_probability:.2f}".replace("-", "−")
    assert difficulty.percentile is not None
    assert shown["Harder than"] == f"{difficulty.percentile.share:.0%}"
    assert f"Harder than {difficulty.percentile.share:.0%} of the guide's" in everything_said(at)


def test_any_class_can_be_put_on_the_curve(at: AppTest, guide: GuideModel) -> None:
    settled(at.button(key="sample-cat").click().run())
    more = next(m for m in at.multiselect if m.label == "More classes on the curve")
    assert list(more.options) == list(guide.classes)

    def drawn() -> set[str]:
        spec = next(p.proto.spec for p in at.get("plotly_chart") if "house cat" in p.proto.spec)
        return {trace.get("name") for trace in json.loads(spec)["data"]} & set(guide.classes)

    assert len(drawn()) < len(guide.classes)
    settled(more.set_value(list(guide.classes)).run())
    assert drawn() == set(guide.classes)


def test_the_guide_s_own_mistake_is_told(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    assert "The guide itself takes this for dog" in everything_said(at)


def test_the_slider_shows_what_the_path_holds(at: AppTest, guide: GuideModel, cat_path: EnhancementPath) -> None:
    settled(at.button(key="sample-cat").click().run())
    slide(at, 30)
    result = cat_path.at(30 * guide.epsilon_scale.step)
    target = guide.class_index("house cat")
    subject = CroppedPhotograph(photograph_of(CAT), CAT.crop)
    rendering = render(guide, subject, result, target=target, extent=Extent.PHOTOGRAPH)
    shown = metrics(at)
    assert float(shown["Logit of the 8-bit picture"]) == pytest.approx(float(rendering.logits[target]), abs=0.02)
    assert rendering.kept is not None
    assert shown["Gain kept in 8 bits"] == f"{rendering.kept:.0%}"
    assert "changes from **dog** to **house cat**" in everything_said(at)


def test_at_zero_nothing_changes_and_nothing_breaks(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    slide(at, 0)
    shown = metrics(at)
    assert shown["Logit of the 8-bit picture"] == shown["Ground-truth logit"]
    assert shown["Gain kept in 8 bits"] == "–"


def test_a_small_budget_warns_of_8_bit_rounding(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    slide(at, 1)
    assert "rounding to 8 bits" in everything_said(at)


def test_beyond_seven_times_the_training_budget_it_warns(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    slide(at, 40)
    assert "seven times the budget" in everything_said(at)


def test_what_the_guide_does_not_know_has_no_difficulty_and_is_marked_as_invented(at: AppTest) -> None:
    settled(at.button(key="sample-coffee").click().run())
    assert "Ground-truth logit" not in metrics(at)
    assert "was not in the original" in everything_said(at)


def test_a_guide_that_lacks_the_sample_s_class_does_not_call_its_guess_the_truth(at: AppTest) -> None:
    at = settled(at.button(key="sample-cat").click().run())
    at = settled(select(at, "Guide model").set_value("cifar10-32-random").run())  # type: ignore[attr-defined]
    said = everything_said(at)
    assert "This guide has no class “house cat”" in said
    assert "The sample's true class." not in said
    assert "unfit to guide, so its logit says nothing of people" in said


def test_an_upload_is_judged_with_the_guide_s_guess_called_a_guess(at: AppTest) -> None:
    picture = encode_png(CAT.crop.of(photograph_of(CAT).pixels).copy())
    at.file_uploader[0].set_value(("kitten.png", picture, "image/png")).run()
    assert select(at, "What does it show?").value == "dog"  # type: ignore[attr-defined]
    assert "the guide's own guess: dog" in everything_said(at)
    assert "If this is “dog” (the guide's guess): what would make it easier" in [s.value for s in at.subheader]
    assert "**If this is of the class dog (the guide's guess), expect it" in everything_said(at)
    select(at, "What does it show?").set_value("house cat").run()  # type: ignore[attr-defined]
    assert "the guide's own guess" not in everything_said(at)
    assert "guess)" not in everything_said(at)
    assert "What would make it easier" in [s.value for s in at.subheader]
    select(at, "Enhance towards").set_value("bird").run()  # type: ignore[attr-defined]
    assert "What makes it look more like “bird”" in [s.value for s in at.subheader]
    assert "You said it shows house cat. What appears of bird" in everything_said(at)


def test_the_guide_s_own_guess_can_be_confirmed_as_what_it_shows(at: AppTest) -> None:
    picture = encode_png(CAT.crop.of(photograph_of(CAT).pixels).copy())
    at.file_uploader[0].set_value(("kitten.png", picture, "image/png")).run()
    slide(at, 3)
    (confirm,) = [b for b in at.button if b.label.startswith("Yes, it shows")]
    confirm.click().run()
    assert position(at) == 3
    assert "As you stated." in [c.value for c in at.caption]
    assert "You have not said what it is" not in everything_said(at)
    assert not [b for b in at.button if b.label.startswith("Yes, it shows")]


def test_an_archive_is_sent_to_the_page_that_takes_it(at: AppTest) -> None:
    at.file_uploader[0].set_value(("look-alikes.zip", b"PK", "application/zip")).run()
    assert "the Rank page takes a zip" in at.error[0].value
    at.button(key="sample-cat").click().run()
    assert not at.error


def test_a_bad_file_is_named_and_the_others_still_go_through(at: AppTest) -> None:
    good = encode_png(np.full((80, 90, 3), 90, np.uint8))
    at.file_uploader[0].set_value([("notes.txt", b"hello", "text/plain"), ("grey.png", good, "image/png")]).run()
    assert len(at.error) == 1
    assert "notes.txt" in at.error[0].value.replace("\\", "")
    assert "Ground-truth logit" in metrics(at)


def test_two_photographs_lie_on_the_desk_and_each_keeps_its_class(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    settled(at.button(key="sample-coffee").click().run())
    select(at, "What does it show?").set_value("snail or slug").run()  # type: ignore[attr-defined]
    select(at, "Photograph on the desk").set_value(0).run()  # type: ignore[attr-defined]
    assert select(at, "What does it show?").value == "house cat"  # type: ignore[attr-defined]
    select(at, "Photograph on the desk").set_value(1).run()  # type: ignore[attr-defined]
    assert select(at, "What does it show?").value == "snail or slug"  # type: ignore[attr-defined]


def test_a_link_opens_its_sample() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    app.query_params["sample"] = "cat"
    app.query_params["step"] = "30"
    settled(app.run())
    assert not app.exception
    assert metrics(app)["Gain kept in 8 bits"] != "–"
    assert position(app) == 30


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ({"sample": "../../etc/passwd", "step": "9999999999"}, "sample"),
        ({"sample": "cat", "guide": "nobody", "step": "14"}, "guide"),
        ({"sample": "cat", "towards": "unicorn"}, "class"),
        ({"sample": "cat", "step": "999"}, "budget"),
        ({"sample": "cat", "objective": "fame"}, "objective"),
    ],
)
def test_a_link_says_what_it_names_that_is_not_here(link: dict[str, str], word: str) -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert f"The link names a {word} that is not here" in everything_said(app)


def test_a_link_keeps_the_direction_and_the_objective() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    for name, value in {"sample": "cat", "harder": "1", "objective": "logit_diverge", "rivals": "dog,big cat"}.items():
        app.query_params[name] = value
    app.run()
    case = app.session_state["desk"].desk.case
    assert case.aim == Aim(objective="logit_diverge", rivals=("dog", "big cat"), harder=True)


def test_for_a_medical_guide_the_person_answers_first(at: AppTest, guide: GuideModel) -> None:
    foreign = replace(guide, name="foreign", domain=Domain.UNKNOWN)
    at.session_state["session_guides"] = {"foreign": foreign}
    picture = encode_png(CAT.crop.of(photograph_of(CAT).pixels).copy())
    at.file_uploader[0].set_value(("kitten.png", picture, "image/png")).run()
    select(at, "Guide model").set_value("foreign").run()  # type: ignore[attr-defined]
    assert select(at, "What does it show?").value is None  # type: ignore[attr-defined]
    assert "dog" not in everything_said(at)
    assert not at.metric
    select(at, "What does it show?").set_value("house cat").run()  # type: ignore[attr-defined]
    assert "takes this for dog" in everything_said(settled(at))
    strip = next(t for t in at.toggle if t.label.startswith("Strip"))
    assert strip.value
    assert strip.disabled


def test_rivals_are_asked_for_before_their_objective_is_used(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    settled(select(at, "Objective").set_value("logit_diverge").run())  # type: ignore[attr-defined]
    assert rivals(at).value == ["dog"]  # the strongest rival is proposed
    assert "Gain kept in 8 bits" in metrics(at)
    rivals(at).set_value([]).run()
    assert "at least one rival" in everything_said(at)
    settled(rivals(at).set_value(["big cat"]).run())
    assert "Gain kept in 8 bits" in metrics(at)


def test_a_further_objective_is_offered_with_its_label_and_its_rivals(at: AppTest, margin: str) -> None:
    settled(at.button(key="sample-cat").click().run())
    chosen = select(at, "Objective")
    assert "Raise it above the strongest rival (margin)" in chosen.options  # type: ignore[attr-defined]
    settled(chosen.set_value(margin).run())  # type: ignore[attr-defined]
    assert rivals(at).value == ["dog"]
    assert "Gain kept in 8 bits" in metrics(at)


def test_harder_lowers_the_logit(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    before = float(metrics(at)["Ground-truth logit"])
    settled(next(t for t in at.toggle if t.label == "Make it harder instead").set_value(True).run())
    assert float(metrics(at)["Logit of the 8-bit picture"].replace("−", "-")) < before


def test_a_stopped_walk_shows_how_far_it_went_and_can_go_on(at: AppTest, cat_path: EnhancementPath) -> None:
    settled(at.button(key="sample-cat").click().run())
    (whole,) = at.session_state["walks"].values()
    part = Scheduler().submit(iter([replace(cat_path, frames=cat_path.frames[:11])]), session="", total=41)
    assert part.wait(seconds=60)
    part.stage = JobStage.CANCELLED
    at.session_state["walks"][whole.key] = PathJob(whole.key, part, whole.start)
    at.run()
    assert "Stopped at ε = 1.43" in everything_said(at)
    next(b for b in at.button if b.label == "Compute the rest").click().run()
    settled(at)
    assert "Stopped" not in everything_said(at)
    (again,) = at.session_state["walks"].values()
    assert len(again.path.frames) == len(cat_path.frames)


def test_other_pictures_walks_are_cancelled_and_this_one_s_is_kept(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    (cat,) = at.session_state["walks"].values()
    settled(at.button(key="sample-coffee").click().run())
    select(at, "Photograph on the desk").set_value(0).run()  # type: ignore[attr-defined]
    assert cat.job.stage is JobStage.FINISHED
    assert list(at.session_state["walks"].values())[-1] is cat


def test_the_paths_of_a_page_go_when_it_is_closed_and_are_walked_again_when_it_comes_back(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    (walked,) = map(weakref.ref, at.session_state["walks"].values())
    leave()
    gc.collect()
    assert walked() is None
    settled(at.run())
    assert "Gain kept in 8 bits" in metrics(at)


def test_a_sample_s_path_is_kept_on_disk_and_an_upload_s_never(home: Path) -> None:
    def kept_paths() -> set[Path]:
        return set((home / "paths").glob("*"))

    at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120).run()
    picture = encode_png(CAT.crop.of(photograph_of(CAT).pixels).copy())
    before = kept_paths()
    settled(at.file_uploader[0].set_value(("mine.png", picture, "image/png")).run())
    assert kept_paths() == before
    settled(at.button(key="sample-cat").click().run())
    assert kept_paths()


def test_a_photograph_unlike_everything_learnt_is_said_to_be_so_before_its_difficulty(at: AppTest) -> None:
    settled(at.button(key="sample-coffee").click().run())
    flags = [w.value.replace("\\", "") for w in at.warning]
    assert any(flag.startswith("Flagged: it is unlike what the guide learnt (p = ") for flag in flags)
    settled(at.button(key="sample-cat").click().run())
    said = [*at.caption, *at.markdown]
    places = [i for i, e in enumerate(said) if e.value.replace("\\", "").startswith("No flag: nothing says")]
    assert places
    assert not any("Flagged" in w.value for w in at.warning)


def test_something_else_can_be_stated_of_any_picture(at: AppTest) -> None:
    settled(at.button(key="sample-cat").click().run())
    select(at, "What does it show?").set_value(SOMETHING_ELSE).run()  # type: ignore[attr-defined]
    assert "Difficulty needs a class" in everything_said(at)
