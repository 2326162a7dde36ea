"""What a person takes away: a lossless picture, the perturbation as numbers, and a manifest that says what was done.

Same input, same bytes: nothing here carries a date, a path or a machine's name. Nothing of the photograph's own
metadata survives, because a Photograph holds pixels only.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

import lwise_core
from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_names import LONGEST_NAME, shortened
from lwise_core.enhancement.objectives import Harder, Objective
from lwise_core.enhancement.path import EnhancementPath, steps_for
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.reliability import reliability_sentence
from lwise_core.images.codec import Photograph, encode_png, with_strip

MANIFEST_SCHEMA_VERSION = 1
LITTLE_KEPT = 0.5
"""Below this share of the float result's gain, the export warns that 8 bits have eaten it."""

_LONGEST_STEM = LONGEST_NAME - 15  # bytes: an ending is to fit behind it


class StatedBy(StrEnum):
    """Who says what a picture shows, in the words of manifests: a sample comes with its class."""

    GUESS = "guess of the guide"
    SAMPLE = "sample"
    PERSON = "person"


INVENTED = "Features not in the original."
"""What stands with every picture that was changed towards a class that it is not said to show."""


@dataclass(frozen=True)
class Intent:
    """What was asked: the stated class of the picture, the class that was enhanced towards, ε and the extent.

    ``stated_by`` says who stated the class.
    """

    stated: str
    towards: str
    epsilon: float
    extent: Extent
    stated_by: StatedBy = StatedBy.PERSON

    @property
    def invents(self) -> bool:
        """Whether the result shows features of a class that the picture is not said to be."""
        return self.stated != self.towards


@dataclass(frozen=True)
class Export:
    """Three files as bytes, and the stem of their names. ``warnings`` are sentences for the person."""

    stem: str
    png: bytes
    perturbation: bytes
    manifest: bytes
    warnings: tuple[str, ...]

    def files(self) -> Mapping[str, bytes]:
        """Return file name → content."""
        return {
            f"{self.stem}.png": self.png,
            f"{self.stem}.npz": self.perturbation,
            f"{self.stem}.json": self.manifest,
        }


def statement(guide: GuideModel, intent: Intent, objective: Objective) -> str:
    """Return the sentence that every altered picture carries."""
    verb = "away from" if isinstance(objective, Harder) else "towards"
    budget = f"ε = {intent.epsilon:.3g} (ε₂₂₄ = {guide.epsilon_scale.at_224(intent.epsilon):.3g})"
    invented = f" {INVENTED}" if intent.invents else ""
    return f"AI-altered {verb} {intent.towards}, {budget}, by guide {guide.name}.{invented} Not for diagnosis."


def strip_required(guide: GuideModel) -> bool:
    """Whether the strip cannot be turned off: medical guides, and foreign ones of unknown domain."""
    return guide.domain.treated_as_medical


def export(subject: CroppedPhotograph, path: EnhancementPath, intent: Intent, *, strip: bool = True) -> Export:
    """Return picture, perturbation and manifest of one image's ``path`` at ``intent.epsilon``.

    The strip is drawn outside the picture; guides treated as medical always get it, whatever ``strip`` says.

    Raises:
        UnknownClass: The guide has no class ``intent.towards``.
        EpsilonOutOfRange: ε is beyond the reach of the path.
    """
    guide = path.guide
    target = guide.class_index(intent.towards)
    enhancement = path.at(intent.epsilon)
    frames = path.frames[: steps_for(intent.epsilon, step=path.step) + 1]
    rendering = render(guide, subject, enhancement, target=target, extent=intent.extent)
    sentence = statement(guide, intent, path.request.objective)
    height, width = rendering.pixels.shape[:2]
    has_strip = strip or strip_required(guide)
    novelty = subject.novelty(guide)
    canvas = with_strip(rendering.pixels, sentence=sentence) if has_strip else rendering.pixels
    png = encode_png(canvas, text={"Description": sentence, "Software": f"L-WISE Studio {lwise_core.__version__}"})
    perturbation = _npz(
        perturbation=enhancement.change.difference,
        original=subject.seen(size=guide.input_size).numpy(),
        epsilons=np.arange(len(frames), dtype=np.float64) * path.step,
        logits_along_path=torch.stack([f.logits[0] for f in frames]).cpu().numpy(),
        classes=np.array(guide.classes),
    )
    warnings = survival_warnings(rendering.kept, epsilon_224=guide.epsilon_scale.at_224(intent.epsilon))
    manifest = {
        **_asked(guide, path, intent),
        "statement": sentence,
        "warnings": list(warnings),
        "cautions": list(cautions_of(guide, subject.logits(guide), stated=intent.stated, novelty=novelty)),
        "epsilon": _epsilon(guide, path, float(enhancement.spent[0]), asked=intent.epsilon),
        "photograph": _photograph(subject, guide),
        "picture": {"extent": intent.extent.value, "left": 0, "top": 0, "width": width, "height": height},
        "strip": has_strip,
        "original": {**_says(guide, subject.logits(guide), target), **novelty.fields()},
        "result_float": {**_says(guide, enhancement.logits[0].cpu(), target), "gain": rendering.gain_float},
        "result_8_bit": {
            **_says(guide, rendering.logits, target),
            "gain": rendering.gain,
            "share_of_gain_kept": rendering.kept,
        },
        "files": {"png_sha256": _sha256(png), "npz_sha256": _sha256(perturbation)},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"
    stem = export_stem(name_for_files(guide, subject.photograph), path, intent)
    return Export(stem, png, perturbation, text.encode(), warnings)


def name_for_files(guide: GuideModel, photograph: Photograph) -> str:
    """Return what files that leave the machine call a photograph.

    Its own name may be a patient's: with guides treated as medical, no part of the name appears.
    """
    return "picture" if guide.domain.treated_as_medical else photograph.name


def export_stem(name: str, path: EnhancementPath, intent: Intent) -> str:
    """Return the stem of the files' names: photograph, class, direction and ε, letters and digits only."""
    direction = "harder" if isinstance(path.request.objective, Harder) else ""
    words = [name.rpartition(".")[0] or name, intent.towards, direction, f"eps{intent.epsilon:.4g}"]
    stem = "_".join(filter(None, (re.sub(r"[^\w.]+", "-", w).strip("-.") for w in words)))[:120]
    return shortened(stem, at_most=_LONGEST_STEM) or "picture"


def survival_warnings(kept: float | None, *, epsilon_224: float) -> tuple[str, ...]:
    """Return sentences for the person where 8 bits eat the enhancement: ``kept`` is the share of the gain left."""
    sentences = []
    if kept is not None and kept < LITTLE_KEPT:
        sentences.append(
            f"Only {kept:.0%} of the change of the logit survives in the 8-bit picture: choose a larger ε."
        )
    if 0 < epsilon_224 < 1:
        sentences.append("Below ε₂₂₄ = 1, rounding to 8 bits eats a good part of the enhancement.")
    return tuple(sentences)


def cautions_of(
    guide: GuideModel, logits: torch.Tensor, *, stated: str, novelty: Novelty = NOT_JUDGED
) -> tuple[str, ...]:
    """Return what a page says beside a picture and what must go with it, since files are read without the page.

    What the guide's card wants said; where the original is flagged as unlike what the guide learnt (``novelty``), that;
    where the guide sees something else than was ``stated``, that; and for guides treated as medical how often a
    probability like that of its first choice was right. ``logits`` ``(C,)`` are those of the original.
    """
    probability, first = logits.softmax(dim=0).max(dim=0)
    name, said = guide.classes[int(first)], list(guide.cautions)
    if novelty.flagged:
        said.append(str(novelty))
    if canonical(name) != canonical(stated):
        said.append(f"The guide takes the original for {name} ({float(probability):.0%}), not for {stated}.")
    if guide.domain.treated_as_medical:
        said.append(reliability_sentence(guide.reliability, float(probability)))
    return tuple(said)


def _asked(guide: GuideModel, path: EnhancementPath, intent: Intent) -> dict[str, Any]:
    """Return what of a manifest follows from the question alone."""
    return {
        "schema_version": MANIFEST_SCHEMA_VERSION,
        "guide": _guide(guide),
        "stated_class": intent.stated,
        "stated_by": intent.stated_by.value,
        "class": intent.towards,
        "objective": _objective(guide, path.request.objective),
        **_restriction(path),
        "versions": _versions(),
    }


def _restriction(path: EnhancementPath) -> dict[str, Any]:
    """Return which share of what the guide sees could change; nothing where all of it could."""
    within = path.request.within
    return {} if within is None else {"share_that_may_change": float(within.float().mean())}


def _photograph(subject: CroppedPhotograph, guide: GuideModel) -> dict[str, Any]:
    """Return what a manifest says of the photograph; not its hash where that could tell whose it is."""
    photograph, crop = subject.photograph, subject.crop
    return {
        **({} if guide.domain.treated_as_medical else {"sha256": photograph.sha256}),
        "width": photograph.width,
        "height": photograph.height,
        "crop": {"left": crop.left, "top": crop.top, "side": crop.side},
    }


def _guide(guide: GuideModel) -> dict[str, Any]:
    return {
        "name": guide.name,
        "sha256": guide.provenance.weights_sha256,
        **guide.provenance.on_groups(),
        "architecture": guide.provenance.architecture,
        "input_size": guide.input_size,
        "domain": guide.domain.value,
        "classes": len(guide.classes),
        **guide.provenance.on_calibration(),
    }


def _objective(guide: GuideModel, objective: Objective) -> dict[str, Any]:
    return {"name": objective.name, "rivals": [guide.classes[i] for i in objective.rivals]}


def _epsilon(guide: GuideModel, path: EnhancementPath, spent: float, *, asked: float) -> dict[str, Any]:
    scale = guide.epsilon_scale
    return {
        "norm": "L2 over all 3·H·W values in [0, 1] at the guide's input size",
        "asked": asked,
        "asked_224": scale.at_224(asked),
        "spent": spent,
        "spent_rms_grey_levels": scale.grey_levels(spent),
        "step": path.step,
        "steps": steps_for(asked, step=path.step),
        "precision": path.precision,
    }


def _says(guide: GuideModel, logits: torch.Tensor, target: int) -> dict[str, Any]:
    return {
        "logit": float(logits[target]),
        "log_probability": float(logits.log_softmax(dim=0)[target]),
        "top_class": guide.classes[int(logits.argmax())],
    }


def _versions() -> dict[str, str]:
    return {
        "lwise_studio": lwise_core.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pillow": version("pillow"),
    }


def _npz(**arrays: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
