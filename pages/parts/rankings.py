"""The ranking of this session and which of its photographs were chosen; gone with the session."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from lwise_core.ranking import Ranking


@dataclass
class _Kept:
    """One ranking, by which weights, and the chosen photographs by their hashes."""

    ranking: Ranking | None = None
    weights: str = ""
    guide: str | None = None
    chosen: set[str] = field(default_factory=set)


def guide_wanted() -> str | None:
    """Return the name of the guide that was chosen last on this page, None before there was one."""
    return _mine().guide


def want_guide(name: str) -> None:
    """Remember which guide was chosen: widgets are forgotten when another page is opened."""
    _mine().guide = name


def keep(ranking: Ranking, *, weights: str) -> None:
    """Keep a ranking, with every photograph chosen that nothing speaks against."""
    mine = _mine()
    duplicates = ranking.duplicates()
    mine.ranking, mine.weights = ranking, weights
    mine.chosen = {p.sha256 for p in ranking.photographs if not p.doubt and p.sha256 not in duplicates}


def kept(weights: str) -> Ranking | None:
    """Return the ranking that was made with these weights, None where there is none."""
    mine = _mine()
    return mine.ranking if mine.weights == weights else None


def clear() -> None:
    """Forget the ranking."""
    mine = _mine()
    mine.ranking, mine.weights, mine.chosen = None, "", set()


def is_chosen(sha256: str) -> bool:
    """Return whether a photograph is among the chosen ones."""
    return sha256 in _mine().chosen


def choose(sha256: str, *, chosen: bool) -> None:
    """Put a photograph among the chosen ones, or take it out."""
    (_mine().chosen.add if chosen else _mine().chosen.discard)(sha256)


@st.cache_resource(scope="session", on_release=lambda kept: kept.chosen.clear(), show_spinner=False)
def _mine() -> _Kept:
    return _Kept()
