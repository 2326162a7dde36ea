"""What is said of a photograph before its difficulty is read: whether it is unlike everything that the guide learnt.

Three states, as everywhere: flagged, no flag, cannot judge. No flag does not say that the guide knows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lwise_core._utils.counting import counted
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE

LARGEST_FLAGGED_P = 0.05
"""The largest p of a flag: so many of the pictures like those that a guide learnt are flagged all the same."""


class NoveltyState(StrEnum):
    """What can be said. There is no fourth state, and none of them is called safe."""

    FLAGGED = "flagged"
    NO_FLAG = "no flag"
    CANNOT_JUDGE = "cannot judge"


@dataclass(frozen=True)
class Novelty:
    """How unlike everything that a guide learnt a picture is. Printed, it is a sentence.

    ``p`` is the conformal p among ``references`` held-out pictures, in (0, 1]: (1 + how many of them are at least as
    unlike)/(1 + how many there are). None where the guide has nothing to compare with, or the picture gave no number.
    """

    p: float | None = None
    references: int = 0

    @property
    def state(self) -> NoveltyState:
        """Flagged at p of 5% and less; cannot judge without a p, or below 100 held-out pictures."""
        if self.p is None or self.references < ENOUGH_FOR_EVIDENCE:
            return NoveltyState.CANNOT_JUDGE
        return NoveltyState.FLAGGED if self.p <= LARGEST_FLAGGED_P else NoveltyState.NO_FLAG

    @property
    def unjudged(self) -> bool:
        """Whether it cannot be judged."""
        return self.state is NoveltyState.CANNOT_JUDGE

    @property
    def because(self) -> str:
        """Why it cannot be judged, as a clause; empty where it can."""
        if not self.unjudged:
            return ""
        if not self.references:
            return "this guide has no pictures to compare it with"
        if self.references < ENOUGH_FOR_EVIDENCE:
            return (
                f"this guide compares it with {counted(self.references, 'picture')}, and it takes {ENOUGH_FOR_EVIDENCE}"
            )
        return "this guide finds no number for it"

    @property
    def flagged(self) -> bool:
        """Whether it is unlike everything that the guide learnt, as far as can be told."""
        return self.state is NoveltyState.FLAGGED

    def fields(self) -> dict[str, str | float | None]:
        """Return the state and the p as manifests, tables and reports have them."""
        return {"unlike": self.state.value, "unlike_p": self.p}

    def around(self, said: str) -> str:
        """Return what is ``said`` of the same picture with this sentence: before it where it is flagged, else after."""
        return f"{self} {said}" if self.flagged else f"{said} {self}"

    def __str__(self) -> str:
        """Whether it is unlike what the guide learnt, with p and what that is compared with."""
        if self.unjudged:
            return f"Cannot judge whether it is unlike what the guide learnt: {self.because}."
        among = f"p = {self.p:.2g} among {self.references:,} held-out pictures"
        if self.flagged:
            return f"Flagged: it is unlike what the guide learnt ({among}), so its difficulty may mean nothing."
        return f"No flag: nothing says that it is unlike what the guide learnt ({among})."


NOT_JUDGED = Novelty()
"""What is said where nobody asked, or the guide has nothing to compare a picture with."""
