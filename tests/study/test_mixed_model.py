"""The mixed model finds what was planted, with intervals that hold it as often as they say, or says why it cannot."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from lwise_core.study.estimates import CannotJudge
from lwise_core.study.mixed_model import MixedModel, mixed_model
from lwise_core.study.responses import Responses


def study(effects: dict[str, float], *, seed: int, people: int = 10, pictures: int = 20) -> Responses:
    """Return made-up answers: people SD 0.6, pictures SD 0.7, group effects as given (all log-odds)."""
    random = np.random.default_rng(seed)
    easy = random.normal(0, 0.7, pictures)
    rows = []
    for condition, (group, effect) in enumerate(effects.items()):
        for person in range(people):
            right = random.random(pictures) < expit(effect + random.normal(0, 0.6) + easy)
            rows += [
                {
                    "participant": f"{group} {person}",
                    "group": group,
                    "condition_idx": condition,
                    "block": "test_1",
                    "trial_number": i,
                    "class": "a",
                    "picture": f"picture {i}",
                    "perf": int(right[i]),
                    "feedback": False,
                }
                for i in range(pictures)
            ]
    return Responses(pd.DataFrame(rows))


def fitted(responses: Responses) -> MixedModel:
    found = mixed_model(responses)
    assert isinstance(found, MixedModel), found
    return found


def test_it_finds_what_was_planted() -> None:
    found = fitted(study({"control": 0.2, "L-WISE": 1.4, "same": 0.2}, seed=2, people=30))
    planted, same = found.effects
    assert (planted.group, same.group) == ("L-WISE", "same")
    assert planted.log_odds.low > 0
    assert planted.log_odds.low < 1.2 < planted.log_odds.high
    assert same.log_odds.low < 0 < same.log_odds.high
    assert found.people_sd == pytest.approx(0.6, abs=0.2)
    assert found.pictures_sd == pytest.approx(0.7, abs=0.25)
    assert found.trials == 3 * 30 * 20


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 25 studies, where those of the variational posterior itself hold it in far fewer."""
    held = []
    for seed in range(25):
        effect = fitted(study({"control": 0.0, "L-WISE": 0.5}, seed=seed)).effects[0].log_odds
        held.append(effect.low <= 0.5 <= effect.high)
    assert sum(held) >= 22


def test_the_same_answers_give_the_same_model() -> None:
    responses = study({"control": 0.0, "L-WISE": 0.5}, seed=1)
    assert mixed_model(responses) == mixed_model(responses)


def test_more_answers_make_it_surer() -> None:
    def width(people: int) -> float:
        effect = fitted(study({"control": 0.0, "L-WISE": 0.5}, seed=4, people=people)).effects[0].log_odds
        return effect.high - effect.low

    assert width(32) < 0.7 * width(8)


def test_a_fit_that_does_not_converge_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: object, **__: object) -> None:
        warnings.warn("VB fitting did not converge", ConvergenceWarning, stacklevel=2)

    monkeypatch.setattr(BinomialBayesMixedGLM, "fit_vb", gives_up)
    found = mixed_model(study({"control": 0.0, "L-WISE": 0.5}, seed=1))
    assert isinstance(found, CannotJudge)
    assert "did not converge" in found.sentence


def test_what_cannot_be_fitted_is_said() -> None:
    both = study({"control": 0.0, "L-WISE": 0.5}, seed=1)
    table = both.trials
    of = table["group"]
    cases = [
        (both.without(both.participants[:9]), "fewer than 3 people"),
        (both.without({p for p in both.participants if p.startswith("L-WISE")}), "no group but control"),
        (replace(both, trials=table.assign(perf=table["perf"].where(of == "control", 1))), "are alike"),
        (replace(both, trials=table.assign(picture="")), "fewer than 3 pictures"),
        (replace(both, trials=table.assign(feedback=True)), "no group but control"),
    ]
    for responses, sentence in cases:
        found = mixed_model(responses)
        assert isinstance(found, CannotJudge), sentence
        assert sentence in found.sentence
