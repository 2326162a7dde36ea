"""The Studio while a path takes long: a coarse one is looked at, and nothing else is made of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from streamlit.runtime import caching
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.coarse_path import LONG_PATH, PreviewedPath, coarse_steps, preview_of, walk_with_preview
from lwise_core.enhancement.path import EnhancementPath, PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.images.codec import encode_png
from pages.parts.session import paths
from pages.parts.session.guides import ASKED
from pages.parts.session.paths import PathJob, WalkPlan
from tests.support.app_runs import settled

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CAT = SAMPLES[0]


class HeldWalk:
    """Walks as on a slow machine, and stays at the coarse path until it is let go."""

    def __init__(self) -> None:
        self.gone_on = threading.Event()

    def __call__(self, walker: Walker, request: PathRequest) -> Iterator[EnhancementPath]:
        slow = count(step=LONG_PATH).__next__
        for path in walk_with_preview(walker, request, clock=slow):
            yield path
            preview = preview_of(path)
            while preview is not None and len(preview.frames) > coarse_steps(walker) and not self.gone_on.is_set():
                yield path  # so that the slot does meanwhile what the page asks for


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> HeldWalk:
    walk = HeldWalk()
    monkeypatch.setattr(paths, "PREVIEWED", WalkPlan(walk, coarse_steps))
    return walk


@pytest.fixture
def at(held: HeldWalk) -> Iterator[AppTest]:
    """The Studio with a photograph whose path is seen coarsely so far."""
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state[ASKED] = "animals16-64"
    picture = encode_png(CAT.crop.of(photograph_of(CAT).pixels).copy())
    app.run().file_uploader[0].set_value(("mine.png", picture, "image/png")).run()
    assert walk_on(app).job.wait_until(is_held, seconds=60)
    yield app.run()
    held.gone_on.set()
    assert not app.exception, app.exception
    caching.clear_session_resource_cache("test session id")


def is_held(path: EnhancementPath) -> bool:
    preview = preview_of(path)
    return preview is not None and len(preview.frames) > path.guide.epsilon_scale.steps / 4


def walk_on(at: AppTest) -> PathJob:
    (walk,) = at.session_state["walks"].values()
    return walk  # type: ignore[no-any-return]


def coarse_iterates_shown(at: AppTest) -> int:
    """Return how many iterates of the coarse path the viewer was given by the last run."""
    token = at.session_state["desk"].desk.case.token
    (film,) = at.session_state[f"viewer-{token}-heard"].sent.values()
    return int(film.coarse)


def figures(at: AppTest) -> set[str]:
    return {metric.label for metric in at.metric}


def stop_of(at: AppTest) -> Callable[[], AppTest]:
    (stop,) = [b for b in at.button if b.label == "Stop"]
    return lambda: stop.click().run()


def test_while_only_a_preview_is_there_no_figure_and_no_file_is_made_of_it(at: AppTest, held: HeldWalk) -> None:
    assert isinstance(walk_on(at).path, PreviewedPath)
    assert coarse_iterates_shown(at) == 11
    assert "Gain kept in 8 bits" not in figures(at)
    assert not any(s.value.startswith("Download, at ε") for s in at.subheader)
    held.gone_on.set()
    settled(at)
    path = walk_on(at).path
    assert type(path) is EnhancementPath
    assert len(path.frames) == path.guide.epsilon_scale.steps + 1
    assert "Gain kept in 8 bits" in figures(at)
    assert any(s.value.startswith("Download, at ε") for s in at.subheader)
    assert coarse_iterates_shown(at) == 0


def test_stopped_at_the_preview_the_slider_reaches_as_far_as_the_path(at: AppTest) -> None:
    settled(stop_of(at)())
    walk = walk_on(at)
    said = [w.value.replace("\\", "").replace("\u2060", "") for w in at.warning]
    assert f"Stopped at ε = {walk.path.step:.2f}: the slider reaches up to there." in said
    assert any(s.value == f"Download, at ε = {walk.path.step:.2f}" for s in at.subheader)
    assert coarse_iterates_shown(at) == 0
