"""See failing_app.py."""

from __future__ import annotations

import streamlit as st


def fail() -> None:
    raise RuntimeError("private detail")


@st.fragment
def fragment() -> None:
    if st.button("Break in a fragment"):
        fail()


st.text("The page")
fragment()
st.button("Break in a callback", on_click=fail)
if st.button("Stop"):
    st.stop()
if st.button("Break in the page"):
    fail()
st.text("The end of the page")
