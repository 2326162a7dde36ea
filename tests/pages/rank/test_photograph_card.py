from __future__ import annotations

import pytest

from lwise_core.batch.label_issues import LabelIssue
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.reliability import Reliability, ReliabilityBin
from pages.parts.rank.photograph_card import doubt_of

UNLIKE, LIKE = Novelty(0.01, 1000), Novelty(0.5, 1000)
ISSUE = LabelIssue("fish", 0.97, None)


@pytest.mark.parametrize("novelty", [UNLIKE, LIKE, NOT_JUDGED])
@pytest.mark.parametrize("issue", [ISSUE, None])
def test_a_photograph_has_one_flag_at_most_and_what_is_unlike_all_that_was_learnt_accuses_no_label(
    novelty: Novelty, issue: LabelIssue | None
) -> None:
    said = doubt_of(novelty, issue)
    assert bool(said) == (novelty.flagged or issue is not None)
    assert said.count(":material/") == bool(said)
    assert ("Wrong label?" in said) == (issue is not None and not novelty.flagged)
    assert ("fish" in said) == (issue is not None)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (
            (Reliability("held-out pictures", (ReliabilityBin(58, 0.97, 0.9),)),),
            ", and was wrong on 6 of 58 known pictures that it was as sure of.",
        ),
        ((Reliability("held-out pictures", (ReliabilityBin(58, 0.3, 0.4),)),), "(97%)."),
        ((), "(97%)."),
    ],
)
def test_a_doubt_says_how_often_the_guide_was_wrong_though_it_was_as_sure(
    known: tuple[Reliability, ...], words: str
) -> None:
    assert doubt_of(LIKE, ISSUE, known=known).replace("\\", "").endswith(words)
