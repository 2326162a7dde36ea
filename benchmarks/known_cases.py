"""What the indicators say of paths of which it is known whether they must be flagged, and how well that tells them.

Each indicator counts in the direction in which the light would flag it, so an area below 0.5 says the contrary of what
the light believes. Intervals are bootstraps by picture, and every ε stands apart, so that ε is not what tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.discrimination import Flags, auroc, logistic_scores
from benchmarks.people import Estimate
from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import examine
from lwise_core.inspection.indicators import MEASURES, LightState, Risk

EPSILONS_224 = (2.0, 4.0, 8.0)
OF_THE_CHANGE = ("H2", "H3", "H4", "H6", "H7", "H8", "H9", "HF", "HS")
"""Indicators that depend on the change, and not on the original alone as H1 does."""

_HIGH_IS_BAD = {**{m.key: m.high_is_bad for m in MEASURES}, "LOGIT": False, "GAIN": False}
_NAMES = {
    **{m.key: f"{m.key}, {m.name.lower()}" for m in MEASURES},
    "LOGIT": "the original's logit, which H1 ranks (no indicator)",
    "GAIN": "gain of the logit (no indicator)",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """What the indicators say of one path: the ``picture`` that it is of, its ``own`` class, and the truth.

    ``values``, step by step, by key; beside the indicators ``LOGIT``, the original's logit, and ``GAIN``, what the
    change adds to it. ``flagged``, step by step, whether the light about evidence and the one about artefacts are.
    """

    picture: int
    own: int
    positive: bool
    values: tuple[Mapping[str, float], ...]
    flagged: tuple[tuple[bool, bool], ...]


def areas_of(cases: Sequence[Case], key: str, *, step: int) -> Estimate | None:
    """Return how well one indicator tells the positives, in the direction that the light flags; None if unmeasured.

    Pictures of which a value is missing are left out, with all their paths.
    """
    missing = {c.picture for c in cases if key not in c.values[step]}
    kept = [c for c in cases if c.picture not in missing]
    if not kept:
        return None
    return auroc(_scores(kept, key, step), _positive(kept), np.array([c.picture for c in kept]))


def together_of(cases: Sequence[Case], keys: Sequence[str], *, step: int) -> Estimate:
    """Return how well ``keys`` together tell: fitted on every second class, judged on the others, both ways round."""
    columns = [_scores(cases, key, step) for key in keys]
    known = [c for c in columns if not np.isnan(c).all()]
    positive = _positive(cases)
    scores = logistic_scores(known, positive, np.array([c.own % 2 for c in cases]))
    return auroc(scores, positive, np.array([c.picture for c in cases]))


def _scores(cases: Sequence[Case], key: str, step: int) -> Values:
    values = np.array([c.values[step].get(key, np.nan) for c in cases])
    return values if _HIGH_IS_BAD[key] else -values


def _positive(cases: Sequence[Case]) -> Flags:
    return np.array([c.positive for c in cases])


def print_areas(guide: GuideModel, cases: Sequence[Case], keys: Sequence[str], *, together: Sequence[str] = ()) -> None:
    steps = [step_of(guide, e) for e in EPSILONS_224]
    print(f"| AUROC | {' | '.join(f'ε₂₂₄ {e:g}' for e in EPSILONS_224)} |")
    print("|---|" + "---|" * len(steps))
    for key in keys:
        found = [areas_of(cases, key, step=step) for step in steps]
        print(f"| {_NAMES[key]} | {' | '.join('not measured' if f is None else plain(f) for f in found)} |")
    if together:
        fitted = [plain(together_of(cases, together, step=step)) for step in steps]
        print(f"| together ({', '.join(together)}) | {' | '.join(fitted)} |")
    print()


def print_flags(guide: GuideModel, cases: Sequence[Case], names: tuple[str, str]) -> None:
    print(f"| flagged | {' | '.join(f'ε₂₂₄ {e:g}' for e in EPSILONS_224)} |")
    print("|---|" + "---|" * len(EPSILONS_224))
    for light, what in enumerate(("light about evidence", "light about artefacts")):
        for name, positive in zip(names, (True, False), strict=True):
            rows = [c for c in cases if c.positive is positive]
            counts = [sum(c.flagged[step_of(guide, e)][light] for c in rows) for e in EPSILONS_224]
            print(f"| {what}: {name} | {' | '.join(f'{n} of {len(rows)}' for n in counts)} |")
    print()


def plain(estimate: Estimate) -> str:
    """Return an ``estimate`` as tables have it: its value and its interval."""
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def case_of(path: EnhancementPath, *, picture: int, positive: bool, other: GuideModel | None = None) -> Case:
    """Measure every indicator at every step of ``path``."""
    *_, findings = examine(path, other=other)
    return judged(path, findings.risks, picture=picture, positive=positive)


def judged(path: EnhancementPath, found: Iterable[Risk], *, picture: int, positive: bool) -> Case:
    """Return the case of ``path`` from what is ``found`` at each of its steps."""
    risks, target = tuple(found), int(path.request.targets[0])
    logits = [float(frame.logits[0, target]) for frame in path.frames]
    values = [
        {**{k: v for k, v in risk.values.items() if v is not None}, "LOGIT": logits[0], "GAIN": logit - logits[0]}
        for risk, logit in zip(risks, logits, strict=True)
    ]
    flagged = [(r.semantic.state is LightState.FLAGGED, r.artefact.state is LightState.FLAGGED) for r in risks]
    return Case(picture=picture, own=target, positive=positive, values=tuple(values), flagged=tuple(flagged))


def step_of(guide: GuideModel, epsilon_224: float) -> int:
    """Return the step of ``guide``'s paths at which ε is ``epsilon_224`` as seen at 224 px."""
    return round(guide.epsilon_scale.from_224(epsilon_224) / guide.epsilon_scale.step)
