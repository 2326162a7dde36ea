"""“Forget my images”: what a page holds of a visitor's pictures is gone when it is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from tests.support.images import scene

SESSION = "test session id"


@pytest.fixture(autouse=True)
def closed_before_and_afterwards() -> Iterator[None]:
    clear_session_resource_cache(SESSION)  # every test without a browser is of this one session
    yield
    clear_session_resource_cache(SESSION)


def page() -> None:
    """A page with a photograph on its desk, something held by another part, and a job."""
    import streamlit as st

    from lwise_core.images.codec import Photograph
    from lwise_core.teaching.languages.catalogue import ENGLISH
    from pages.forgetting import forget_button
    from pages.parts.session.case import Case, desk, put
    from pages.parts.session.jobs import job_for, once
    from pages.parts.session.memory import hold, memory_budget, when_closed
    from tests.support.images import scene

    if "begun" not in st.session_state:
        memory_budget().free_session("test session id")  # what pages of other tests hold, which are all of this session
        st.session_state["begun"] = let_go = []
        photograph = Photograph("a.png", scene(), "0" * 64)
        put(Case.new(photograph, guide="g"))
        hold("other", 1000)
        when_closed("other", lambda: let_go.append("other"))
        once("answer", 1, lambda: photograph)
        job_for("job", 1, lambda: iter(range(3)), total=3)
    st.text(f"{len(desk().cases)} photographs")
    st.text(f"{memory_budget().held('test session id')} bytes")
    forget_button(ENGLISH)


def said(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def test_what_a_page_holds_is_gone_at_once() -> None:
    at = AppTest.from_function(page).run()
    assert not at.exception
    assert said(at) == ["1 photographs", f"{scene().nbytes + 1000} bytes"]
    at.button(key="forget-images").click().run()
    assert not at.exception
    assert said(at) == ["0 photographs", "0 bytes"]
    assert at.session_state["begun"] == ["other"]
    assert [toast.value for toast in at.toast] == ["Your images are forgotten."]


@pytest.mark.parametrize("name", ["studio.py", "models.py", "learn.py"])
def test_the_button_stands_below_every_page(name: str) -> None:
    at = AppTest.from_file(str(Path(__file__).parents[2] / "pages" / "main.py"), default_timeout=120)
    at.switch_page(name)
    at.run()
    assert [b.label for b in at.button if b.key == "forget-images"] == ["Forget them now"]
