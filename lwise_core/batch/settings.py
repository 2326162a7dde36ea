"""What is to be done with every picture of a set: at which ε, towards what, and how the results are called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.objectives import (
    DEFAULT_OBJECTIVE,
    OBJECTIVES,
    Harder,
    Objective,
    objective_named,
    takes_no_rivals,
)
from lwise_core.enhancement.path import steps_for
from lwise_core.guides.guide import GuideModel


class JobError(LWiseError):
    """A job that cannot begin or go on. The message is one sentence that says why and what is kept."""


class Naming(StrEnum):
    """How pictures are called: in a folder for each ε, as official code does, or all in one folder."""

    OFFICIAL = "official"
    FLAT = "flat"


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """What is to be done with every picture: ranked only, or followed to ``epsilons`` too (the guide's units, rising).

    ``objective`` is one of :data:`~lwise_core.enhancement.objectives.OBJECTIVES`; where it takes rivals, they are the
    other classes of the set, or those of ``diverge_from`` alone, whose own pictures are then left out, as official code
    does.
    """

    epsilons: tuple[float, ...] = ()
    objective: str = DEFAULT_OBJECTIVE
    diverge_from: tuple[str, ...] = ()
    harder: bool = False
    naming: Naming = Naming.OFFICIAL
    split: str = ""

    def check(self, guide: GuideModel) -> None:
        """Make sure that the guide can do it.

        Raises:
            EpsilonOutOfRange: The guide does not offer an ε.
            JobError: An ε is 0 or out of order, or there are rivals that the objective does not take.
        """
        for epsilon in self.epsilons:
            guide.epsilon_scale.check(epsilon)
            if epsilon == 0:
                raise JobError("ε = 0 changes nothing, and the original is there anyway; leave it out.")
        if list(self.epsilons) != sorted(set(self.epsilons)):
            raise JobError("Give every ε once, the smallest first.")
        if self.diverge_from and not self._takes_rivals:
            raise JobError(takes_no_rivals(self.objective))

    def rivals(self, guide: GuideModel, targets: Collection[int]) -> tuple[int, ...]:
        """Return the class indices of the rivals: the set's own ``targets``, or those named; none where none are taken.

        Raises:
            JobError: The set holds one class only.
        """
        if not self._takes_rivals:
            return ()
        if self.diverge_from:
            return tuple(guide.class_index(c) for c in self.diverge_from)
        rivals = tuple(sorted(targets)) or tuple(range(len(guide.classes)))
        if len(rivals) < 2:
            raise JobError(
                "The set holds one class only, so there is nothing to diverge from; name it with --diverge-from."
            )
        return rivals

    @property
    def _takes_rivals(self) -> bool:
        return self.objective in OBJECTIVES and OBJECTIVES[self.objective].takes_rivals

    def towards(self, rivals: tuple[int, ...]) -> Objective:
        """Return the objective with its ``rivals``, in the direction that was ordered."""
        chosen = objective_named(self.objective, rivals=rivals)
        return Harder(chosen) if self.harder else chosen


@dataclass(frozen=True)
class Budget:
    """One ε in the guide's units and at 224 px, and the folder or ending that says it in a name."""

    epsilon: float
    epsilon_224: float
    words: str


def budgets(order: JobSettings, guide: GuideModel, *, name: str) -> tuple[Budget, ...]:
    """Return the original and every ε of a job with the words of its folder, none for a job that only ranks.

    The official ones: {name}_{eps}_{step}_{steps}_{objective}[_from_A_B][_attack], and {name}_natural; in flat naming
    without the name. ε and step are those at 224 px, which is where the paper states them.

    Raises:
        JobError: Two budgets are too near each other to be told apart by name.
    """
    if not order.epsilons:
        return ()
    scale, lead = guide.epsilon_scale, f"{name}_" if order.naming is Naming.OFFICIAL else ""
    objective = order.objective + "".join(f"_{c}" for c in ("from", *order.diverge_from) if order.diverge_from)
    tail = objective + ("_attack" if order.harder else "")
    step = scale.at_224(scale.step)
    found = [Budget(0.0, 0.0, f"{lead}natural")]
    for epsilon in order.epsilons:
        words = f"{lead}{scale.at_224(epsilon):.6g}_{step:.6g}_{steps_for(epsilon, step=scale.step)}_{tail}"
        found.append(Budget(epsilon, at_224(guide, epsilon), words.replace("/", "-")))
    if len({b.words for b in found}) < len(found):
        raise JobError("Two ε are too near each other to be told apart in a folder's name; leave one out.")
    return tuple(found)


def at_224(guide: GuideModel, epsilon: float) -> float:
    """Return ε at 224 px as tables say it: without the last digits, which come from converting it."""
    return float(f"{guide.epsilon_scale.at_224(epsilon):.12g}")
