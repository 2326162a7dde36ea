"""A guide's card: what it is, what it was trained on, what was measured, and what it is not for.

A card may come with foreign weights, so it is untrusted: every field is checked before anything uses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from math import isfinite
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    StringConstraints,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from lwise_core._utils.class_names import canonical
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.first_fault import reader_of
from lwise_core._utils.json_faults import fault_of
from lwise_core.guides.guide import Domain
from lwise_core.guides.references import References
from lwise_core.guides.reliability import Reliability, ReliabilityBin, read_reliability

MAX_CARD_BYTES = 5_000_000
MAX_DEPTH = 12
MAX_INPUT_SIZE = 1024
MAX_CLASSES = 50_000
NOT_STATED = "not stated"

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_CHECKED = ConfigDict(strict=True, allow_inf_nan=False, extra="ignore", validate_by_name=True)

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.\-]+$")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^\w[\w.\-]*$")]
ClassName = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(max_length=5_000)]
Stated = Annotated[str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True)]
Phrase = Annotated[str, StringConstraints(max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]
Images = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


class CardError(LWiseError):
    """A card that cannot be trusted. The message is one sentence that names the field and what is wrong with it."""


@dataclass(frozen=True, config=_CHECKED)
class CompactArchitecture:
    """A :class:`~lwise_core.guides.compact_resnet.CompactResNet`, with the arguments that build it."""

    width: Annotated[int, Field(ge=1, le=1024)]
    num_classes: Annotated[int, Field(ge=1, le=MAX_CLASSES)]
    stem_stride: Literal[1, 2]
    name: Annotated[Literal["CompactResNet"], Field(alias="class")] = "CompactResNet"


@dataclass(frozen=True, config=_CHECKED)
class TimmArchitecture:
    """Any other architecture, by the name that timm gives it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100), Field(alias="class")]


def _kind(architecture: object) -> str:
    name = architecture.get("class") if isinstance(architecture, dict) else None
    return "compact" if name == "CompactResNet" else "timm"


Architecture = Annotated[
    Annotated[CompactArchitecture, Tag("compact")] | Annotated[TimmArchitecture, Tag("timm")], Discriminator(_kind)
]


@dataclass(frozen=True, config=_CHECKED)
class WeightFile:
    """The weight file beside the card: a plain file name, and the SHA-256 of its bytes."""

    file: FileName
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0)]
    dtype: Annotated[str, StringConstraints(max_length=30)] = NOT_STATED


@dataclass(frozen=True, config=_CHECKED)
class CardReferences:
    """Ground-truth logits of held-out images, by class name, and which images they are."""

    source: Prose = NOT_STATED
    logits: Mapping[ClassName, tuple[float, ...]] = field(default_factory=dict)

    def known(self) -> References:
        """Return what can be asked of them."""
        return References(MappingProxyType(dict(self.logits)), self.source)


@dataclass(frozen=True, config=_CHECKED)
class MeasuredShare:
    """A share in [0, 1] with its 95% interval."""

    value: Share
    interval_95: tuple[Share, Share]

    @model_validator(mode="after")
    def _inside(self) -> MeasuredShare:
        low, high = self.interval_95
        if not low <= self.value <= high:
            raise ValueError("a share lies outside its interval")
        return self


@dataclass(frozen=True, config=_CHECKED)
class ClassAccuracy(MeasuredShare):
    """The share of the ``images`` of a class that were named rightly."""

    images: Images


@dataclass(frozen=True, config=_CHECKED)
class FiguresElsewhere:
    """What a guide is worth on pictures that are not of the collection that it learnt from.

    ``name`` is a collection in a few words, ``data`` says which pictures of it these are, ``images`` how many, and
    ``method`` what was done to find the figures. ``balanced_accuracy`` is the mean over classes of the shares in
    ``per_class``. ``reliability`` has a row for each bin that is not empty: pictures, mean probability of the first
    choice, share of them that was right.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
    data: Stated
    method: Stated
    images: Images
    accuracy: MeasuredShare
    balanced_accuracy: MeasuredShare
    per_class: Annotated[Mapping[ClassName, ClassAccuracy], Field(min_length=1)]
    reliability: tuple[tuple[Images, Share, Share], ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> FiguresElsewhere:
        if sum(c.images for c in self.per_class.values()) != self.images:
            raise ValueError("the pictures of its classes are not as many as “images” says")
        return self

    def known_reliability(self) -> Reliability | None:
        """Return how often probabilities were right there, None where the card does not say."""
        bins = tuple(ReliabilityBin(*row) for row in self.reliability)
        return Reliability(f"pictures from {self.name}", bins) if bins else None


@dataclass(frozen=True, config=_CHECKED)
class Card:
    """What a guide's ``card.json`` says.

    ``mean`` and ``std`` normalise [0, 1] pixels. ``training`` and ``measured`` are free mappings of JSON values, meant
    to be shown; accuracies are shares in [0, 1]. ``elsewhere`` says what the guide is worth on other collections than
    its own, ``not_for`` in a few words who should not use it, ``superseded_by`` which guide should be used instead,
    empty when none should. ``caution`` is a sentence that the app repeats wherever the guide is used, empty when there
    is nothing to say. ``tuned_on`` counts the pictures of a person's own on which it was tuned, 0 for other guides.
    What the card leaves out reads “not stated”; a domain that it leaves out is unknown, which is treated as medical.
    """

    name: Name
    architecture: Architecture
    input_size: Annotated[int, Field(ge=8, le=MAX_INPUT_SIZE)]
    mean: tuple[float, float, float]
    std: tuple[Positive, Positive, Positive]
    classes: Annotated[tuple[ClassName, ...], Field(min_length=1, max_length=MAX_CLASSES)]
    weights: WeightFile
    domain: Domain = Domain.UNKNOWN
    training: Mapping[str, JsonValue] = field(default_factory=dict)
    measured: Mapping[str, JsonValue] = field(default_factory=dict)
    references: CardReferences = field(default_factory=CardReferences)
    elsewhere: tuple[FiguresElsewhere, ...] = ()
    intended_use: Prose = NOT_STATED
    not_for: Phrase = ""
    superseded_by: Annotated[str, StringConstraints(max_length=100)] = ""
    limits: Prose = NOT_STATED
    caution: Prose = ""
    licence: Prose = NOT_STATED
    data: Prose = NOT_STATED
    tuned_on: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _consistent(self) -> Card:
        if len({canonical(c) for c in self.classes}) < len(self.classes):
            raise ValueError("“classes” has two names that differ only in case, spaces, hyphens or underscores")
        if isinstance(self.architecture, CompactArchitecture) and self.architecture.num_classes != len(self.classes):
            raise ValueError(f"it names {len(self.classes)} classes for {self.architecture.num_classes} outputs")
        strangers = self.references.logits.keys() - set(self.classes)
        if strangers:
            raise ValueError(f"“references” has a class “{min(strangers)}” that “classes” lacks")
        unknown = {c for found in self.elsewhere for c in found.per_class} - set(self.classes)
        if unknown:
            raise ValueError(f"“elsewhere” has a class “{min(unknown)}” that “classes” lacks")
        epsilon = self.training.get("epsilon", 0.0)
        if not isinstance(epsilon, int | float) or isinstance(epsilon, bool) or not epsilon >= 0:
            raise ValueError("“training.epsilon” is not a number of 0 or more")
        return self

    @property
    def training_epsilon(self) -> float | None:
        """The budget of the adversarial training in the guide's units, 0 when there was none, None when not given."""
        epsilon = self.training.get("epsilon")
        return float(epsilon) if isinstance(epsilon, int | float) else None

    @property
    def reliability(self) -> tuple[Reliability, ...]:
        """How often probabilities were right, on each set on which the card says it, the guide's own first."""
        own = read_reliability(self.measured, source="held-out pictures")
        found = (own, *(figures.known_reliability() for figures in self.elsewhere))
        return tuple(known for known in found if known is not None)

    @property
    def lineage(self) -> frozenset[str]:
        """The SHA-256 of its weights and of those that they were tuned from, as far as the card says."""
        origin = str(self.training.get("started_from", ""))
        return frozenset({self.weights.sha256, *_SHA256.findall(origin)})


_READ = reader_of(TypeAdapter(Card))


def parse_card(data: bytes) -> Card:
    """Return the card in ``data``, the bytes of a ``card.json``.

    Raises:
        CardError: A field is missing, of the wrong type, not a finite number or of a hostile size.
    """
    if len(data) > MAX_CARD_BYTES:
        raise CardError(f"The card has more than {MAX_CARD_BYTES:,} bytes, which no card needs.")
    try:
        card = _READ(data)
    except ValidationError as error:
        # The tag of the architecture's kind is ours, not the card's, so a reader would look for it in vain.
        raise CardError(f"The card is damaged: {fault_of(error, unspoken=('compact', 'timm'))}.") from error
    for name in ("training", "measured"):
        _check_json(getattr(card, name), where=name)
    return card


def _check_json(value: JsonValue, *, where: str, depth: int = 0) -> None:
    """Accept JSON values that can be shown: finite numbers, no deeper than ``MAX_DEPTH``."""
    if depth > MAX_DEPTH:
        raise CardError(f"The card is damaged: “{where}” is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, float) and not isfinite(value):
        raise CardError(f"The card is damaged: “{where}” holds a value that is not a finite number.")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _check_json(child, where=where, depth=depth + 1)
