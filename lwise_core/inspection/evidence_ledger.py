"""The ledger of a gain: how much of it arose at places that spoke for the class before, and where nothing did.

The logit is the mean of what places say (:mod:`lwise_core.guides.local_evidence`), so the gain is the mean of what
places gained. Which places spoke for the class is asked of the original alone, against pictures that do not show it
(:mod:`lwise_core.guides.evidence_nulls`). Receptive fields overlap: a gain arose at a place, which is not to say that
the picture was changed there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.evidence_nulls import EvidenceNulls, Flags
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, NotLocal, contrast

SUPPORTED = 0.05
"""A place spoke for the class where p is at most this."""
NOTHING = 0.5
"""Nothing spoke for the class where p is above this: half of the places of a look-alike say as much."""
FAINT = 0.3
"""How strongly places with faint signs alone are drawn, of 1."""
_SIGNS = 0.55
"""How strongly, at least, places that spoke for the class are drawn, of 1."""
LEAST_GAIN = 0.05
"""Below this sum of what places gained, in logits, nobody asks where: it moves the odds by less than 5%."""


@dataclass(frozen=True, eq=False)
class EvidenceLedger:
    """Where one picture had evidence for a class, and where the gains of a path towards it arose.

    ``support`` ``(h, h)`` is p at each place of the original, ``picture_p`` that of its largest contrast. ``gains``
    ``(T, h, h)`` are what each place has gained after each step: their sum is the gain of the logit. ``contrasts``
    ``(h, h)`` are what each place of the original said for the class beside others, in logits. A place lies at its
    share of the picture.
    """

    support: Values
    picture_p: float
    gains: Values
    contrasts: Values

    @classmethod
    def of(cls, evidence: torch.Tensor, nulls: EvidenceNulls, *, target: int) -> EvidenceLedger:
        """Return the ledger of ``evidence`` ``(T, K, h, h)`` along a path, the original's first."""
        before = contrast(evidence[:1], target=target)[0].double().numpy()
        own = evidence[:, target].double().numpy()
        return cls(
            support=nulls.of_places(before, target=target),
            picture_p=nulls.of_picture(before, target=target),
            gains=(own - own[:1]) / own[0].size,
            contrasts=before,
        )

    @property
    def spoke(self) -> Flags:
        """Which places of the original spoke for the class, ``(h, h)``: what is said in words is said of these."""
        return self.support <= SUPPORTED

    @property
    def drawn(self) -> Values:
        """How strongly each place is drawn where the guide saw the class, ``(h, h)`` in [0, 1].

        Places that spoke for it stand out, those the most that said most. Places of which half of the pictures without
        the class have as much at most are faint, and all others 0.
        """
        spoke, said = self.spoke, self.contrasts.clip(min=0)
        most = max(float(said[spoke].max(initial=0.0)), np.finfo(np.float64).tiny)
        strong = _SIGNS + (1 - _SIGNS) * (said / most).clip(max=1)
        drawn: Values = np.where(spoke, strong, np.where(self.support <= NOTHING, FAINT, 0.0))
        return drawn

    def gained(self, step: int) -> float:
        """Return the sum of what places gained, those that lost left out, in logits."""
        return float(self._rises(step).sum())

    def lost(self, step: int) -> float:
        """Return the sum of what places lost, 0 or less, in logits."""
        return float(self.gains[step].clip(max=0).sum())

    def supported_share(self, step: int) -> float | None:
        """Return how much of what was gained arose at places that spoke for the class; None where it is too little."""
        return self._share(step, self.spoke)

    def unsupported_share(self, step: int) -> float | None:
        """Return how much of what was gained arose where nothing spoke for the class; None where it is too little."""
        return self._share(step, self.support > NOTHING)

    def supported_density(self, step: int) -> Values | None:
        """Return what was gained at places that spoke for the class, ``(h, h)``, 0 at all others; as the next one."""
        return self._density(step, self.spoke)

    def unsupported_density(self, step: int) -> Values | None:
        """Return what was gained where nothing spoke for the class, ``(h, h)``, 0 at all other places.

        As a multiple of what each place would have gained had all gained alike; None where it is too little.
        """
        return self._density(step, self.support > NOTHING)

    def _density(self, step: int, places: Flags) -> Values | None:
        total = self.gained(step)
        if total < LEAST_GAIN:
            return None
        return np.where(places, self._rises(step), 0.0) * self.support.size / total

    def _rises(self, step: int) -> Values:
        rises: Values = self.gains[step].clip(min=0)
        return rises

    def _share(self, step: int, places: Flags) -> float | None:
        total = self.gained(step)
        return float(self._rises(step)[places].sum()) / total if total >= LEAST_GAIN else None


def over_the_picture(places: Values, *, size: int) -> Values:
    """Return what ``places`` ``(h, h)`` say at each pixel of a picture of ``size`` px a side, ``(size, size)``."""
    rows = np.arange(size) * places.shape[0] // size
    spread: Values = places[np.ix_(rows, rows)]
    return spread


def why_no_ledger(guide: GuideModel, *, target: int) -> str:
    """Return why there can be no ledger for the class ``target`` of ``guide``, as a clause; empty where there can."""
    nulls, name = guide.nulls, guide.classes[target]
    if nulls is None:
        return "nobody measured what it sees in pictures that do not show the class."
    if nulls.weights_sha256 != guide.provenance.sha256 or len(nulls.counts) != len(guide.classes):
        return "what is seen in pictures that do not show the class was measured on another guide."
    if nulls.input_size != guide.input_size:
        at = f"{nulls.input_size} px, not at {guide.input_size}"
        return f"what is seen in pictures that do not show the class was measured at {at}."
    if not nulls.enough(target=target):
        return f"what is seen in pictures that do not show {name} was measured on too few of them."
    return ""


def why_unknown(guide: GuideModel, *, target: int) -> str:
    """Return why ``guide`` has no ledger for the class ``target``, as a clause, where it has none."""
    return why_no_ledger(guide, target=target) or "this network's logit is no mean over places of the picture."


def ledger_of(path: EnhancementPath) -> EvidenceLedger | None:
    """Return the ledger of the first picture of ``path``; None where its guide allows none. A forward pass a frame."""
    guide, target = path.guide, int(path.request.targets[0])
    if guide.nulls is None or why_no_ledger(guide, target=target):
        return None
    try:
        reader = LocalEvidence.of(guide)
    except NotLocal:
        return None
    images = torch.cat([frame.images[:1] for frame in path.frames])
    return EvidenceLedger.of(reader.read(images), guide.nulls, target=target)
