"""What a report holds beside one change: what else could be painted on the same original, and what other guides say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.export import INVENTED
from lwise_core.images.geometry import to_8_bit
from lwise_core.inspection.examine import Opinion, perturbation_at
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.indicators import Risk
from lwise_core.inspection.wording import opinion_row, verdict_of

Json = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class PaintedClass:
    """One class that was painted on the same original: its picture ``(H, W, 3)`` at ``epsilon``, and both lights."""

    towards: str
    epsilon: float
    pixels: Pixels
    risk: Risk

    @property
    def statement(self) -> str:
        """The sentence that its picture carries."""
        invented = f" {INVENTED}" if self.risk.semantic.contradicted else ""
        return f"AI-altered towards {self.towards}, ε = {self.epsilon:.3g}.{invented} Not for diagnosis."

    @property
    def verdict(self) -> str:
        """Whether this change can be trusted, in a sentence or two; what the guide takes it for stands beside it."""
        return verdict_of(replace(self.risk, choice=None), towards=self.towards)

    @property
    def numbers(self) -> Json:
        """What is known of it, for JSON."""
        choice = self.risk.choice
        return {
            "towards": self.towards,
            "epsilon": self.epsilon,
            "before": None if choice is None else choice.before,
            "after": None if choice is None else choice.after,
            "semantic": self.risk.semantic.state.value,
            "artefact": self.risk.artefact.state.value,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, eq=False)
class Beside:
    """What was asked beside a change, empty where it was not: classes that were painted too, and what guides say.

    The first of the ``opinions`` is that of the guide that changed the picture.
    """

    judges: tuple[Judge, ...] = ()
    opinions: tuple[Opinion, ...] = ()

    @property
    def missing(self) -> Mapping[str, bool]:
        """What is not there, a sentence each, and whether that is so."""
        return {
            "Whether other classes could be painted as well was not tried.": not self.judges,
            "No other guide was asked.": len(self.opinions) < 2,
        }

    def painted(self, *, epsilon: float) -> Iterator[PaintedClass]:
        """Yield each class that was painted, at ``epsilon`` or where its path ends before it."""
        for judge in self.judges:
            path = judge.path
            reach = min(epsilon, path.reach)
            pixels = to_8_bit(perturbation_at(path, epsilon=reach).changed).transpose(1, 2, 0)
            name = path.guide.classes[int(path.request.targets[0])]
            yield PaintedClass(name, reach, np.ascontiguousarray(pixels), judge.at(round(reach / path.step)))

    def rows(self, *, towards: str) -> tuple[Mapping[str, str], ...]:
        """Return what each guide says before and after, a row of words each."""
        return tuple(opinion_row(opinion, class_name=towards) for opinion in self.opinions)


NOTHING_BESIDE = Beside()
"""Where nothing was asked beside the change."""
