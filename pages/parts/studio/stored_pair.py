"""A stored pair: original and altered with a slider that lives in the browser (assets/gallery)."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum

from lwise_core.data.gallery import StoredPair
from pages.parts.ui.browser_modules import component

_PAIR = component("lwise_pair", folder="gallery", html="gallery/gallery.html")


class Reveal(Enum):
    """How much of a pair is shown: the original alone, or both with the slider at a visible change."""

    ORIGINAL = "original"
    BOTH = "both"


_START = 67  # percent: well above 2 grey levels, below which nobody sees a change


def stored_pair(pair: StoredPair, *, title: str, key: str, reveal: Reveal = Reveal.BOTH) -> None:
    """Draw ``pair`` under ``title``. Nothing is computed: the browser fetches one file and blends its pictures."""
    _PAIR(
        key=key,
        data={
            "key": pair.key,
            "title": title,
            "towards": pair.towards,
            "remark": "Not for diagnosis.",
            "start": _START,
            "open": reveal is Reveal.BOTH,
            "changes": [asdict(change) for change in pair.changes],
        },
    )
