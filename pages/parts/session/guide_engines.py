"""What the sessions of one process share to compute with: the slot, and each guide's fast twin once it is checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import streamlit as st

from lwise_core.data.samples import seen_samples
from lwise_core.enhancement.fast_twin import (
    TwinCheck,
    TwinChecks,
    check,
    check_steps,
    fast_dtype,
    fast_twin,
)
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.scheduler import Scheduler

_KEPT = 4


_ONE = threading.Lock()


def slot() -> Scheduler:
    """Return the one compute slot of this process, which is in no cache that could be emptied."""
    with _ONE:  # the first two who ask at once get the same
        return _made_once()


@cache
def _made_once() -> Scheduler:
    return Scheduler()


@dataclass(frozen=True, eq=False)
class GuideEngine:
    """How paths of one guide are walked: in fp32 until ``passed`` says that the twin of ``checked`` may be trusted."""

    checked: Walker
    passed: threading.Event

    def walker(self) -> Walker:
        """Return what walks now: the guide with its twin where that may be trusted, else the guide itself."""
        return self.checked if self.passed.is_set() else Walker(self.checked.guide)


def engine_for(guide: GuideModel) -> GuideEngine:
    """Return the engine of ``guide``: the process's own for guides of the catalogue, the session's for others."""
    kept = _engine if guide.provenance.bundled else _session_engine
    return kept(guide.provenance.sha256, guide.domain.value, guide)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _engine(sha256: str, domain: str, _guide: GuideModel) -> GuideEngine:  # noqa: ARG001  the first two are the key
    return _new_engine(_guide)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, scope="session")
def _session_engine(sha256: str, domain: str, _guide: GuideModel) -> GuideEngine:  # noqa: ARG001
    return _new_engine(_guide)


def _new_engine(guide: GuideModel) -> GuideEngine:
    passed = threading.Event()
    dtype = fast_dtype(guide.device)
    if dtype is None:
        return GuideEngine(Walker(guide), passed)
    twin = slot().do(lambda: fast_twin(guide, dtype=dtype))  # it looks once at an empty picture
    verdicts = TwinChecks.of_this_machine()
    known = verdicts.read(guide)
    if known is None:
        slot().submit_idle(_checked(guide, twin, verdicts, passed), total=check_steps(guide))
    elif known.passes:
        passed.set()
    return GuideEngine(Walker(guide, twin), passed)


def _checked(guide: GuideModel, twin: GuideModel, verdicts: TwinChecks, passed: threading.Event) -> Iterator[TwinCheck]:
    """Check the twin while nobody waits for anything, and keep the verdict."""
    verdict = None
    for verdict in check(guide, twin, seen_samples(size=guide.input_size)):
        yield verdict
    if verdict is not None:
        verdicts.keep(guide, verdict)
        if verdict.passes:
            passed.set()
