"""Why, in two sentences to be read aloud: where the class was before the change, and where the change added to it.

All of it is the ledger's (:mod:`lwise_core.inspection.evidence_ledger`): what it counts as a place that spoke for the
class is where the guide “saw signs” of it, and “none” where nothing did; what places gained are the signs that the
change “added”. They were added at a place, which is not to say that it was painted there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE
from lwise_core.inspection.evidence_ledger import LEAST_GAIN, NOTHING, SUPPORTED, EvidenceLedger, why_unknown
from lwise_core.inspection.place_words import place_of


@dataclass(frozen=True)
class Why:
    """Where the class was and where its gain arose, in one sentence or two (``sentence``), a number in each at most.

    ``seen`` says whether they are about what the original had of the class, False where they are rather about what
    arose without; None where nobody can tell.
    """

    sentence: str
    seen: bool | None = None


_NEARLY_ALL = 0.8  # of the places
_MANY = 0.5  # of the places
_UNEVEN = 0.1  # of the evidence: where less lies above its mean, no place had more than the others
_WHOLE = 0.95  # of what was gained
_HARDLY = 0.05  # of the pictures that show a class, as the light about evidence has it
_MOSTLY = "mostly"
_A_LITTLE = 0.005  # of what was gained: less is 0%

NOT_ASKED = Why("")
"""Where nobody asked why."""


def why_at(path: EnhancementPath, ledger: EvidenceLedger | None, *, step: int) -> Why:
    """Return the why of what ``path`` has changed after ``step`` steps; without a ``ledger``, why it cannot be said."""
    target = int(path.request.targets[0])
    towards = path.guide.classes[target]
    if ledger is None:
        because = why_unknown(path.guide, target=target)
        where = (
            f"Where this guide saw signs of {towards} cannot be said: {because} Attributions show which pixels count."
        )
        return Why(" ".join(filter(None, (_as_a_whole(path), where))))
    return why_of(ledger, towards=towards, step=step)


def _as_a_whole(path: EnhancementPath) -> str:
    """Return how much the original as a whole spoke for the class, beside pictures that show it; empty if unknown."""
    guide, target = path.guide, int(path.request.targets[0])
    towards, references = guide.classes[target], guide.references
    if references.count(towards) < ENOUGH_FOR_EVIDENCE:
        return ""
    p = references.conformal_p(float(path.frames[0].logits[0, target]), class_name=towards)
    if p <= _HARDLY:
        clearer = f"{1 - p:.0%} of known pictures of it show it more clearly"
        return f"As a whole the original hardly shows {towards} to this guide: {clearer}."
    return (
        f"As a whole the original shows {towards} to this guide at least as clearly as {p:.0%} of known pictures of it."
    )


def why_of(ledger: EvidenceLedger, *, towards: str, step: int) -> Why:
    """Return the why of a change ``towards`` a class after ``step`` steps, as ``ledger`` has it."""
    if ledger.picture_p <= SUPPORTED:
        before = f"Before the change the guide saw signs of {towards} {_where(ledger)}."
        return Why(" ".join(filter(None, (before, _taken(ledger, step) or _added(ledger, step)))), seen=True)
    share = ledger.unsupported_share(step)
    without = ledger.picture_p > NOTHING if share is None else share >= 1 / 2
    if without and ledger.picture_p > NOTHING:
        before = f"Before the change the guide saw no more of {towards} than in pictures that do not show it."
    else:
        before = (
            f"Before the change the guide saw only faint signs of {towards}, no more than in some pictures without it."
        )
    return Why(" ".join(filter(None, (before, _taken(ledger, step) or _added_without(ledger, step)))), seen=not without)


def _taken(ledger: EvidenceLedger, step: int) -> str:
    """Return that the change took more than it gave, as somebody else's may; empty where it did not."""
    took = ledger.gained(step) + ledger.lost(step) <= -LEAST_GAIN
    return "On the whole the change took such signs away." if took else ""


def _where(ledger: EvidenceLedger) -> str:
    """Return in words where the original spoke for the class: of a close-up, where it did most."""
    spoke, strongest = ledger.spoke, _strongest(ledger)
    most = f", most strongly {strongest}" if strongest else ""
    if spoke.mean() >= _NEARLY_ALL:
        return f"in nearly all of the picture{most}"
    if spoke.mean() >= _MANY:  # of which most may still lie in one half, but whoever sees them drawn sees many
        return f"in many parts of the picture{most}"
    place = place_of(spoke.astype(float))
    return f"{_MOSTLY} {place}" if place else f"in some parts of the picture{most}"


def _strongest(ledger: EvidenceLedger) -> str:
    """Return where most of what lies above the mean of the evidence lies; empty where no place had much more."""
    above = (ledger.contrasts - ledger.contrasts.mean()).clip(min=0)
    uneven = above.sum() >= _UNEVEN * np.abs(ledger.contrasts).sum()
    return place_of(above) if uneven else ""


def _added(ledger: EvidenceLedger, step: int) -> str:
    """Return how much of the gain arose where the original spoke for the class, or, if more, where nothing did."""
    supported, unsupported = ledger.supported_share(step), ledger.unsupported_share(step)
    if supported is None or unsupported is None:
        return _too_little(step)
    if supported < unsupported:
        return _lies("elsewhere, where it saw none", unsupported, _mostly(ledger.unsupported_density(step)))
    little, none = supported + unsupported < _WHOLE, unsupported >= _A_LITTLE
    rest = {(True, True): "few signs or none", (True, False): "few signs", (False, True): "none"}.get(
        (little, none), ""
    )
    return _lies("in the same places", supported, _most(ledger, step), rest=rest)


def _most(ledger: EvidenceLedger, step: int) -> str:
    """Return where most arose of what was gained where the class was, where that is no one part of the picture."""
    density = ledger.supported_density(step)
    if density is None or _where(ledger).startswith(_MOSTLY):
        return ""
    place = place_of(density)
    return f"{_mostly(density)} too" if place and place == _strongest(ledger) else _mostly(density)


def _added_without(ledger: EvidenceLedger, step: int) -> str:
    """Return how much of the gain arose where nothing spoke for the class, of a picture that hardly does or not."""
    unsupported = ledger.unsupported_share(step)
    if unsupported is None:
        return _too_little(step)
    if unsupported < 1 / 2:
        return _lies("where it saw faint ones", 1 - unsupported, rest="none" if unsupported >= _A_LITTLE else "")
    return _lies("where it saw none", unsupported, _mostly(ledger.unsupported_density(step)))


def _lies(where: str, share: float, place: str = "", *, rest: str = "") -> str:
    """Return the sentence on where ``share`` of the gain lies, and what the guide had seen where the ``rest`` does."""
    most, other = _share(share), f"; the rest is where it saw {rest}" if rest else ""
    return f"{most[:1].upper()}{most[1:]} of what the change added is {where} ({share:.0%}){place}{other}."


def _share(share: float) -> str:
    """Return in words how much of what was gained ``share`` is."""
    return "nearly all" if share >= _WHOLE else "most" if share >= 1 / 2 else "much"


def _too_little(step: int) -> str:
    return "The change added too little to say where." if step else ""


def _mostly(density: Values | None) -> str:
    place = "" if density is None else place_of(density)
    return f", mostly {place}" if place else ""
