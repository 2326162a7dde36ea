"""A page that breaks in every place where a page can break, served as the real app is."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.ui.notices import report

app = st.App(Path(__file__).with_name("failing_page.py"), on_script_error=report)
