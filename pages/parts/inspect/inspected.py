"""What is inspected: one path at one ε, and what the person asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lwise_core.enhancement.export import INVENTED, StatedBy
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.examine import Findings, Question
from pages.parts.session.paths import Key

_ASKED = "inspect-asked"


@dataclass(frozen=True, eq=False)
class InspectedPath:
    """One path at one ε, and what is known of it.

    ``found`` is None where its lights were stopped. ``stated_by`` says who stated the class ``stated``.
    """

    key: Key
    path: EnhancementPath
    found: Findings | None
    stated: str
    towards: str
    epsilon: float
    stated_by: StatedBy

    @property
    def caption(self) -> str:
        """The sentence that stands with the altered picture."""
        return self.caption_of(self.towards, epsilon=self.epsilon)

    def caption_of(self, towards: str, *, epsilon: float) -> str:
        """Return the sentence that stands with the same picture changed ``towards`` another class."""
        invented = f" {INVENTED}" if towards != self.stated else ""
        return f"AI-altered towards {towards}, ε {epsilon:.2f}.{invented} Not for diagnosis."

    @property
    def said_to_show(self) -> str | None:
        """What somebody said that the picture shows; None where that is the guide's own guess."""
        return None if self.stated_by is StatedBy.GUESS else self.stated


@dataclass(frozen=True)
class Asked:
    """What the page was asked besides the lights: maps, None for no method, and which other guides."""

    question: Question | None = None
    others: tuple[str, ...] = ()


def asked_so_far(key: Key) -> Asked:
    """Return what was asked about the path ``key`` in this session, in whichever tab."""
    kept = st.session_state.get(_ASKED)
    return kept[1] if kept is not None and kept[0] == key else Asked()


def keep_asked(key: Key, asked: Asked) -> None:
    """Keep what was asked about the path ``key``, for the tabs that are not open hold nothing."""
    st.session_state[_ASKED] = (key, asked)
