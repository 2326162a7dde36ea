"""A task of a job: both lights of every picture along its path, and what its change is made of, at every ε.

What is found is what :mod:`lwise_core.inspection.examine` finds of one photograph, as far as the
largest ε that was ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

import torch
from pydantic import TypeAdapter

from lwise_core.batch.batch_records import BatchRecord, PictureResult
from lwise_core.batch.settings import Budget, JobError, at_224
from lwise_core.batch.tables import Columns, Row
from lwise_core.batch.tasks import Put, ScoredBatch, Summary, TaskSettings
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import Findings, examine, examine_counted, perturbation_at
from lwise_core.inspection.indicators import MEASURES, NOT_SAFETY, Indicator, Light, LightKind, LightState, Risk
from lwise_core.inspection.perturbation import PerceptualDifference, perceptual_difference_of
from lwise_core.inspection.report import Report, ReportSubject

_LIGHTS = {kind.name.lower(): kind for kind in LightKind}
_OF_AN_INDICATOR: Mapping[str, type[float] | type[str]] = {"": float, "_limit": float, "_null": str, "_state": str}
_LOOK = tuple(f.name for f in fields(PerceptualDifference))


@dataclass(frozen=True)
class LightAlongPath:
    """One light from the original to the largest ε, at 224 px: where it first flags, and how far it did not before.

    Each is None where there is no such place: a light that cannot judge anywhere has neither.
    """

    first_flag_224: float | None
    no_flag_up_to_224: float | None

    @classmethod
    def of(cls, lights: Iterable[tuple[float, Light]]) -> LightAlongPath:
        """Return what becomes of a light along its path, given with its ε at 224 px, rising."""
        clear = None
        for epsilon_224, light in lights:
            if light.state is LightState.FLAGGED:
                return cls(epsilon_224, clear)
            if light.state is LightState.NO_FLAG:
                clear = epsilon_224
        return cls(None, clear)

    @property
    def state(self) -> LightState:
        """Flagged when it is flagged anywhere; cannot judge when it can nowhere."""
        if self.first_flag_224 is not None:
            return LightState.FLAGGED
        return LightState.CANNOT_JUDGE if self.no_flag_up_to_224 is None else LightState.NO_FLAG


TableRow = dict[str, float | str | None]


@dataclass(frozen=True)
class InspectedResult(PictureResult):
    """What is kept of a picture: both lights along the path, and what the table says at each ε."""

    lights: dict[str, LightAlongPath]
    rows: tuple[TableRow, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(str(row["file"]) for row in self.rows if row["file"])


@dataclass(frozen=True)
class Inspected:
    """What was found of one picture, and pages that show it, as HTML by the name of their file."""

    told: InspectedResult
    pages: Mapping[str, str]

    def written(self, put: Put) -> InspectedResult:
        """Write the pages."""
        hashes = {file: put(file, page.encode()) for file, page in self.pages.items()}
        rows = tuple({**row, "file_sha256": hashes.get(str(row["file"]))} for row in self.told.rows)
        return replace(self.told, rows=rows)


_FORM = TypeAdapter(BatchRecord[InspectedResult])  # JSON has no NaN and no infinity: they are kept as null


def _columns() -> Iterator[tuple[str, type[float] | type[str]]]:
    yield from dict.fromkeys(("epsilon_224", "epsilon", "spent", "logit_float", "gain_float"), float).items()
    for light in _LIGHTS:
        yield from ((light, str), (f"{light}_sentence", str))
        yield from ((f"{light}_{field.name}", float) for field in fields(LightAlongPath))
    for key in (m.key for m in MEASURES):
        yield from ((f"{key}{of}", kind) for of, kind in _OF_AN_INDICATOR.items())
    yield from dict.fromkeys(_LOOK, float).items()
    yield from (("file", str), ("file_sha256", str))


@dataclass(frozen=True)
class InspectTask:
    """To say of every picture how far to trust what every ε paints.

    With ``reports`` each flagged picture also gets a page, about the first of the ordered ε at which it is flagged.
    With ``further`` the indicators that are shown and not counted are found too, which takes several times as long.

    Raises:
        JobError: There is no ε.
    """

    settings: TaskSettings
    reports: bool = False
    further: bool = False
    packages: ClassVar[tuple[str, ...]] = ("scikit-image", "scipy")
    varied: ClassVar[bool] = False
    most_at_once: ClassVar[int] = 4  # a picture takes seconds, and a kill should not cost many
    form: ClassVar[TypeAdapter[BatchRecord[InspectedResult]]] = _FORM
    columns: ClassVar[Columns] = dict(_columns())
    folders: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if not self.settings.budgets:
            raise JobError("Say at which ε to inspect the pictures.")

    @property
    def plan(self) -> Mapping[str, object]:
        return {"layout": "inspect 2", "reports": self.reports, "further": self.further}

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[Inspected]:
        """Return what is found of each picture, one after the other."""
        found = zip(looked.entries, looked.images, looked.told, strict=True)
        return [self._inspected(guide, entry, image, told) for entry, image, told in found]

    def _inspected(self, guide: GuideModel, entry: PictureEntry, image: torch.Tensor, told: PictureResult) -> Inspected:
        request = PathRequest.single(image, target=told.target, objective=self.settings.objective)
        path = Walker(guide).to(request, epsilon=self.settings.budgets[-1].epsilon)
        *_, findings = (examine if self.further else examine_counted)(path)
        lights = {name: _along(findings, kind) for name, kind in _LIGHTS.items()}
        rows = tuple(_row(findings, budget, told) for budget in self._asked)
        pages = {}
        flagged = [i for i, b in enumerate(self._asked) if findings.at(b.epsilon).flagged]
        if self.reports and flagged:
            file, first = f"reports/{entry.stem}.html", flagged[0]
            stated, epsilon = guide.classes[told.target], self._asked[first].epsilon
            by = StatedBy.GUESS if self.settings.guesses else StatedBy.PERSON
            subject = ReportSubject(entry.name, stated, epsilon, by)
            pages[file] = Report(subject, findings, maps=()).as_html()
            rows[first]["file"] = file
        return Inspected(InspectedResult(**asdict(told), lights=lights, rows=rows), pages)

    @property
    def _asked(self) -> tuple[Budget, ...]:
        """What was ordered, without the original, of which there is nothing to say."""
        return self.settings.budgets[1:]

    def rows(self, told: InspectedResult) -> Iterator[Row]:
        """Yield a row for each ε."""
        along = {
            f"{name}_{field}": value for name, light in told.lights.items() for field, value in asdict(light).items()
        }
        yield from ({**row, **along} for row in told.rows)

    def summary(self, guide: GuideModel, told: Iterable[InspectedResult]) -> Summary:
        """Return how many pictures each light flags anywhere up to the largest ε, and how many it cannot judge."""
        pairs = Counter((name, light.state) for one in told for name, light in one.lights.items())
        counts = {name: {state: pairs[name, state] for state in LightState} for name in _LIGHTS}
        furthest = self._asked[-1].epsilon_224
        said = {
            "statement": f"Lights of AI-altered pictures; “no flag” is {NOT_SAFETY}. Not for diagnosis.",
            "budgets": [{"epsilon": b.epsilon, "epsilon_224": b.epsilon_224} for b in self._asked],
            "geometry": f"central square, antialiased bilinear to {guide.input_size} px",
            "lights": {name: {"question": kind.value, **counts[name]} for name, kind in _LIGHTS.items()},
            "indicators": {
                m.key: {
                    "light": m.kind.name.lower(),
                    "name": m.name,
                    "unit": m.unit,
                    "meaning": m.meaning,
                    "flagged": "above its limit" if m.high_is_bad else "below its limit",
                }
                for m in MEASURES
            },
        }
        return Summary(said, tuple(_sentence(kind, counts[name], furthest) for name, kind in _LIGHTS.items()))


def _along(findings: Findings, kind: LightKind) -> LightAlongPath:
    guide = findings.path.guide
    return LightAlongPath.of((at_224(guide, risk.epsilon), _light(risk, kind)) for risk in findings.risks)


def _light(risk: Risk, kind: LightKind) -> Light:
    return risk.semantic if kind is LightKind.SEMANTIC else risk.artefact


def _row(findings: Findings, budget: Budget, told: PictureResult) -> TableRow:
    """Return what the table says of a picture at one ε; what is no number becomes nothing in the record."""
    path, risk = findings.path, findings.at(budget.epsilon)
    result, change = path.at(budget.epsilon), perturbation_at(path, epsilon=budget.epsilon)
    logit = float(result.logits[0, told.target])
    row: TableRow = {
        "epsilon_224": budget.epsilon_224,
        "epsilon": budget.epsilon,
        "spent": float(result.spent[0]),
        "logit_float": logit,
        "gain_float": logit - told.logit,
    }
    row |= {f"{measure.key}{of}": None for measure in MEASURES for of in _OF_AN_INDICATOR}  # not all were asked for
    for name, kind in _LIGHTS.items():
        light = _light(risk, kind)
        row |= {name: light.state.value, f"{name}_sentence": light.sentence}
        for indicator in light.indicators:
            row |= _cells(indicator)
    row |= dict.fromkeys(_LOOK) if change.is_none else asdict(perceptual_difference_of(change))
    return {**row, "file": None}


def _cells(indicator: Indicator) -> TableRow:
    key, limit = indicator.measure.key, indicator.limit
    return {
        key: indicator.value,
        f"{key}_limit": None if limit is None else limit.value,
        f"{key}_null": indicator.null,
        f"{key}_state": indicator.state.value,
    }


def _sentence(kind: LightKind, counts: Mapping[LightState, int], furthest: float) -> str:
    """Return what a light says of all pictures together."""
    flagged, clear, unknown = (counts[s] for s in (LightState.FLAGGED, LightState.NO_FLAG, LightState.CANNOT_JUDGE))
    return (
        f"“{kind.value}” up to ε₂₂₄ = {furthest:.3g}: flagged for {flagged:,} of {sum(counts.values()):,} pictures, "
        f"no flag for {clear:,} ({NOT_SAFETY}), cannot judge {unknown:,}. Not for diagnosis."
    )
