"""Whether a guide's difficulty and its enhancement point at what is known of the phantom.

Creatures are drawn anew, from a seed that no guide was trained with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.people import Estimate, mean, spearman
from lwise_core._utils.arrays import Values
from lwise_core.data.phantom import FAMILIES, Creature, diagnostic_mask, draw, population
from lwise_core.enhancement.path import PathRequest, enhance
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import see

SEED = 20_241_209
PER_FAMILY = 100
ENHANCED = 25
EPSILON_224 = 10.0


@dataclass(frozen=True)
class PhantomProof:
    """What a guide knows of the phantom.

    ``difficulty`` is the rank correlation of the dial with the ground-truth logit, and ``log_probability`` with that;
    ``focus`` how many times as much of a perturbation's energy lies on the diagnostic pixels as their share of the
    picture would hold by chance.
    """

    accuracy: float
    difficulty: Estimate
    log_probability: Estimate
    focus: Estimate


def proof_of(guide: GuideModel) -> PhantomProof:
    """Let ``guide`` score and enhance new creatures."""
    creatures = population(per_family=PER_FAMILY, seed=SEED)
    logits = torch.stack([score(guide, _seen(c, size=guide.input_size)) for c in creatures])
    targets = torch.tensor([guide.class_index(FAMILIES[c.family]) for c in creatures])
    rows = torch.arange(len(creatures))
    dials = np.array([c.dial for c in creatures])
    return PhantomProof(
        accuracy=float((logits.argmax(dim=1) == targets).float().mean()),
        difficulty=spearman(dials, logits[rows, targets].numpy()),
        log_probability=spearman(dials, logits.log_softmax(dim=1)[rows, targets].numpy()),
        focus=mean(np.array([focus(guide, c) for c in creatures[:: PER_FAMILY // ENHANCED]])),
    )


def focus(guide: GuideModel, creature: Creature) -> float:
    """Return the share of the perturbation's energy on the diagnostic pixels over the pixels' share of the picture."""
    size = guide.input_size
    image = _seen(creature, size=size)[None]
    request = PathRequest(image, torch.tensor([guide.class_index(FAMILIES[creature.family])]))
    changed = enhance(guide, request, epsilon=guide.epsilon_scale.from_224(EPSILON_224)).images - image
    energy: Values = changed.square().sum(dim=(0, 1)).numpy()
    told = diagnostic_mask(creature, size=size)
    return float(energy[told].sum() / energy.sum() / told.mean())


def _seen(creature: Creature, *, size: int) -> torch.Tensor:
    return torch.from_numpy(see(draw(creature, size=size), size=size))
