"""The first experiment of the paper, on anybody's pictures and people: do people err where the guide is unsure?

Spearman's ρ of people's errors and the guide's number is over pictures; the AUC, which is the paper's own figure, over
answers (L-WISE, Figure 1A and S14). What such figures are worth is said beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwise_core._utils.arrays import Counts, Values
from lwise_core._utils.counting import counted
from lwise_core.study.agreement import FEWEST_PICTURES
from lwise_core.study.error_statistics import FOLDS, picture_auc, spearman
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.human_errors import HumanErrors
from lwise_core.study.ranked_pictures import RankedPictures, same_pictures

ENOUGH_PICTURES = 100
"""Among fewer, ρ of pictures without any relation strays by more than a tenth: its standard error is 1/√(n − 1)."""

_MOST_WITHOUT_ERROR = 0.5
_BINS = 10


@dataclass(frozen=True, kw_only=True)
class MeasuredAgreement:
    """How well one ``measure`` of the guide goes with people's errors.

    ``rho`` is Spearman's ρ of the measure and the share of people who erred, negative where the guide is as unsure as
    people are. ``auc`` is how well the measure tells right answers from wrong ones, 0.5 by chance.
    """

    measure: str
    rho: Estimate
    auc: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ErrorAgreement:
    """What people and a guide say of the same pictures, and how well it goes together.

    ``pictures`` ``(N,)`` are named as the ranking names them; ``logits`` and ``errors`` (the share of people who erred,
    in [0, 1]) ``(N,)`` belong to them, and ``answers`` ``(N,)`` were given to each. ``measured`` begins with the logit.
    ``cautions`` are sentences on what the figures are worth, ``notes`` on what was left out.
    """

    pictures: tuple[str, ...]
    logits: Values
    errors: Values
    answers: Counts
    measured: tuple[MeasuredAgreement, ...]
    cautions: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def mean_error(self) -> float:
        """The share of people who erred, mean over pictures."""
        return float(self.errors.mean())

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        first = self.measured[0]
        if first.rho.low <= 0 <= first.rho.high:
            said = "It is not shown that people err more where the guide's logit is lower"
        elif first.rho.value < 0:
            said = "People err more where the guide's logit is lower"
        else:
            said = "People err more where the guide's logit is higher, against what the guide is for"
        return f"{said}: Spearman's ρ {written(first.rho)}, the paper's AUC {first.auc:.3f} (0.5 is chance)."


def error_agreement(ranked: RankedPictures, people: HumanErrors, *, seed: int = 0) -> ErrorAgreement | CannotJudge:
    """Return how well a guide's logits and log-probabilities go with people's errors on the same pictures.

    Args:
        ranked: What the guide says.
        people: What they answered.
        seed: Of the bootstrap: the same seed gives the same interval.

    Raises:
        ResponsesError: No picture is in both, or a name stands for two.
    """
    pairs = same_pictures(ranked.pictures, people.pictures)
    here, there = (np.array(places) for places in zip(*pairs, strict=True))
    logits, errors = ranked.logits[here], people.share[there]
    right, wrong = people.right[there], people.wrong[there]
    refused = _refused(logits, right, wrong)
    if refused:
        return CannotJudge(f"The guide cannot be compared with people: {refused}")
    measures = {"logit": logits}
    if ranked.log_probabilities is not None and np.ptp(ranked.log_probabilities[here]) > 0:
        measures["log-probability"] = ranked.log_probabilities[here]
    measured = tuple(
        MeasuredAgreement(
            measure=name, rho=spearman(values, errors, seed=seed), auc=picture_auc(values, right=right, wrong=wrong)
        )
        for name, values in measures.items()
    )
    return ErrorAgreement(
        pictures=tuple(ranked.pictures[i] for i in here),
        logits=logits,
        errors=errors,
        answers=right + wrong,
        measured=measured,
        cautions=tuple(_cautions(measured[0].rho, errors, ranked)),
        notes=(*people.notes, *_left_out(len(pairs), ranked, people)),
    )


@dataclass(frozen=True)
class ErrorBin:
    """Pictures whose logits lie in one range: their mean ``logit``, and the share of their answers in ``error``."""

    logit: float
    error: float
    pictures: int


def error_bins(found: ErrorAgreement) -> tuple[ErrorBin, ...]:
    """Return people's errors in ten equally wide ranges of the logit, without empty ones (L-WISE, Figure 1A)."""
    wrong = found.errors * found.answers
    table = pd.DataFrame({"logit": found.logits, "wrong": wrong, "answers": found.answers})
    by_range = table.groupby(pd.cut(table["logit"], _BINS), observed=True)
    return tuple(
        ErrorBin(float(rows["logit"].mean()), float(rows["wrong"].sum() / rows["answers"].sum()), len(rows))
        for _, rows in by_range
    )


def written(estimate: Estimate) -> str:
    """Return a correlation with its interval, signs as people write them."""
    return f"{estimate.value:.3f} (95% {estimate.low:.3f} to {estimate.high:.3f})".replace("-", "−")


def _refused(logits: Values, right: Counts, wrong: Counts) -> str:
    """Return why there is no figure, empty where there is one."""
    if len(logits) < FEWEST_PICTURES:
        ranked = f"{counted(len(logits), 'picture')} {'is' if len(logits) == 1 else 'are'} ranked and"
        return f"{ranked} {'has' if len(logits) == 1 else 'have'} answers, and {FEWEST_PICTURES} are needed."
    if min(right.sum(), wrong.sum()) < FOLDS:
        return (
            f"{wrong.sum():,} of {(right + wrong).sum():,} answers were wrong, and at least {FOLDS} right and {FOLDS} "
            "wrong ones are needed."
        )
    if np.ptp(logits) == 0 or np.ptp(wrong / (right + wrong)) == 0:
        return "all pictures have the same logit, or the same share of errors."
    return ""


def _cautions(rho: Estimate, errors: Values, ranked: RankedPictures) -> list[str]:
    said = []
    if rho.low <= 0 <= rho.high:
        said.append("The interval holds 0: by these pictures, the guide may say nothing of people's errors.")
    if len(errors) < ENOUGH_PICTURES:
        said.append(
            f"There are only {len(errors)} pictures: with fewer than {ENOUGH_PICTURES}, other pictures may well give "
            "another figure."
        )
    without = float((errors == 0).mean())
    if without > _MOST_WITHOUT_ERROR:
        said.append(
            f"Nobody erred on {without:.0%} of the pictures: these are equal to people, so ρ cannot reach −1; pictures "
            "that are shown more briefly or smaller would tell more."
        )
    if ranked.guessed:
        said.append(
            f"For {ranked.guessed:,} ranked pictures the class is the guide's own guess, so their logits are not those "
            "of what they show."
        )
    return said


def _left_out(both: int, ranked: RankedPictures, people: HumanErrors) -> list[str]:
    alone = {
        "pictures with answers are not ranked": len(people.pictures) - both,
        "ranked pictures have no answers": len(ranked.pictures) - both,
    }
    return [f"{count:,} {which}, and are left out." for which, count in alone.items() if count]
