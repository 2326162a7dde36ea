"""An unexpected error is said in the language of the page that it happened on."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def _broken_page() -> None:
    import streamlit as st

    from lwise_core.teaching.languages.catalogue import catalogue_for
    from pages.parts.session.page_language import report_to_reader, said_in

    if "speaks" in st.query_params:
        said_in(catalogue_for(st.query_params["speaks"]))
    assert report_to_reader(KeyError("a secret")) is True


@pytest.mark.parametrize(
    ("speaks", "said"), [("de", "Etwas ist schiefgegangen"), ("en", "Something went wrong"), (None, "Something went")]
)
def test_an_unexpected_error_is_said_in_the_language_of_the_page(speaks: str | None, said: str) -> None:
    at = AppTest.from_function(_broken_page)
    if speaks:
        at.query_params["speaks"] = speaks
    (shown,) = [error.value for error in at.run().error]
    assert shown.startswith(said)
    assert "secret" not in shown
