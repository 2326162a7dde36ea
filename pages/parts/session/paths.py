"""The paths of this session: walked in the process's one slot, kept up to a byte limit, gone with the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lwise_core._utils.durations import in_words
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.coarse_path import coarse_steps, preview_of, walk_with_preview
from lwise_core.enhancement.path import EnhancementPath, Original, PathRequest
from lwise_core.enhancement.path_cache import PathKey, PathStore, cached
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.inspection.regions import Region
from lwise_core.scheduler import JobStage, ScheduledJob
from pages.parts.session.case import Aim, Case
from pages.parts.session.guide_engines import engine_for, slot
from pages.parts.session.memory import MemoryFull, free, hold
from pages.parts.session.presence import is_there, this_session
from pages.parts.ui.notices import notice

BYTES_KEPT = 128 * 2**20
"""How much of a session's paths is kept: 41 frames take 2 MB at 64 px and 25 MB at 224 px."""

_WALKS = "walks"

Key = tuple[str, object, str, str, str, Aim, bytes]


@dataclass(frozen=True)
class WalkPlan:
    """How a path is walked: its values one by one, and how many come besides the path's own frames, at most."""

    walk: Callable[[Walker, PathRequest], Iterator[EnhancementPath]]
    besides: Callable[[Walker], int]


OFFICIAL = WalkPlan(Walker.walk, lambda _: 0)
"""The path alone, for pages that wait for it."""

PREVIEWED = WalkPlan(walk_with_preview, lambda walker: coarse_steps(walker) + 1)
"""Where the path takes long, a coarse one before it, to look at meanwhile."""


@dataclass(frozen=True, eq=False)
class PathJob:
    """One path in the making or made, and what it is for."""

    key: Key
    job: ScheduledJob[EnhancementPath]
    start: EnhancementPath

    @property
    def path(self) -> EnhancementPath:
        """The path as far as it is known, the original at least: nobody waits for a turn to see that."""
        return self.job.latest or self.start

    @property
    def size(self) -> int:
        """Bytes that its frames take."""
        return self.path.size


def walk_for(
    case: Case, original: Original, *, towards: str, within: Region | None = None, plan: WalkPlan = OFFICIAL
) -> PathJob:
    """Return the walk from ``original`` for ``case``: the one that is kept or under way, or a new one.

    ``within`` restricts the change to some pixels of what the guide sees. ``plan`` says how a new one is walked.

    Walks for anything else that are still under way are cancelled: nobody looks at them any more.

    Raises:
        ValueError: The objective cannot be formed (no rival chosen).
        QueueFull: Too many people are waiting.
        MemoryFull: There is no memory for one more path.
    """
    # The photograph by its bytes, the guide by its weights and range: the same content is never walked twice.
    guide = original.guide
    weights, where = guide.provenance.sha256, b"" if within is None else within.key
    key: Key = (case.photograph.sha256, case.crop, weights, guide.domain.value, towards, case.aim, where)
    walks = st.session_state[_WALKS] = _walks()
    found = walks.pop(key, None)
    for other in list(walks.values()):
        if not other.job.stage.over:
            other.job.cancel()
            walks.pop(other.key)
    if found is None:
        found = _begin(key, case, _start(case, original, towards=towards, within=within), plan)
    walks[key] = found
    _limit(walks)
    _count(walks)
    return found


def walk_called(key: Key) -> PathJob | None:
    """Return a walk that is kept; None once it was dropped, as when the page was closed and has come back."""
    return _walks().get(key)


def forget(key: Key) -> None:
    """Drop a walk, so that the next call walks again."""
    _walks().pop(key, None)


def forget_walks() -> None:
    """Stop and drop every walk: the guides that they hold have changed."""
    for key in tuple(_walks()):
        _walks().pop(key).job.cancel()
    free(_WALKS)


def waiting(walk: PathJob) -> None:
    """Draw how far ``walk`` is, the place in the line where there is one, and the way to stop it."""
    outlook = slot().outlook(walk.job)
    text = f"Waiting for a turn: number {outlook.place} in the line" if outlook.place else _how_far(walk)
    if outlook.seconds is not None:
        text += f", about {in_words(outlook.seconds)} left"
    columns = st.columns([5, 1], vertical_alignment="bottom")
    columns[0].progress(min(1.0, outlook.done / outlook.total), text=text)
    columns[1].button("Stop", key="stop-walk", on_click=walk.job.cancel, width="stretch")


def _how_far(walk: PathJob) -> str:
    """Say which step of the path is computed, and, before it goes on, which one of the coarse path."""
    path = walk.path
    scale, preview = path.guide.epsilon_scale, preview_of(path)
    text = f"Computing the path: step {0 if walk.job.latest is None else len(path.frames)} of {scale.steps + 1}"
    coarse = 0 if preview is None else round(scale.largest / preview.step) + 1
    if preview is None or len(preview.frames) == coarse:
        return text
    return f"{text}, after a preview: step {len(preview.frames)} of {coarse}"


def failed(error: Exception) -> None:
    """Say in one sentence why a path could not be walked; what nobody expected is raised again."""
    if not isinstance(error, LWiseError):
        raise error
    notice("error", str(error))


def stopped(walk: PathJob) -> bool:
    """Whether somebody ended ``walk`` before its end."""
    return walk.job.stage is JobStage.CANCELLED


@st.cache_resource(scope="session", on_release=dict.clear, show_spinner=False)
def _walks() -> dict[Key, PathJob]:
    """Return this session's walks.

    Streamlit keeps the state of a page that was closed for two minutes, in case it comes back. The paths of everybody
    who left would fill the memory for so long; they are computed again instead.
    """
    return {}


def _start(case: Case, original: Original, *, towards: str, within: Region | None) -> EnhancementPath:
    """Return the path before its first step."""
    target, objective = original.guide.class_index(towards), case.aim.objective_for(original.guide)
    return original.before_the_path(
        target=target, objective=objective, within=within.mask if within is not None else None
    )


def _begin(key: Key, case: Case, start: EnhancementPath, plan: WalkPlan) -> PathJob:
    """Put the walk from ``start`` into the slot."""
    guide, request = start.guide, start.request
    walker = Walker(guide) if case.aim.exact else engine_for(guide).walker()
    session = this_session()
    there: Callable[[], bool] = partial(is_there, session)
    steps = plan.walk(walker, request)
    if case.sample is not None:  # never for an upload: a path holds the photograph
        wanted = PathKey(guide, request, guide.epsilon_scale.steps, walker.precision)
        steps = cached(PathStore(catalog.home() / "paths"), wanted, steps)
    total = guide.epsilon_scale.steps + 1 + plan.besides(walker)
    return PathJob(key, slot().submit(steps, session=session, total=total, alive=there), start)


def _count(walks: dict[Key, PathJob]) -> None:
    """Count what the walks take and will take; where that is more than there is, drop the last one again."""
    try:
        hold(_WALKS, sum(max(w.size, w.start.size * w.job.total) for w in walks.values()))
    except MemoryFull:
        _, last = walks.popitem()
        last.job.cancel()
        raise


def _limit(walks: dict[Key, PathJob]) -> None:
    """Drop the walks that were not looked at for longest, the present one never."""
    while len(walks) > 1 and sum(w.size for w in walks.values()) > BYTES_KEPT:
        walks.pop(next(iter(walks)))
