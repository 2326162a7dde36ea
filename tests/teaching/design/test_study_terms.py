"""What participants read, agree to and are given at the end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.study_terms import (
    LONGEST_COMPLETION_CODE,
    LONGEST_COMPLETION_LINK,
    LONGEST_TEXT,
    StudyTerms,
    StudyTermsError,
    paragraphs,
)

PROLIFIC = "https://app.prolific.com/submissions/complete?cc=C1ABCD2E"


def test_the_host_of_a_completion_link_is_what_a_browser_would_open() -> None:
    assert StudyTerms(completion_link=PROLIFIC).completion_host == "app.prolific.com"
    assert StudyTerms(completion_link="https://Example.org:8443/done").completion_host == "example.org"
    assert StudyTerms().completion_host == ""


@pytest.mark.parametrize(
    "link",
    [
        "http://app.prolific.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//app.prolific.com/",
        "https://",
        "https:///done",
        "https://app.prolific.com@evil.example/",
        "https://user:word@example.org/",
        "https://example.org\\@evil.example/",
        "https://example.org/ done",
        "https://exаmple.org/",  # a Cyrillic а
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/\njavascript:alert(1)",
    ],
)
def test_what_is_no_plain_https_address_is_refused(link: str) -> None:
    with pytest.raises(StudyTermsError, match="completion link"):
        StudyTerms(completion_link=link)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("consent", LONGEST_TEXT),
        ("instructions", LONGEST_TEXT),
        ("completion_code", LONGEST_COMPLETION_CODE),
    ],
)
def test_texts_have_a_length_and_no_control_characters(field: str, most: int) -> None:
    def with_text(text: str) -> StudyTerms:
        named: dict[str, Any] = {field: text}
        return StudyTerms(**named)

    assert getattr(with_text("ä" * most), field) == "ä" * most
    with pytest.raises(StudyTermsError, match="shorten it"):
        with_text("ä" * (most + 1))
    for character in ("\0", "\x1b", "\u202e"):
        with pytest.raises(StudyTermsError, match="control characters"):
            with_text(f"a{character}b")


def test_a_link_has_a_length() -> None:
    with pytest.raises(StudyTermsError, match="shorten it"):
        StudyTerms(completion_link="https://example.org/" + "x" * LONGEST_COMPLETION_LINK)


def test_a_course_that_is_made_of_another_keeps_what_was_agreed_to_and_nothing_of_its_end() -> None:
    terms = StudyTerms("I agree to it.", "Sit still.", "C1ABCD2E", PROLIFIC)
    assert terms.for_another_course() == StudyTerms(consent="I agree to it.")


def test_paragraphs_stand_between_blank_lines() -> None:
    assert paragraphs("One\ntwo \n\n \n  three\r\nfour\n") == (("One", "two"), ("three", "four"))
    assert paragraphs(" \n\n") == ()


@given(st.text(alphabet="ab \n", max_size=40))
def test_no_word_is_lost_between_paragraphs(text: str) -> None:
    assert " ".join(line for part in paragraphs(text) for line in part).split() == text.split()
