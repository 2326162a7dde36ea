"""GuideModel: a network together with everything an algorithm must know to use it.

A guide is a value. Algorithms take one and tensors in [0, 1]; the normalisation happens inside, once, as in the
official implementation (L-WISE, arXiv 2412.09765; robustness library).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

import torch
from torch import nn

from lwise_core._utils.class_names import find_class
from lwise_core._utils.counting import counted
from lwise_core._utils.errors import LWiseError
from lwise_core.guides.evidence_nulls import EvidenceNulls
from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.fitness import UNKNOWN, Fit, Fitness
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.guides.references import References
from lwise_core.guides.reliability import Reliability

REFERENCE_SIZE = 224
"""The resolution, in pixels, at which the paper states its budgets."""


class Domain(StrEnum):
    """What a guide looks at. It sets the range of ε and how careful the app must be."""

    NATURAL = "natural"
    FINE_GRAINED = "fine-grained"
    MEDICAL = "medical"
    UNKNOWN = "unknown"

    @property
    def treated_as_medical(self) -> bool:
        """Whether it is medical, or unknown, as foreign guides are until their domain is stated."""
        return self in (Domain.MEDICAL, Domain.UNKNOWN)

    @property
    def attack_224(self) -> float:
        """What the paper trains robust guides of this domain with, as ε at 224 px: 3 for ImageNet, 1 for the others."""
        return 3.0 if self is Domain.NATURAL else 1.0


# ε at 224 px (largest, default): the paper's sets for ImageNet Animals, and for moths, dermoscopy and histology.
_BUDGETS_224 = {
    Domain.NATURAL: (20.0, 5.0),
    Domain.FINE_GRAINED: (8.0, 1.0),
    Domain.MEDICAL: (8.0, 1.0),
    Domain.UNKNOWN: (8.0, 1.0),
}


class EpsilonOutOfRange(LWiseError):
    """A budget outside what the guide offers. The message is one sentence that states the range."""


@dataclass(frozen=True)
class EpsilonScale:
    """The budgets a guide offers, in its own units: the L2 norm over all 3·H·W values in [0, 1].

    One scale for all guides: equal RMS, so ε at 224 px and ε at H px differ by the factor 224/H.
    """

    input_size: int
    largest: float
    default: float

    @classmethod
    def of(cls, *, input_size: int, domain: Domain) -> EpsilonScale:
        """Return the scale of a guide with ``input_size`` px and the given domain."""
        largest, default = _BUDGETS_224[domain]
        share = input_size / REFERENCE_SIZE
        return cls(input_size=input_size, largest=largest * share, default=default * share)

    @property
    def step(self) -> float:
        """Length of one gradient step: H/448, which is the official 0.5 at 224 px."""
        return self.input_size / (2 * REFERENCE_SIZE)

    @property
    def steps(self) -> int:
        """Number of steps that reach the largest ε."""
        return round(self.largest / self.step)

    def grey_levels(self, epsilon: float) -> float:
        """Return the RMS change, in grey levels of 0–255, of a perturbation with L2 norm ``epsilon``."""
        return float(255 * epsilon / (3**0.5 * self.input_size))

    def at_224(self, epsilon: float) -> float:
        """Return the budget of equal RMS at 224 px."""
        return epsilon * REFERENCE_SIZE / self.input_size

    def from_224(self, epsilon: float) -> float:
        """Return, in this guide's units, the budget of equal RMS to ``epsilon`` at 224 px."""
        return epsilon * self.input_size / REFERENCE_SIZE

    def check(self, epsilon: float) -> None:
        """Accept ``epsilon`` when it lies in 0–largest.

        Raises:
            EpsilonOutOfRange: It does not.
        """
        if not 0 <= epsilon <= self.largest * (1 + 1e-9):
            raise EpsilonOutOfRange(
                f"ε = {epsilon:g} is outside this guide's range of 0–{self.largest:.4g} "
                f"(ε₂₂₄ 0–{self.at_224(self.largest):.4g})."
            )

    def grid(self) -> tuple[float, ...]:
        """Return every position of the slider: 0, one step, two steps, … the largest ε."""
        return tuple(i * self.step for i in range(self.steps + 1))


class Normaliser(nn.Module):
    """(x − mean) / std with values of the checkpoint, which are authoritative (method notes, 4.1).

    ``mean`` and ``std`` ``(1, 3, 1, 1)``, for images ``(N, 3, H, W)`` in [0, 1].
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, *, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).view(1, 3, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / self.std


IDENTITY_MEAN = (0.0, 0.0, 0.0)
IDENTITY_STD = (1.0, 1.0, 1.0)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class CalibratedOn:
    """On which pictures of a person's own a guide was calibrated, and when. Printed, it is a phrase.

    ``folder`` is what the set was called, ``date`` the day as YYYY-MM-DD, ``sha256`` the hash of the pictures.
    """

    pictures: int
    folder: str
    date: str
    sha256: str

    def __str__(self) -> str:
        """Return the phrase that stands beside every figure that follows from it."""
        return f"calibrated on {counted(self.pictures, 'picture')} of “{self.folder}” on {self.date}"


@dataclass(frozen=True)
class Grouping:
    """What made groups of a guide's classes: the ``name`` and hash of the mapping, and the hash of the weight file."""

    name: str
    sha256: str
    weights_sha256: str


@dataclass(frozen=True)
class Provenance:
    """Where a guide comes from, for manifests and cards.

    ``sha256`` tells guides apart: it is the hash of the weight file, and where the classes are groups of another's, of
    that and the mapping, which ``grouping`` then names. ``training_epsilon`` is the L2 budget of its adversarial
    training in the guide's units, 0 when there was none, None when unknown. ``bundled`` tells guides that ship with
    the product from foreign ones; ``caution`` is what its card wants said wherever it is used, and ``fitness`` whether
    it is fit at all. ``calibrated`` says on whose pictures references and fitness were measured anew, None where
    they are the card's.
    """

    sha256: str
    training_epsilon: float | None = None
    bundled: bool = False
    architecture: str = ""
    caution: str = ""
    fitness: Fitness = UNKNOWN
    calibrated: CalibratedOn | None = None
    grouping: Grouping | None = None

    @property
    def weights_sha256(self) -> str:
        """Hash of the weight file."""
        return self.sha256 if self.grouping is None else self.grouping.weights_sha256

    def on_calibration(self) -> dict[str, object]:
        """Return what manifests say of the calibration beside the guide, nothing where there is none."""
        return {} if self.calibrated is None else {"calibrated": asdict(self.calibrated)}

    def on_groups(self) -> dict[str, object]:
        """Return what manifests say of the mapping beside the guide, nothing where the classes are the weights' own."""
        if self.grouping is None:
            return {}
        return {"class_groups": {"name": self.grouping.name, "sha256": self.grouping.sha256}}


@dataclass(frozen=True, eq=False)
class GuideModel:
    """A network with its normaliser, class names, input size, domain, held-out reference logits and provenance.

    The network is in evaluation mode with frozen parameters, and no algorithm changes it. ``references`` maps a class
    name to the ground-truth logits of held-out images of that class; ``reliability`` says how often its probabilities
    were right on each set on which that was measured, its own first. ``nulls`` are those of local evidence.
    ``familiarity`` tells pictures that are unlike all that it learnt; None where it cannot. ``artefact_limits`` are
    its own, which it came with or which a person's pictures gave it; None where those of its input size hold, if any.
    """

    name: str
    network: nn.Module
    normaliser: Normaliser
    classes: tuple[str, ...]
    input_size: int
    domain: Domain
    provenance: Provenance
    references: References = field(default_factory=References)
    reliability: tuple[Reliability, ...] = ()
    nulls: EvidenceNulls | None = None
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    familiarity: Familiarity | None = None
    artefact_limits: OwnLimits | None = None

    def __post_init__(self) -> None:
        self.network.eval().requires_grad_(False).to(self.device)
        self.normaliser.to(self.device)

    @property
    def epsilon_scale(self) -> EpsilonScale:
        """The budgets this guide offers."""
        return EpsilonScale.of(input_size=self.input_size, domain=self.domain)

    @property
    def caution_epsilon(self) -> float | None:
        """ε above which the app warns: seven times the training ε, None when that is unknown."""
        trained = self.provenance.training_epsilon
        return None if not trained else 7 * trained

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be said wherever the guide is used: that it is unfit first, and what its card wants said."""
        said = [self.provenance.fitness.sentence] if self.provenance.fitness.state is Fit.UNFIT else []
        if self.provenance.caution:
            said.append(self.provenance.caution)
        if self.provenance.training_epsilon is None:
            said.append(
                "Nothing is known of how this guide was trained. Only the gradients of a robust network look like what "
                "people see: an ordinary one says nothing of people, and what it paints may be noise."
            )
        if self.provenance.training_epsilon == 0:
            said.append(
                "This guide was trained without attacks, to be compared with robust ones, and is not known to be "
                "robust: its gradients do not look like what people see, and what it paints helps nobody."
            )
        return tuple(said)

    @property
    def held_out_count(self) -> int:
        """With how many held-out pictures one is compared, to tell whether it is unlike all that the guide learnt."""
        return 0 if self.familiarity is None else len(self.familiarity.held_out)

    def class_index(self, name: str) -> int:
        """Return the index of a class by name; case, space, hyphen and underscore do not count.

        Raises:
            UnknownClass: The guide has no such class.
        """
        return find_class(name, self.classes)

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """Return the raw logits ``(N, classes)`` of ``images`` ``(N, 3, H, W)``, float32 in [0, 1].

        Differentiable with respect to ``images``.
        """
        logits: torch.Tensor = self.network(self.normaliser(images))
        return logits

    def with_domain(self, domain: Domain) -> GuideModel:
        """Return the same guide, now known to belong to ``domain``."""
        return replace(self, domain=domain)


def best_device() -> torch.device:
    """Return CUDA when there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
