"""What a page computes: jobs in the process's one slot, kept for this session, one of each kind at a time.

A page whose panels all wait for something stays until they are there (:func:`values_of`). One of which only a part
waits, beside forms that a person fills in meanwhile, looks again and again in a fragment (:func:`followed`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.durations import in_words
from lwise_core._utils.errors import LWiseError
from lwise_core.scheduler import Effort, JobStage, ScheduledJob
from pages.parts.session.guide_engines import slot
from pages.parts.session.presence import is_there, this_session
from pages.parts.ui.notices import notice

T = TypeVar("T")

AGAIN = 0.6
"""Seconds between two looks at what is being computed."""

_LOOK = 0.25
"""Seconds between two looks of a run that stays until what it waits for is there."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """A job, and the question that it answers."""

    question: Hashable
    job: ScheduledJob[Any]


def job_for(
    kind: str,
    question: Hashable,
    steps: Callable[[], Iterator[T]],
    *,
    total: int,
    effort: Callable[[T], Effort] | None = None,
) -> ScheduledJob[T]:
    """Return the job of this ``kind`` that answers ``question``: the one at hand, or a new one over ``steps``.

    A job of the same kind for another question is cancelled and dropped: nobody looks at it any more. ``effort`` says
    how much work is left after a step, of steps that are unlike.

    Raises:
        QueueFull: Too many people are waiting.
    """
    jobs = _jobs()
    at_hand = jobs.get(kind)
    if at_hand is not None and at_hand.question == question:
        return cast("ScheduledJob[T]", at_hand.job)
    if at_hand is not None:
        at_hand.job.cancel()
    session = this_session()
    job = slot().submit(steps(), session=session, total=total, alive=partial(is_there, session), effort=effort)
    jobs[kind] = _Asked(question, job)
    return job


def asked(kind: str, question: Hashable) -> bool:
    """Return whether ``question`` is the one that the job of this ``kind`` answers."""
    at_hand = _jobs().get(kind)
    return at_hand is not None and at_hand.question == question


def remembered(kind: str, question: Hashable, find: Callable[[], T]) -> T:
    """Return what ``find`` finds in the slot, between two steps of whatever is computed, once for each ``question``.

    The last answer of each ``kind`` is kept, for this session alone.
    """
    return once(kind, question, lambda: slot().do(find))


def once(kind: str, question: Hashable, find: Callable[[], T]) -> T:
    """Return what ``find`` finds, here and now, once for each ``question``; kept as by :func:`remembered`."""
    kept = _answers().get(kind)
    if kept is None or kept[0] != question:
        kept = _answers()[kind] = (question, find())
    return cast("T", kept[1])


def known(kind: str, question: Hashable) -> Any:  # noqa: ANN401  whatever was found
    """Return what was found for ``question`` and is still kept, by :func:`remembered`; None where nothing is."""
    kept = _answers().get(kind)
    return kept[1] if kept is not None and kept[0] == question else None


def deferred(kind: str, question: Hashable, find: Callable[[], T]) -> Callable[[], T]:
    """Return what gives the answer of ``find``, computed in the slot at the first call and kept as by :func:`once`.

    It may be called after the run of the page and from any thread, as the files behind download buttons are.
    """
    return once(kind, question, lambda: _Deferred(find))


class _Deferred(Generic[T]):
    """An answer that is computed when it is first asked for, by whoever asks first."""

    def __init__(self, find: Callable[[], T]) -> None:
        self._find = find
        self._lock = Lock()
        self._found: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._found:
                self._found.append(slot().do(self._find))
            return self._found[0]


def forget_job(kind: str) -> None:
    """Stop and drop the job of this ``kind``, so that its question can be asked again."""
    if (at_hand := _jobs().pop(kind, None)) is not None:
        at_hand.job.cancel()


def forget_everything() -> None:
    """Stop and drop every job and every answer of this session: what they rest on has changed."""
    for kind in tuple(_jobs()):
        forget_job(kind)
    _answers().clear()


def finished(kind: str) -> Any:  # noqa: ANN401  whatever the job of this kind finds
    """Return what the job of this ``kind`` found, None where there is none or it is not complete."""
    at_hand = _jobs().get(kind)
    return at_hand.job.latest if at_hand is not None and at_hand.job.stage is JobStage.FINISHED else None


def followed(kind: str, draw: Callable[..., None], **given: object) -> None:
    """Call ``draw`` with the job of this ``kind`` and what is ``given``, again and again while the job is under way.

    It happens in a fragment of its own, so the rest of the page is left alone. ``given`` is kept with the fragment:
    keys, never pictures.
    """
    waits = not _jobs()[kind].job.stage.over
    st.fragment(_look, run_every=AGAIN if waits else None)(kind, draw, given, polled=waits)


def _look(kind: str, draw: Callable[..., None], given: Mapping[str, object], *, polled: bool) -> None:
    slot().touch()
    at_hand = _jobs().get(kind)
    if at_hand is None:  # somebody wants to go on, or the page was closed and has come back
        st.rerun()
    with st.container():
        draw(at_hand.job, **given)
    if polled and at_hand.job.stage.over:
        st.rerun()  # to look no longer


@dataclass(frozen=True, eq=False)
class Place:
    """Where a job stands on the page: how far it is, what became of it where it did not end, and what it finds.

    Each has an element of its own: one that is emptied and filled at once would keep its old buttons.
    """

    progress: DeltaGenerator
    fate: DeltaGenerator
    found: DeltaGenerator


def place() -> Place:
    """Keep a place for a job here; what stood in it when the page was drawn last is gone."""
    return Place(st.empty(), st.empty(), st.empty())


def values_of(kind: str, job: ScheduledJob[T], *, at: Place, what: str) -> Iterator[T]:
    """Yield what ``job`` knows, again and again until it is over, and draw ``at`` its place how far it is.

    The run of the page stays here meanwhile: every panel is drawn once and appears as it is finished, nothing else is
    drawn again, and what a person does on the page begins another run at once. ``what`` says in words what is done.
    """
    for _ in _looks(kind, job, job.wait, at=at, what=what):
        if job.latest is not None:
            yield job.latest
    at.progress.empty()
    if job.latest is not None:
        yield job.latest


def wait_until(kind: str, job: ScheduledJob[T], enough: Callable[[T], bool], *, at: Place, what: str) -> None:
    """Stay until ``job`` is over or what it knows is ``enough``, and draw ``at`` its place how far it is.

    The run of the page ends with that: the bar stays until the next one draws what there is.
    """
    for _ in _looks(kind, job, partial(job.wait_until, enough), at=at, what=what):
        pass


def _looks(kind: str, job: ScheduledJob[T], waited: Callable[..., bool], *, at: Place, what: str) -> Iterator[None]:
    """Yield at every look at ``job`` until ``waited`` says that there is nothing to wait for, and draw how far it is.

    ``waited`` takes the ``seconds`` until the next look.
    """
    if waited(seconds=0):
        return
    with at.progress.container():
        bar = _bar(kind, job)
    while not waited(seconds=_LOOK):
        slot().touch()
        done, text = _how_far(job, what=what)
        bar.progress(done, text=text)
        yield


def ended(kind: str, job: ScheduledJob[T], *, at: Place, what: str) -> bool:
    """Return whether ``job``, which is over, came to its end; else say ``at`` its place what became of it."""
    with at.fate.container():
        return progress_of(kind, job, what=what)


def progress_of(
    kind: str, job: ScheduledJob[T], *, what: str, how_far: Callable[[T], tuple[float, str]] | None = None
) -> bool:
    """Draw how far ``job`` is, or what became of it; return whether it came to its end.

    ``what`` says in words what is being done. ``how_far`` returns the share that is done, and what in words, of a job
    whose values tell it better than the number of its steps.
    """
    if job.error is not None:
        if not isinstance(job.error, LWiseError):
            raise job.error
        notice("error", str(job.error))
        return False
    if job.stage is JobStage.CANCELLED:
        notice("caution", f"{what}: stopped.")
        st.button("Go on", key=f"again-{kind}", on_click=forget_job, args=(kind,))
        return False
    if job.stage.over:
        return True
    done, text = _how_far(job, what=what)
    if how_far is not None and job.latest is not None:
        done, text = how_far(job.latest)
    _bar(kind, job).progress(done, text=text)
    return False


def _bar(kind: str, job: ScheduledJob[T]) -> DeltaGenerator:
    """Draw an empty bar with the way to stop beside it, and return it."""
    columns = st.columns([5, 1], vertical_alignment="bottom")
    columns[1].button("Stop", key=f"stop-{kind}", on_click=job.cancel, width="stretch")
    return columns[0].empty()


def _how_far(job: ScheduledJob[T], *, what: str) -> tuple[float, str]:
    """Return the share that is done, in [0, 1], and in words what is done and how long it will take."""
    outlook = slot().outlook(job)
    text = f"Waiting for a turn: number {outlook.place} in the line" if outlook.place else what
    if outlook.seconds is not None:
        text += f", about {in_words(outlook.seconds)} left"
    return min(1.0, outlook.done / max(1, outlook.total)), text


def forget_jobs() -> None:
    """Stop and drop every job of this session, and its short answers."""
    for asked in _jobs().values():
        asked.job.cancel()
    _jobs().clear()
    _answers().clear()


@st.cache_resource(scope="session", on_release=dict.clear, show_spinner=False)
def _jobs() -> dict[str, _Asked]:
    """Return this session's jobs by kind; gone with the page, like its paths."""
    return {}


@st.cache_resource(scope="session", on_release=dict.clear, show_spinner=False)
def _answers() -> dict[str, tuple[Hashable, object]]:
    """Return this session's short answers by kind, each with its question; gone with the page."""
    return {}
