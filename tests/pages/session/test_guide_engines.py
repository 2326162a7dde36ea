"""What a process has once: no message that empties caches makes a second one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from pages.parts.session.guide_engines import slot


def test_there_is_one_slot_whoever_asks_and_whatever_is_cleared() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: slot(), range(64)))
    st.cache_resource.clear()
    assert found == {slot()}
