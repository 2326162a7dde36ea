"""The trial runner: a course in the browser, every picture for as many frames as asked (assets/runner).

The browser asks for trials and stores answers by itself, at two addresses of this server (`api`); the page hears only
that the course is done. A rerun of the page changes nothing in a running trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Literal, NamedTuple

from lwise_core.teaching.design.timing import Timing
from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue
from lwise_core.teaching.languages.runner_words import runner_words
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import keep_told, kept_of

_RUNNER = component("lwise_trial_runner", folder="runner")

Layout = Literal["ring", "keys"]


class Choice(NamedTuple):
    """One button: what is recorded when it is chosen, and the name on it."""

    id: str
    label: str


class Ring(NamedTuple):
    """How choices and picture are laid out.

    ``rotate`` turns the ring at random before every trial. Where ``calibrate``, a rest offers to set the size with a
    bank card; the picture is then ``picture_mm`` wide where the window has room for it.
    """

    layout: Layout = "ring"
    rotate: bool = False
    calibrate: bool = False
    picture_mm: float | None = None


def trial_runner(
    *,
    choices: Sequence[Choice],
    timing: Timing,
    api: str,
    token: str,
    key: str,
    look: Ring = Ring(),  # noqa: B008 - immutable
    words: Catalogue = ENGLISH,
    sureness: bool = False,
    messages: Mapping[str, str] | None = None,
) -> bool:
    """Run the sitting ``token`` and return whether the browser has said that it is done.

    The browser gets its trials with ``GET {api}/{token}/next`` and stores answers with ``POST {api}/{token}/answers``;
    both carry the header ``X-Sitting: token``. What they hold is written down in assets/runner/types.js.

    Args:
        choices: The buttons, in the order of their places; 2 to 16.
        timing: How a trial runs.
        api: Path on this server, such as “/api/sittings”.
        token: Which sitting. Another one starts another course.
        key: Unique key; keep it while the sitting runs.
        look: Layout and size.
        words: What the runner's sentences are said with.
        sureness: Ask after every answer how sure the learner is.
        messages: Sentences by name, instead of those in assets/runner/messages.js.
    """
    _RUNNER(
        key=key,
        data={
            "classes": [choice._asdict() for choice in choices],
            "timing": asdict(timing),
            "api": api,
            "token": token,
            "language": words.language.code,
            "sureness": sureness,
            "messages": {**runner_words(words), **(messages or {})},
            **look._asdict(),
        },
        on_done_change=partial(keep_told, key, "done"),
    )
    return bool(kept_of(key, "done") == token)
