"""Why, in a sentence to be read aloud: where the class was before the change, and where its gain arose.

All of it is the ledger's (:mod:`lwise_core.inspection.evidence_ledger`): what it counts as a place that spoke for the
class, and as one where nothing did. A gain arose at a place, which is not to say that it was painted there.
"""

from __future__ import annotations

from dataclasses import dataclass

from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.evidence_ledger import SUPPORTED, EvidenceLedger, why_unknown
from lwise_core.inspection.place_words import place_of


@dataclass(frozen=True)
class Why:
    """Where the class was and where its gain arose, in a ``sentence``.

    ``seen`` says whether the original spoke for the class anywhere; None where nobody can tell.
    """

    sentence: str
    seen: bool | None = None


_NEARLY_ALL = 0.8  # of the places
_A_LITTLE = 0.005  # of what was gained: less is 0%

NOT_ASKED = Why("")
"""Where nobody asked why."""


def why_at(path: EnhancementPath, ledger: EvidenceLedger | None, *, step: int) -> Why:
    """Return the why of what ``path`` has changed after ``step`` steps; without a ``ledger``, why it cannot be said."""
    target = int(path.request.targets[0])
    towards = path.guide.classes[target]
    if ledger is None:
        because = why_unknown(path.guide, target=target)
        return Why(f"Where the original spoke for {towards} cannot be said: {because} Attributions show what counts.")
    return why_of(ledger, towards=towards, step=step)


def why_of(ledger: EvidenceLedger, *, towards: str, step: int) -> Why:
    """Return the why of a change ``towards`` a class after ``step`` steps, as ``ledger`` has it."""
    if ledger.picture_p > SUPPORTED:
        before = f"Nowhere did the original speak for {towards} more than pictures that do not show it"
        return Why(f"{before}{_gained_without(ledger, step)}.", seen=False)
    return Why(f"The original spoke for {towards} {_where(ledger)}{_gained(ledger, step)}.", seen=True)


def _where(ledger: EvidenceLedger) -> str:
    """Return in words where the original spoke for the class."""
    spoke = ledger.support <= SUPPORTED
    place = place_of(spoke.astype(float))
    if place:
        return f"mostly {place}"
    return "nearly everywhere" if spoke.mean() >= _NEARLY_ALL else "in many parts of it"


def _gained(ledger: EvidenceLedger, step: int) -> str:
    """Return how much of the gain arose where the original spoke for the class, and where nothing did."""
    supported, unsupported = ledger.supported_share(step), ledger.unsupported_share(step)
    if supported is None or unsupported is None:
        return _too_little(step)
    if supported < unsupported:
        elsewhere = f"{unsupported:.0%} where nothing spoke for it{_mostly(ledger.unsupported_density(step))}"
        return f", but only {supported:.0%} of what the change gained arose there, and {elsewhere}"
    most = "" if place_of((ledger.support <= SUPPORTED).astype(float)) else _mostly(ledger.supported_density(step))
    without = f"{unsupported:.0%}" if unsupported >= _A_LITTLE else "hardly any"
    return f"; {supported:.0%} of what the change gained arose there{most}, {without} where nothing spoke for it"


def _gained_without(ledger: EvidenceLedger, step: int) -> str:
    """Return how much of the gain arose where nothing spoke for the class, of a picture that does not."""
    unsupported = ledger.unsupported_share(step)
    if unsupported is None:
        return _too_little(step)
    place = _mostly(ledger.unsupported_density(step))
    return f"; {unsupported:.0%} of what the change gained arose where nothing spoke for it{place}"


def _too_little(step: int) -> str:
    return ", and too little was gained to say where" if step else ""


def _mostly(density: Values | None) -> str:
    place = "" if density is None else place_of(density)
    return f", mostly {place}" if place else ""
