"""A stored pair: original and altered with a slider that lives in the browser (assets/gallery)."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from functools import partial

from lwise_core.data.gallery import StoredPair
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import keep_told, kept_of

_PAIR = component("lwise_pair", folder="gallery", html="gallery/gallery.html")


class Reveal(Enum):
    """How much of a pair is shown, and where its slider begins.

    The original alone; both with the slider at a visible change; or both with it at the largest one.
    """

    ORIGINAL = "original"
    BOTH = "both"
    LARGEST = "largest"


_FIRST = 4  # the stored picture to begin with: well above 2 grey levels, below which nobody sees a change


def stored_pair(pair: StoredPair, *, title: str, key: str, reveal: Reveal = Reveal.BOTH) -> None:
    """Draw ``pair`` under ``title``. Nothing is computed: the browser fetches one file and blends its pictures."""
    _PAIR(
        key=key,
        data={
            "key": pair.key,
            "title": title,
            "towards": pair.towards,
            "remark": "Not for diagnosis.",
            "start": 100 * _first(pair, reveal) / (len(pair.changes) - 1),
            "open": reveal is not Reveal.ORIGINAL,
            "changes": [asdict(change) for change in pair.changes],
        },
        on_step_change=partial(keep_told, key, "step"),
    )


def step_shown(pair: StoredPair, *, key: str, reveal: Reveal = Reveal.BOTH) -> int:
    """Return the position on the path, in steps, at which the slider of ``pair`` stands now."""
    step = kept_of(key, "step")
    return pair.changes[_first(pair, reveal)].step if step is None else int(step)


def _first(pair: StoredPair, reveal: Reveal) -> int:
    """Return which of the stored pictures the slider begins with."""
    last = len(pair.changes) - 1
    return last if reveal is Reveal.LARGEST else min(_FIRST, last)
