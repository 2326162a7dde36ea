"""Below the first screen: what the lights stand on, four tabs of which only the open one is computed, and the files."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.enhancement.export import Intent
from pages.parts.inspect.attribution_panel import attribution_panel
from pages.parts.inspect.change_panel import change_panel
from pages.parts.inspect.contrast_panel import contrast_panel
from pages.parts.inspect.counter_panel import counter_panel
from pages.parts.inspect.indicators_panel import indicators_panel
from pages.parts.inspect.inspected import InspectedPath, asked_so_far, keep_asked
from pages.parts.inspect.neighbours_panel import neighbours_panel
from pages.parts.inspect.report_panel import report_panel, words_panel
from pages.parts.inspect.second_opinions_panel import opinions_panel
from pages.parts.picture.downloads import animation_buttons
from pages.parts.session.case import Case
from pages.parts.ui.heatmap_picture import colours_choice

CHANGE, ATTRIBUTIONS, COUNTER, OPINIONS = "Change", "Attributions", "Can it paint anything?", "Second opinion"
TAB = "tab"
"""Key of the tabs, and what the open one is called in the address: the session's state holds there which it is."""
NUMBERS = "inspect-numbers"
"""Key of what the lights stand on: the session's state holds there whether it is open."""


_TABS = (CHANGE, ATTRIBUTIONS, COUNTER, OPINIONS)


def linked_tab() -> str:
    """Return the tab that the address named when the page was opened, the first without one."""
    named = str(st.session_state.setdefault("linked-tab", st.query_params.get(TAB, "")))
    return named if named in _TABS else CHANGE


def open_tab() -> str:
    """Return the tab that is open."""
    return str(st.session_state.get(TAB) or linked_tab())


def tabs(case: Case, one: InspectedPath) -> None:
    """Draw what the lights stand on, the tab that is open, and the files to download.

    The files come before what the tab waits for, and once more when it is there.

    Raises:
        QueueFull: Too many people are waiting.
    """
    numbers = st.expander("Both lights along ε, and every number behind them", key=NUMBERS, on_change="rerun")
    opened = st.tabs(list(_TABS), default=linked_tab(), key=TAB, on_change="rerun")
    st.header("Download", divider="gray")
    colours_choice()
    files, words = st.empty(), st.empty()
    if one.found is not None:
        report_panel(files, case, one, when="early")
    if numbers.open and one.found is not None:
        with numbers:
            indicators_panel(one.key, one.found, epsilon=one.epsilon, stated=one.said_to_show)
    for tab, draw in zip(opened, (_change, _attributions, _counter, _opinions), strict=True):
        if tab.open:
            with tab:
                draw(one)
    if one.found is not None:
        report_panel(files, case, one, when="late")
    with words.container():
        intent = Intent(one.stated, one.towards, one.epsilon, case.extent, stated_by=one.stated_by)
        animation_buttons(case, one.path, intent, key=one.key)
        words_panel(case, one)


def _change(one: InspectedPath) -> None:
    change_panel(one.key, one.path, epsilon=one.epsilon, caption=one.caption)


def _attributions(one: InspectedPath) -> None:
    attribution_panel(one.key, one.path, epsilon=one.epsilon, towards=one.towards)
    contrast_panel(one.key, one.path, epsilon=one.epsilon)


def _counter(one: InspectedPath) -> None:
    counter_panel(one)


def _opinions(one: InspectedPath) -> None:
    others = opinions_panel(one.key, one.path, epsilon=one.epsilon, towards=one.towards)
    keep_asked(one.key, replace(asked_so_far(one.key), others=others))
    neighbours_panel(one.key, one.path, epsilon=one.epsilon, towards=one.towards)
