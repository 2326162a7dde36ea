"""The README of an experiment for other servers."""

from __future__ import annotations

from lwise_core.teaching.courses.static_readme import readme
from lwise_core.teaching.design.study_terms import StudyTerms


def said(terms: StudyTerms) -> str:
    return readme("Owls", "Not for diagnosis.", [f"{i:03d}" for i in range(1, 8)], terms).decode()


def test_it_says_of_a_study_only_what_its_author_wrote() -> None:
    nothing = said(StudyTerms())
    assert "The study\n" not in nothing
    assert "There are 7 sequences of trials (001, 002, 003, 004, 005, …)" in nothing
    for terms, words in (
        (StudyTerms(consent="I agree."), "nobody goes on who\ndoes not agree"),
        (StudyTerms(completion_code="C1"), "the completion code and a button"),
        (StudyTerms(target=12), "The study is meant for 12 people."),
    ):
        text = said(terms)
        assert "The study\n---------\n" in text
        assert words in text
        assert sum(w in text for w in ("does not agree", "completion code", "is meant for")) == 1


def test_nothing_of_a_template_is_left() -> None:
    text = said(StudyTerms("a", "b", "c", "https://d.example", 5))
    assert "{" not in text
    assert text.startswith("Owls\n====\n")
