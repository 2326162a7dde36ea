"""People's errors beside a guide's logits: figures by hand, and what is said of what they are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lwise_core.study.error_agreement import ErrorAgreement, error_agreement, error_bins
from lwise_core.study.estimates import CannotJudge
from lwise_core.study.human_errors import HumanErrors
from lwise_core.study.ranked_pictures import RankedPictures


def ranked(count: int) -> RankedPictures:
    """Return pictures 0, 1, … whose logits are their numbers."""
    return RankedPictures(tuple(f"{i}.png" for i in range(count)), np.arange(count, dtype=np.float64))


def people(shares: list[float], *, answers: int = 20) -> HumanErrors:
    """Return people who erred on so large a share of pictures 0, 1, …"""
    wrong = np.array([round(share * answers) for share in shares])
    return HumanErrors(tuple(f"{i}.png" for i in range(len(shares))), answers - wrong, wrong)


def found(ranking: RankedPictures, errors: HumanErrors) -> ErrorAgreement:
    result = error_agreement(ranking, errors)
    assert isinstance(result, ErrorAgreement), result
    return result


def test_errors_that_fall_as_the_logit_rises_have_rho_minus_one() -> None:
    result = found(ranked(120), people([0.95 - i / 130 for i in range(120)], answers=1000))
    (logit,) = result.measured
    assert logit.measure == "logit"
    assert logit.rho.value == pytest.approx(-1)
    # The chance of an error falls evenly from 0.95 to 0.03: by the definition of the AUC, over all pairs of answers.
    wrong = np.round(result.errors * 1000)
    right = 1000 - wrong
    pairs = np.outer(wrong, right)
    by_hand = (np.triu(pairs, 1).sum() + np.trace(pairs) / 2) / pairs.sum()
    assert logit.auc == pytest.approx(by_hand, abs=0.002)
    assert result.cautions == ()
    assert result.sentence.startswith("People err more where the guide's logit is lower: Spearman's ρ −1.000")


def test_the_log_probability_is_measured_where_the_ranking_has_it() -> None:
    ranking = replace(ranked(40), log_probabilities=-np.arange(40.0))
    result = found(ranking, people([0.9 - i / 50 for i in range(40)]))
    assert [m.measure for m in result.measured] == ["logit", "log-probability"]
    assert result.measured[0].rho.value == pytest.approx(-result.measured[1].rho.value)


def test_only_pictures_in_both_count_and_the_others_are_said() -> None:
    result = found(ranked(40), replace(people([i / 80 for i in range(60)]), notes=("A note.",)))
    assert len(result.pictures) == len(result.logits) == len(result.errors) == 40
    assert result.notes == ("A note.", "20 pictures with answers are not ranked, and are left out.")
    result = found(ranked(60), people([i / 80 for i in range(40)]))
    assert result.notes == ("20 ranked pictures have no answers, and are left out.",)
    assert result.answers.tolist() == [20] * 40


def test_an_interval_that_holds_0_is_cautioned_against() -> None:
    random = np.random.default_rng(4)
    result = found(ranked(150), people(random.uniform(0.1, 0.9, 150).tolist()))
    assert result.measured[0].rho.low < 0 < result.measured[0].rho.high
    assert [c.split(":")[0] for c in result.cautions] == ["The interval holds 0"]
    assert result.sentence.startswith("It is not shown that")


def test_a_guide_that_is_sure_where_people_err_is_said_to_be() -> None:
    assert "against what the guide is for" in found(ranked(120), people([i / 130 for i in range(120)])).sentence


def test_few_pictures_are_cautioned_against() -> None:
    result = found(ranked(99), people([0.95 - i / 110 for i in range(99)]))
    assert [c.split(":")[0] for c in result.cautions] == ["There are only 99 pictures"]


def test_pictures_that_nobody_gets_wrong_are_cautioned_against() -> None:
    result = found(ranked(120), people([0.5 - i / 200 if i < 59 else 0.0 for i in range(120)]))
    assert [c.split(" of")[0] for c in result.cautions] == ["Nobody erred on 51%"]
    assert not found(ranked(120), people([0.5 - i / 200 if i < 60 else 0.0 for i in range(120)])).cautions


def test_guessed_classes_are_cautioned_against() -> None:
    result = found(replace(ranked(120), guessed=7), people([0.95 - i / 130 for i in range(120)]))
    assert result.cautions[0].startswith("For 7 ranked pictures the class is the guide's own guess")


@pytest.mark.parametrize(
    ("ranking", "errors", "sentence"),
    [
        (ranked(9), people([0.5, 0.4] * 10), "9 pictures are ranked and have answers, and 10"),
        (ranked(40), people([0.0] * 31 + [0.05] * 9), "9 of 800 answers were wrong"),
        (ranked(40), people([0.5] * 40), "the same share of errors"),
        (replace(ranked(40), logits=np.ones(40)), people([0.5, 0.4] * 20), "the same logit"),
    ],
)
def test_where_there_is_no_figure_a_sentence_says_why(
    ranking: RankedPictures, errors: HumanErrors, sentence: str
) -> None:
    result = error_agreement(ranking, errors)
    assert isinstance(result, CannotJudge)
    assert sentence in result.sentence


def test_errors_by_range_are_those_of_all_answers_and_fall_where_they_fall() -> None:
    result = found(ranked(100), people([0.95 - i / 110 for i in range(100)], answers=1000))
    bins = error_bins(result)
    assert [b.pictures for b in bins] == [10] * 10
    assert [b.logit for b in bins] == pytest.approx([4.5 + 10 * i for i in range(10)])
    assert sum(b.error * b.pictures for b in bins) / 100 == pytest.approx(result.mean_error)
    assert sorted(bins, key=lambda b: -b.error) == list(bins)


def test_a_range_without_pictures_is_left_out() -> None:
    logits = np.array([*np.arange(20.0), 1000.0])
    result = found(replace(ranked(21), logits=logits), people([0.9 - i / 30 for i in range(21)]))
    assert [b.pictures for b in error_bins(result)] == [20, 1]


def test_the_same_seed_gives_the_same_interval() -> None:
    random = np.random.default_rng(8)
    errors = people(random.uniform(0.1, 0.9, 60).tolist())
    assert found(ranked(60), errors).measured == found(ranked(60), errors).measured
