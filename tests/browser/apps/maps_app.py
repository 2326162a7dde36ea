"""The page maps_page.py, with the routes by which the real app gives its modules to browsers."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.ui.browser_modules import module_routes

app = st.App(Path(__file__).with_name("maps_page.py"), routes=module_routes())
