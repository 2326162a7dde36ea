"""What an inspection found, as one self-contained HTML file and as JSON with every number.

The file needs no network and runs no script. Every picture of something altered carries the strip that says so.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import jinja2
import numpy as np

import lwise_core
from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core.enhancement.export import INVENTED, StatedBy
from lwise_core.guides.looking import novelty_of
from lwise_core.guides.novelty import Novelty
from lwise_core.images.caption_strip import with_strip
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.heatmaps import enlarged, painted
from lwise_core.inspection.attribution import scale_of
from lwise_core.inspection.examine import Findings, MapPair, agreement_of, perturbation_at
from lwise_core.inspection.folding import folds_of
from lwise_core.inspection.indicators import Indicator, Light, Risk, no_flag_up_to
from lwise_core.inspection.perturbation import (
    PerceptualDifference,
    Perturbation,
    perceptual_difference_of,
    similarity_map,
)
from lwise_core.inspection.report_beside import NOTHING_BESIDE, Beside, Json, PaintedClass
from lwise_core.inspection.wording import CHANCE_COMES_LAST, clear_range, doubt_of, founded_first, verdict_of

_SIDE = 448
_LUMA_LIMIT = 24.0  # grey levels, as on the page


@dataclass(frozen=True)
class ReportSubject:
    """What was inspected: the photograph's name, what it is stated to show, and the budget in the guide's units.

    ``stated_by`` says who stated the class. ``altered`` is the name of the picture that somebody else made of it, empty
    for changes of this library's own; ``notes`` are sentences on such a pair.
    """

    photograph: str
    stated: str
    epsilon: float
    stated_by: StatedBy = StatedBy.PERSON
    altered: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Report:
    """The lights of one path, and the maps before and after, at one ε.

    It holds what is known: no ``maps`` where none were computed, the lights as far as they are set, and ``beside`` what
    was asked beside the change.
    """

    subject: ReportSubject
    findings: Findings
    maps: tuple[MapPair, ...] = ()
    beside: Beside = NOTHING_BESIDE

    @property
    def risk(self) -> Risk:
        """Both lights at the budget, or where the path ends before it."""
        return self.findings.at(self.subject.epsilon)

    @cached_property
    def novelty(self) -> Novelty:
        """Whether the original is unlike everything that the guide learnt."""
        path = self.findings.path
        return novelty_of(path.guide, path.frames[0].images[0])

    @property
    def verdict(self) -> str:
        """Whether the change can be trusted, in a sentence or two."""
        return verdict_of(self.risk, towards=self._towards, novelty=self.novelty)

    @property
    def why(self) -> str:
        """Where the class was before the change, and where its gain arose, in a sentence; or why nobody can tell."""
        return self.risk.why.sentence

    @property
    def missing(self) -> tuple[str, ...]:
        """What this report does not hold, a sentence each."""
        lacks = {
            "The lights at other ε were still being computed.": not self.findings.complete,
            "No attributions were computed.": not self.maps,
            "The further indicators, which are not counted, were not asked for.": self.walked
            and self.findings.evidence is None,
            **{sentence: self.walked and is_so for sentence, is_so in self.beside.missing.items()},
        }
        return tuple(sentence for sentence, is_so in lacks.items() if is_so)

    @property
    def statement(self) -> str:
        """The sentence that every picture of the altered one carries."""
        if not self.walked:
            return f"Altered by somebody else, inspected for {self._towards}. Not for diagnosis."
        invented = f" {INVENTED}" if self.subject.stated != self._towards else ""
        return f"AI-altered towards {self._towards}, ε = {self.subject.epsilon:.3g}.{invented} Not for diagnosis."

    def as_json(self) -> str:
        """Return every number, as JSON without NaN."""
        change = self._change
        numbers = {
            **self._head(),
            **self.novelty.fields(),
            "verdict": self.verdict,
            "why": self.why,
            "missing": self.missing,
            "semantic": _light_numbers(self.risk.semantic),
            "artefact": _light_numbers(self.risk.artefact),
            "no_flag_up_to": no_flag_up_to(self.findings.risks) if self.walked and self.findings.complete else None,
            "along": [_along(risk) for risk in self.findings.risks],
            "look": None if change.is_none else vars(perceptual_difference_of(change)),
            "folds": [vars(folded) for folded in folds_of(change)],
            "maps": [_map_numbers(pair) for pair in self.maps],
            "agreement": agreement_of(self.maps),
            "painted": [one.numbers for one in self._painted()],
            "opinions": [asdict(opinion) for opinion in self.beside.opinions],
        }
        return json.dumps(numbers, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def as_arrays(self) -> bytes:
        """Return every pixel as an NPZ file of float32, which ``numpy.load`` reads.

        ``original`` and ``enhanced`` ``(3, H, W)`` in [0, 1]; ``similarity`` and ``support`` ``(H, W)``; and of every
        method ``METHOD/original`` and ``METHOD/enhanced`` ``(H, W)``. All others that the page shows are differences,
        lengths or transforms of these.
        """
        change, evidence = self._change, self.findings.evidence
        arrays = {"original": change.original, "enhanced": change.changed}
        arrays["similarity"] = similarity_map(change).astype(np.float32)
        if evidence is not None:
            arrays["support"] = evidence.support
        for pair in self.maps:
            arrays[f"{pair.method.name}/original"] = pair.before.values
            arrays[f"{pair.method.name}/enhanced"] = pair.after.values
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    def as_html(self) -> str:
        """Return the report as one HTML file, pictures inside."""
        change = self._change
        guide = self.findings.path.guide
        page = {
            **self._head(),
            "verdict": self.verdict,
            "why": self.why,
            "missing": self.missing,
            "guessed": self.subject.stated_by is StatedBy.GUESS,
            "novelty": str(self.novelty),
            "unlike_flagged": self.novelty.flagged,
            "cautions": guide.cautions,
            "calibrated_on": str(guide.provenance.calibrated or ""),
            "no_flag_up_to": clear_range(self.findings.risks) if self.walked and self.findings.complete else "",
            "lights": [_light_words(light) for light in (self.risk.semantic, self.risk.artefact)],
            "pictures": self._pictures(change),
            "look": [] if change.is_none else _look_words(perceptual_difference_of(change)),
            "maps": [self._map_words(pair) for pair in founded_first(self.maps)],
            "maps_order": CHANCE_COMES_LAST if len({bool(doubt_of(pair)) for pair in self.maps}) > 1 else "",
            "painted": [_painted_words(one) for one in self._painted()],
            "opinions": self.beside.rows(towards=self._towards),
        }
        return _template().render(report=page)

    def _painted(self) -> Iterator[PaintedClass]:
        return self.beside.painted(epsilon=self.subject.epsilon)

    @property
    def _change(self) -> Perturbation:
        path = self.findings.path
        return perturbation_at(path, epsilon=min(self.subject.epsilon, path.reach))

    @property
    def walked(self) -> bool:
        """Whether the change is this library's own, which knows every ε up to it."""
        return not self.subject.altered

    @property
    def _towards(self) -> str:
        path = self.findings.path
        return path.guide.classes[int(path.request.targets[0])]

    def _head(self) -> dict[str, Any]:
        guide, within = self.findings.path.guide, self.findings.path.request.within
        return {
            "photograph": self.subject.photograph,
            "stated": self.subject.stated,
            "stated_by": self.subject.stated_by.value,
            "towards": self._towards,
            "guide": guide.name,
            "guide_sha256": guide.provenance.weights_sha256,
            **guide.provenance.on_calibration(),
            **guide.provenance.on_groups(),
            "epsilon": self.subject.epsilon,
            "epsilon_224": guide.epsilon_scale.at_224(self.subject.epsilon),
            "share_that_may_change": 1.0 if within is None else float(within.float().mean()),
            "altered": self.subject.altered or None,
            "notes": self.subject.notes,
            "version": lwise_core.__version__,
        }

    def _pictures(self, change: Perturbation) -> list[Json]:
        shown = [("Original, as the guide sees it. Not for diagnosis.", _upright(change.original))]
        shown.append((self.statement, _upright(change.changed)))
        luma = painted(change.luma.astype(np.float32), limit=_LUMA_LIMIT)
        shown.append((f"Change of luma, ±{_LUMA_LIMIT:.0f} grey levels. {self.statement}", luma))
        return [_picture(title, pixels) for title, pixels in shown]

    def _map_words(self, pair: MapPair) -> Json:
        limit = scale_of([pair.before.values, pair.after.values])
        shown: Sequence[tuple[str, FloatImage]] = (
            ("Original", pair.before.values),
            ("Enhanced", pair.after.values),
            ("Difference", pair.difference),
        )
        return {
            "name": pair.method.title,
            "pictures": [
                _picture(f"{title}: {pair.method.title}, ±{limit:.3g}. Not for diagnosis.", painted(v, limit=limit))
                for title, v in shown
            ],
            "worth": worth_of(pair),
        }


def worth_of(pair: MapPair) -> str:
    """Return what the map of the original is worth: first whether it is no better than chance, then in numbers."""
    return " ".join(filter(None, (doubt_of(pair), figures_of(pair))))


def figures_of(pair: MapPair) -> str:
    """Return what the map of the original is worth, in numbers."""
    said = [f"Maps before and after: {_rho(pair.drift)}."]
    if pair.faithful is None:
        said.append("The map has no order of pixels, so it cannot be judged.")
    else:
        ranked, random = pair.faithful.ranked, pair.faithful.random
        said.append(
            "As the pixels that it ranks highest are taken out first, the class's probability is "
            f"{ranked.deletion.area:.3f} on average (deletion; in random order {random.deletion.area:.3f}, lower is "
            f"better); as they are put back first, {ranked.insertion.area:.3f} (insertion; in random order "
            f"{random.insertion.area:.3f}, higher is better)."
        )
    said.append(
        f"Against the same network with random weights: {_rho(pair.random_weights.absolute)} (near 0 is better)."
    )
    if pair.overlap is not None:
        said.append(
            f"{pair.overlap:.0%} of the change lies on the fifth of the pixels that it ranks highest (20% by chance)."
        )
    missed = pair.before.completeness_error
    if missed is not None:
        said.append(f"Completeness: the map's sum misses the difference of logits by {missed:.1%}.")
    return " ".join(said)


def _rho(value: float | None) -> str:
    return "cannot judge" if value is None else f"ρ = {value:.2f}".replace("-", "−")


def _upright(image: FloatImage) -> Pixels:
    """Return ``(3, H, W)`` in [0, 1] as ``(H, W, 3)`` in 8 bits."""
    return to_8_bit(image).transpose(1, 2, 0)


def _picture(title: str, pixels: Pixels) -> Json:
    """Return a picture with the strip that says ``title``."""
    with_words = with_strip(np.ascontiguousarray(enlarged(pixels, side=_SIDE)), sentence=title)
    return {"title": title, "base64": base64.b64encode(encode_png(with_words)).decode()}


def _painted_words(one: PaintedClass) -> Json:
    lights = (one.risk.semantic, one.risk.artefact)
    return {
        "towards": one.towards,
        "picture": _picture(one.statement, one.pixels),
        "choice": "" if one.risk.choice is None else one.risk.choice.sentence,
        "lights": [(light.kind.value, light.state.value) for light in lights],
        "verdict": one.verdict,
    }


def _light_words(light: Light) -> Json:
    return {
        "question": light.kind.value,
        "state": light.state.value,
        "sentence": light.sentence,
        "indicators": [_indicator_words(i) for i in light.indicators],
    }


def _indicator_words(indicator: Indicator) -> Json:
    measure, limit = indicator.measure, indicator.limit
    side = ">" if measure.high_is_bad else "<"
    known = indicator.value is not None
    return {
        "key": measure.key,
        "name": measure.name,
        "meaning": measure.meaning,
        "shown": f"{indicator.value:.3g} {measure.unit}" if known else "–",
        "null": indicator.null,
        "limit_shown": "no limit" if limit is None else f"{side} {limit.value:.3g}",
        "state": indicator.verdict,
        "because": indicator.because,
    }


def _light_numbers(light: Light) -> Json:
    return {
        "state": light.state.value,
        "sentence": light.sentence,
        "indicators": {
            i.measure.key: {
                "value": i.value,
                "limit": None if i.limit is None else i.limit.value,
                "basis": None if i.limit is None else i.limit.basis,
                "null": i.null,
                "state": i.state.value,
                "because": i.because,
            }
            for i in light.indicators
        },
    }


def _along(risk: Risk) -> Json:
    return {
        "epsilon": risk.epsilon,
        "semantic": risk.semantic.state.value,
        "artefact": risk.artefact.state.value,
        "values": risk.values,
    }


def _look_words(look: PerceptualDifference) -> list[tuple[str, str, str]]:
    return [
        ("RMS", f"{look.rms:.2f} of 255 grey levels", f"largest {look.largest:.0f}"),
        (
            "Colour, ΔE2000",
            f"median {look.delta_e:.2f}",
            f"5% of the pixels differ by more than {look.delta_e_95:.2f}; about 1 can just be seen",
        ),
        ("Similarity, SSIM", f"mean {look.ssim:.3f}", f"5% of the pixels are below {look.ssim_5:.3f}; 1 is the same"),
        ("Newly black, white or pure", f"{look.saturated:.2%}", "at 0 or 255 in some channel, and not before"),
    ]


def _map_numbers(pair: MapPair) -> Json:
    faithful = pair.faithful
    return {
        "method": pair.method.name,
        "layer": pair.before.layer,
        "drift": pair.drift,
        "overlap": pair.overlap,
        "completeness_error": pair.before.completeness_error,
        "random_weights": {"signed": pair.random_weights.signed, "absolute": pair.random_weights.absolute},
        "deletion": None if faithful is None else faithful.ranked.deletion.area,
        "deletion_random": None if faithful is None else faithful.random.deletion.area,
        "insertion": None if faithful is None else faithful.ranked.insertion.area,
        "insertion_random": None if faithful is None else faithful.random.insertion.area,
    }


@cache
def _template() -> jinja2.Template:
    text = files("lwise_core.inspection").joinpath("report.html").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
