"""The frame around every page: navigation, style, and what this is not for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from lwise_core._utils.assets import asset
from lwise_core.guides.guide import best_device
from lwise_core.teaching.languages.catalogue import ENGLISH, Message
from pages.forgetting import forget_button
from pages.parts.session.access import all_pages_open, teachers_door
from pages.parts.session.ended_session import say_what_ended
from pages.parts.session.let_in import say_what_was_opened
from pages.parts.session.page_language import said_in
from pages.parts.session.reader import catalogue_of_reader
from pages.parts.session.typed_addresses import say_what_is_not_here
from pages.parts.ui.arrival import begin_at_the_top
from pages.parts.ui.notices import intended_use

_PAGES = Path(__file__).parent
_DEVICES = {"cuda": Message("the graphics processor (CUDA)"), "cpu": Message("the processor (CPU)")}

LEARN = "learn.py"
_LEARNS = "learn"

PAGES = (
    ("studio.py", "Studio", ":material/tune:"),
    ("inspection.py", "Inspect", ":material/frame_inspect:"),
    ("rank.py", "Rank", ":material/photo_library:"),
    ("curriculum.py", "Curriculum", ":material/school:"),
    (LEARN, "Learn", ":material/edit_note:"),
    ("results.py", "Results", ":material/monitoring:"),
    ("models.py", "Models", ":material/network_node:"),
)

st.set_page_config(page_title="L-WISE Studio", page_icon=asset("icon.svg"), layout="wide")
st.html(asset("style.css"))

st.logo(asset("icon.svg"))


def learners_only() -> None:
    """Draw, in the place of a page that is closed, the ways on: to the courses, and for whoever gives them."""
    words = catalogue_of_reader()
    st.title("L-WISE Studio")
    st.markdown(words.translate("On this server people sit courses."))
    st.page_link(LEARN, label=words.translate("To the courses"), icon=":material/edit_note:")
    with st.expander(words.translate("For whoever gives the courses")):
        teachers_door()


everything = all_pages_open()
titles = {LEARN: catalogue_of_reader().translate("Learn")}  # the page of learners is called so in their language
page = st.navigation(
    [
        st.Page(
            _PAGES / file,
            title=titles.get(file, title),
            icon=icon,
            visibility="visible" if everything or file == LEARN else "hidden",
        )
        for file, title, icon in PAGES
        if (_PAGES / file).exists()
    ],
    position="top",
)
learners = page.url_path == _LEARNS or not everything
frame_words = said_in(catalogue_of_reader() if learners else ENGLISH)
say_what_ended(frame_words)
# Before the page, so that the line stands there whatever the page does.
with st.bottom:
    begin_at_the_top(page.title)
with st.bottom, st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    with st.container(width="content"):
        intended_use(device=_DEVICES[best_device().type], words=frame_words)
    if everything:
        forget_button(frame_words)
with st.container():  # always there: what comes after a notice that goes would lose its place in the page
    say_what_was_opened(page.title)
    if everything:
        say_what_is_not_here({title: file for file, title, _ in PAGES})
if everything or page.url_path == _LEARNS:
    page.run()
else:
    learners_only()
