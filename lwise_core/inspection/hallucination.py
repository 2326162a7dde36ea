"""How far to trust what was painted: indicators with their nulls, and two lights that are never averaged.

The semantic light asks whether the evidence for the class was in the original; the artefact light whether the change
holds artefacts. A light is in one of three states, flagged, no flag, or cannot judge, and none of them means safe: a
robust network can paint any class, so realism clears nothing (Gaziv, Lee & DiCarlo 2023). Of the evidence, prior
support reads the original alone, and the gain without evidence also how the picture was changed; they share one rate of
false alarms, and the second counts for guides whose nulls and limit were measured (``benchmarks/evidence.py``).

An indicator has a limit where one was found on held-out pictures enhanced towards what they show, such that a light
raises a false alarm for 5% of them anywhere on the slider. The limits of the light about artefacts are the guide's own,
which it came with or which a person's pictures gave it (:mod:`~lwise_core.inspection.limit_fit`), else those that ship
for its input size (:mod:`~lwise_core.inspection.shipped_limits`). Without a limit an indicator is shown, with its null,
and not counted.

Of a guide that is unfit nothing counts but an artefact: more grain than fit guides make is more grain whoever made it,
while no flag would say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
import torch

from lwise_core._utils.class_names import SOMETHING_ELSE, canonical
from lwise_core._utils.counting import counted
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE
from lwise_core.inspection.detail import lost_detail, smeared_share
from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.evidence_ledger import SUPPORTED, EvidenceLedger, why_unknown
from lwise_core.inspection.first_choice import FirstChoice
from lwise_core.inspection.folding import repeated_share
from lwise_core.inspection.indicators import MEASURES, Indicator, Light, LightKind, LightState, Limit, Risk
from lwise_core.inspection.look_alikes import alike_here
from lwise_core.inspection.perturbation import (
    Perturbation,
    fine_share_of,
    saturated_share,
    unconfirmed_share,
)
from lwise_core.inspection.shipped_limits import limits_at
from lwise_core.inspection.why import why_at

FALSE_ALARMS = 0.05
"""The share of pictures that show the class and are flagged nevertheless, anywhere on the slider."""
_BATCH = 8
_UNFIT = "this guide is unfit, so that no artefact was found says nothing."

_BY_KEY = {m.key: m for m in MEASURES}


@dataclass(frozen=True)
class Transfer:
    """What the guide called ``to`` sees of another guide's path.

    ``shares`` holds, per step, the gain that it sees as a share of the other's own, each in units of the standard
    deviation of its guide's reference logits of the class. 0 where the other itself gained nothing.
    """

    to: str
    shares: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Judge:
    """What is known about one picture's path: enough to set both lights at any of its steps.

    Without ``evidence`` the lights stand on what counts alone; with it they hold the further indicators too, which are
    shown and not counted. ``transfer`` is None where no other guide knows the class, ``ledger`` where nobody measured
    what places say to the guide. ``stated`` is what the picture is said to show, “something else” where that is none of
    the guide's classes; None where nobody said. ``guessed`` says that it is the guide's own guess, not a person's word.
    ``closer`` is the same change with more pixels than the guide sees, where somebody else made it: what it smoothes
    away may be too fine for the guide.
    """

    path: EnhancementPath
    evidence: Evidence | None = None
    transfer: Transfer | None = None
    ledger: EvidenceLedger | None = None
    stated: str | None = None
    guessed: bool = False
    closer: Perturbation | None = None

    def at(self, step: int) -> Risk:
        """Return both lights after ``step`` steps."""
        alike = alike_here(self.path, stated=self.stated) if step else ""
        indicators = self._indicators(LightKind.SEMANTIC, step)
        undecided = self._undecided() if step else ""
        evidence = Light(LightKind.SEMANTIC, indicators, self._contradiction(step), alike, undecided)
        paint = Light(LightKind.ARTEFACT, self._indicators(LightKind.ARTEFACT, step))
        why, choice = why_at(self.path, self.ledger, step=step), FirstChoice.at(self.path, step=step)
        return Risk(step, step * self.path.step, evidence, paint, why, choice, self._gain(step), self._beyond(step))

    def along(self) -> Iterator[Risk]:
        """Yield the lights at every step, the original first."""
        for step in range(len(self.path.frames)):
            yield self.at(step)

    def values(self, step: int) -> dict[str, float]:
        """Return every indicator that can be measured after ``step`` steps, by its key."""
        return {key: value for key, value in self.at(step).values.items() if value is not None}

    def artefact_values(self, step: int) -> dict[str, float]:
        """Return the indicators of artefacts that can be measured after ``step`` steps, by their keys."""
        measured = {key: found[0] for key, found in self._artefact(step).items()}
        return {key: value for key, value in measured.items() if value is not None and isfinite(value)}

    def _indicators(self, kind: LightKind, step: int) -> tuple[Indicator, ...]:
        measured = self._semantic(step) if kind is LightKind.SEMANTIC else self._artefact(step)
        return tuple(self._indicator(key, *found) for key, found in measured.items())

    def _indicator(self, key: str, value: float | None, null: str, because: str = "") -> Indicator:
        known = value if value is not None and isfinite(value) else None
        if known is None and not because:
            because = "there is no change to judge." if not self._any_change else "it could not be measured."
        found = Indicator(_BY_KEY[key], known, null, self._limit(key), because if known is None else "")
        if known is None or found.measure.kind is LightKind.SEMANTIC:
            return found
        if self._unfit and found.state is not LightState.FLAGGED:
            return replace(found, limit=None, because=_UNFIT)
        return found if found.limit is not None else replace(found, because=self._why_no_limit)

    @property
    def _unfit(self) -> bool:
        return self.path.guide.provenance.fitness.state is Fit.UNFIT

    @property
    def _why_no_limit(self) -> str:
        if self.path.guide.artefact_limits is not None:
            return "the pictures that gave this guide its limits gave none for it."
        size = self.path.guide.input_size
        return f"no limits are known for guides that see {size} px; calibrating this one can find them."

    def _limit(self, key: str) -> Limit | None:
        if _BY_KEY[key].kind is LightKind.ARTEFACT:
            return self._artefact_limit(key)
        if self._unfit:
            return None
        where = None if self.ledger is None or self.path.guide.nulls is None else self.path.guide.nulls.limit
        match key:
            case "H1":
                return _h1_limit() if where is None else _h1_limit_beside_the_ledger()
            case "HE":
                return None if where is None else Limit(where.value, where.basis)
        return None

    def _artefact_limit(self, key: str) -> Limit | None:
        """Return the guide's own limit, unless it is unfit; else what ships for its size."""
        own = self.path.guide.artefact_limits
        if own is not None and not self._unfit:
            return Limit(own.values[key], own.basis) if key in own.values else None
        return limits_at(self.path.guide.input_size).get(key)

    def _gain(self, step: int) -> float:
        """Return what the logit of the class gained, in what the slider shows after ``step`` steps."""
        target = int(self.path.request.targets[0])
        shown = self.path.frames[self.path.best_steps()[step]]
        return float(shown.logits[0, target] - self.path.frames[0].logits[0, target])

    def _beyond(self, step: int) -> float | None:
        caution = self.path.guide.caution_epsilon
        return None if caution is None or step * self.path.step <= caution else caution

    def _undecided(self) -> str:
        """Return that the original speaks for the class no more than pictures without it do; empty where it does."""
        if self.ledger is None or self._unfit or self.ledger.picture_p <= SUPPORTED:
            return ""
        towards = self.path.guide.classes[int(self.path.request.targets[0])]
        if self.ledger.picture_p >= 1:
            return f"the guide saw no sign of {towards} in the original that pictures without it lack"
        return (
            f"the guide saw only faint signs of {towards} in the original, which up to {self.ledger.picture_p:.0%} of "
            f"the pictures of another class have too (at most {SUPPORTED:.0%} would tell)"
        )

    def _contradiction(self, step: int) -> str:
        towards = self.path.guide.classes[int(self.path.request.targets[0])]
        if step == 0 or self.stated is None or canonical(self.stated) == canonical(towards):
            return ""
        if self.guessed:
            return f"it goes towards {towards}, but the guide takes the original for {self.stated}"
        unknown = canonical(self.stated) == canonical(SOMETHING_ELSE)
        shown = "something for which this guide has no class" if unknown else self.stated
        return f"it goes towards {towards}, but the picture is said to show {shown}"

    @property
    def _any_change(self) -> bool:
        return len(self.path.frames) > 1

    def _semantic(self, step: int) -> dict[str, tuple[float | None, str] | tuple[float | None, str, str]]:
        counts = {"H1": self._prior_support(), "HE": self._without_evidence(step)}
        return counts if self.evidence is None else counts | self._further(self.evidence, step)

    def _further(
        self, evidence: Evidence, step: int
    ) -> dict[str, tuple[float | None, str] | tuple[float | None, str, str]]:
        moved = step > 0
        ratio = _ratio(evidence, step) if moved else None
        return {
            "H2": (_created(self.path, step) if moved else None, "0 at ε = 0"),
            "H3": (ratio, f"1 on average over {len(evidence.mass_of_others)} other classes"),
            "H4": (float(evidence.specificity[step]) if moved else None, "0 when any class gets the same change"),
            "H5": self._transferred(step),
            "H6": (float(evidence.stability[step]) if moved else None, "0 for unrelated changes"),
        }

    def _prior_support(self) -> tuple[float | None, str] | tuple[float | None, str, str]:
        guide, target = self.path.guide, int(self.path.request.targets[0])
        name = guide.classes[target]
        count = guide.references.count(name)
        null = "evenly spread over 0–1 for pictures that show the class"
        if count < ENOUGH_FOR_EVIDENCE:
            there = f"there {'is' if count == 1 else 'are'} {counted(count, 'reference')} of {name}"
            missing = ENOUGH_FOR_EVIDENCE - count
            needed = f"{missing} more {'is' if missing == 1 else 'are'} needed ({ENOUGH_FOR_EVIDENCE} in all)"
            return None, null, f"{there}, and {needed}."
        logit = float(self.path.frames[0].logits[0, target])
        return guide.references.conformal_p(logit, class_name=name), null

    def _without_evidence(self, step: int) -> tuple[float | None, str] | tuple[float | None, str, str]:
        null = "0 when all of it lies where the guide saw signs of the class before"
        if self.ledger is None:
            return None, null, why_unknown(self.path.guide, target=int(self.path.request.targets[0]))
        share = self.ledger.unsupported_share(step)
        return share, null, "too little was gained to say where it arose." if step else "nothing was changed."

    def _transferred(self, step: int) -> tuple[float | None, str] | tuple[float | None, str, str]:
        if self.transfer is None:
            return None, "", "no independent guide that knows this class was asked."
        null = f"1 when {self.transfer.to} gains alike, 0 when it sees nothing"
        return (self.transfer.shares[step] if step else None), null

    def _artefact(self, step: int) -> dict[str, tuple[float | None, str] | tuple[float | None, str, str]]:
        change = self.perturbation(step)
        if change.is_none:
            return {m.key: (None, "", "nothing was changed.") for m in MEASURES if m.kind is LightKind.ARTEFACT}
        pattern = repeated_share(change)
        smooth = "the original has hardly any fine detail."
        return {
            "H7": (unconfirmed_share(change), "0 for a change that follows the original's own detail"),
            "H8": (
                pattern.share if pattern else None,
                f"0 where nothing repeats more than by chance; most at a period of {pattern.period} px"
                if pattern
                else "",
            ),
            "H9": (saturated_share(change), "0 when nothing is driven out of range"),
            "HF": (fine_share_of(change), "about 0.80 for grain without any shape"),
            "HS": (self._most(lost_detail, step), "0 when no fine detail of the original is gone", smooth),
            "HP": (self._most(smeared_share, step), "0 when all of its detail is there in every place", smooth),
        }

    def _most(self, measure: Callable[[Perturbation], float | None], step: int) -> float | None:
        """Return the larger of what ``measure`` finds of what the guide sees, and of both pictures as they are."""
        closer = () if self.closer is None or not step else (self.closer,)
        found = [value for each in (self.perturbation(step), *closer) if (value := measure(each)) is not None]
        return max(found, default=None)

    def perturbation(self, step: int) -> Perturbation:
        """Return the change after ``step`` steps."""
        return Perturbation.of(self.path.change(step))


def transfer_of(path: EnhancementPath, other: GuideModel) -> Transfer | None:
    """Return what ``other`` sees of ``path``, resized to the size that it takes.

    None where one of the two has no references of the class to measure a gain by.
    """
    target = int(path.request.targets[0])
    name = path.guide.classes[target]
    spreads = [_spread(guide, name) for guide in (path.guide, other)]
    if None in spreads:
        return None
    own_spread, other_spread = (float(s) for s in spreads if s is not None)
    images = resized(torch.cat([frame.images for frame in path.frames]), size=other.input_size).to(other.device)
    with torch.no_grad():
        theirs = torch.cat(
            [other.logits(batch)[:, other.class_index(name)] for batch in torch.split(images, _BATCH)]
        ).cpu()
    own = torch.stack([frame.logits[0, target] for frame in path.frames]).cpu()
    gains = (theirs - theirs[0]) / other_spread, (own - own[0]) / own_spread
    return Transfer(other.name, tuple(float(a / b) if b > 0 else 0.0 for a, b in zip(*gains, strict=True)))


def resized(images: torch.Tensor, *, size: int) -> torch.Tensor:
    """Return ``images`` ``(N, 3, H, H)`` at ``size`` px a side, in [0, 1], for a guide that takes another size."""
    if images.shape[-1] == size:
        return images
    larger = torch.nn.functional.interpolate(images, size=(size, size), mode="bicubic", antialias=True)
    return larger.clamp(0, 1)


def _h1_limit() -> Limit:
    return Limit(FALSE_ALARMS, "conformal: at most 5% of pictures like the references lie below it")


def _h1_limit_beside_the_ledger() -> Limit:
    """Return the limit of H1 where the ledger counts too: the two share the false alarms of their light."""
    return Limit(
        FALSE_ALARMS / 2,
        "conformal: at most 2.5% of pictures like the references lie below it; the gain without evidence has the rest",
    )


def _ratio(evidence: Evidence, step: int) -> float | None:
    others = float(np.mean(evidence.mass_of_others[:, step])) if len(evidence.mass_of_others) else float("nan")
    return float(evidence.mass[step]) / others if others > 0 else None


def _created(path: EnhancementPath, step: int) -> float | None:
    """Return the share of the final evidence that the path made, None when there is none in the end."""
    target = int(path.request.targets[0])
    before, after = (path.frames[s].logits[0].double() for s in (0, step))
    others = torch.cat([before[:target], before[target + 1 :]])
    if not len(others):
        return None
    had = max(float(before[target] - others.mean()), 0.0)
    gained = max(float(after[target] - before[target]), 0.0)
    return gained / (had + gained) if had + gained > 0 else None


def _spread(guide: GuideModel, name: str) -> float | None:
    """Return the standard deviation of the guide's reference logits of class ``name``, None without enough of them."""
    own = next((c for c in guide.classes if canonical(c) == canonical(name)), None)
    return guide.references.spread(own) if own else None
