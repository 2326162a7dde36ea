"""Which language whoever looks at a page reads: as they chose it here, else the course's, else their browser's."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.languages.catalogue import Catalogue, catalogue_for, languages

LANGUAGE = "language"
"""What an address names the chosen language by."""


def catalogue_of_reader(course: str = "") -> Catalogue:
    """Return what learners' pages are written with for this reader; ``course`` is the code of a course's language."""
    return catalogue_for(st.query_params.get(LANGUAGE, ""), course, st.context.locale or "")


def chosen_language() -> dict[str, str]:
    """Return what keeps a chosen language in another address; empty where none was chosen."""
    return {LANGUAGE: st.query_params[LANGUAGE]} if LANGUAGE in st.query_params else {}


def language_field(label: str, *, at_first: str, key: str, none: str = "") -> str:
    """Ask whoever makes something for learners in which language, and return its code.

    ``none`` names the choice of no language, which is the empty code; without it there is no such choice.
    """
    known = languages()
    codes = [*([""] if none else []), *known]
    names = {"": none, **{code: language.name for code, language in known.items()}}
    return st.selectbox(
        label, codes, codes.index(at_first) if at_first in codes else 0, format_func=names.__getitem__, key=key
    )


def language_select(words: Catalogue) -> None:
    """Offer every language there is; what is chosen stands in the address, so that it outlives a reload."""
    known = languages()
    if len(known) < 2:
        return
    now = words.language.code
    st.selectbox(
        words.translate("Language"),
        list(known),
        list(known).index(now),
        format_func=lambda code: known[code].name,
        key=f"{LANGUAGE}-{now}",  # another one once another language is drawn
        on_change=_choose,
        args=(now,),
    )


def _choose(before: str) -> None:
    st.query_params[LANGUAGE] = st.session_state[f"{LANGUAGE}-{before}"]
