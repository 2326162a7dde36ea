"""Whether the tests notice when an indicator is broken: each one, in three ways and at two places.

    python -m benchmarks.mutations

A process of its own patches one indicator, then runs the tests of the lights until the first fails. The sign is turned;
or every question gets the answer to the one before it (the first gets 0), as when steps or pictures are mixed up; or
the answer is always the same. It is broken where it is measured, or where the light reads it: tests that measure well
say nothing of a light that shows another number. (Mutation analysis: DeMillo, Lipton & Sayward 1978.)
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
import typer

from lwise_core.guides.references import References
from lwise_core.inspection import detail, evidence, folding, hallucination, perturbation
from lwise_core.inspection import examine as _inspection  # noqa: F401  imported so that it is patched too
from lwise_core.inspection.evidence import Curve, Gathering
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.hallucination import Judge, Transfer
from lwise_core.inspection.indicators import MEASURES, LightKind
from lwise_core.inspection.perturbation import PerceptualDifference, Spectrum

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

TESTS = ("test_hallucination.py", "test_evidence.py", "test_perturbation.py", "test_examine.py")
FAST = "not what_p_says and not fast_twin"
"""All but the tests that take a second each, as pytest's ``-k`` wants it."""
CONSTANT = 0.5
_QUICKLY = ("-x", "-q", "-p", "no:cacheprovider", "--assert=plain")
_FOLDER = Path(__file__).parents[1] / "tests" / "inspection"
_NOTICED = {100: False, 101: True}  # exit codes of tests that passed and failed; whatever else went wrong has others


class Way(StrEnum):
    """How an indicator is broken."""

    SIGN = "sign turned"
    SHUFFLED = "the answer before"
    CONSTANT = "always the same"


class Place(StrEnum):
    """Where it is broken."""

    MEASURED = "where it is measured"
    READ = "where the light reads it"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One indicator, broken once."""

    key: str
    way: Way
    place: Place

    def apply(self) -> None:
        """Break it in this process, for good."""
        broken = Broken(self.way)
        if self.place is Place.MEASURED:
            _MEASURED[self.key](broken)
        else:
            _as_read(self.key, broken)


class Broken:
    """Answers that are wrong in one way; None stays None."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._before = 0.0

    def __call__(self, value: float | None) -> float | None:
        """Return the wrong answer instead of ``value``."""
        return None if value is None else self.number(value)

    def number(self, value: float) -> float:
        """Return the wrong number instead of ``value``."""
        before, self._before = self._before, value
        return {Way.SIGN: -value, Way.SHUFFLED: before, Way.CONSTANT: CONSTANT}[self._way]

    def curve(self, values: Curve) -> Curve:
        """Return wrong numbers instead of ``values``, one after the other."""
        wrong: Curve = np.array([self.number(float(v)) for v in values])
        return wrong


def mutations() -> Iterator[Mutation]:
    """Yield every mutation, by indicator."""
    for measure in MEASURES:
        for place in Place:
            for way in Way:
                yield Mutation(key=measure.key, way=way, place=place)


@app.command()
def main(
    only: Annotated[list[str] | None, typer.Option("--only", help="Indicators, such as H3; without it, all.")] = None,
) -> None:
    """Break every indicator of the two lights in every way, and say whether some test noticed."""
    importlib.import_module("tests.conftest")  # once, and not in every process anew
    if noticed(None):
        raise typer.BadParameter("the tests fail although nothing is broken.")
    print(f"| indicator | place | {' | '.join(Way)} |")
    print("|---|---|---|---|---|")
    missed = 0
    chosen = [m for m in MEASURES if not only or m.key in only]
    for measure in chosen:
        for place in Place:
            found = [noticed(Mutation(key=measure.key, way=way, place=place)) for way in Way]
            missed += found.count(False)
            cells = " | ".join("noticed" if f else "**not noticed**" for f in found)
            print(f"| {measure.key}, {measure.name.lower()} | {place} | {cells} |", flush=True)
    everything = len(chosen) * len(Way) * len(Place)
    print(f"\n{everything - missed} of {everything} noticed.")


def noticed(mutation: Mutation | None) -> bool:
    """Return whether some test fails with ``mutation``, in a process of its own.

    Raises:
        RuntimeError: The tests could not be run.
    """
    process = multiprocessing.get_context("fork").Process(target=_run, args=(mutation,))
    process.start()
    process.join()
    if process.exitcode not in _NOTICED:
        raise RuntimeError(f"The tests could not be run with {mutation}: it ended with {process.exitcode}.")
    return _NOTICED[process.exitcode]


def _run(mutation: Mutation | None) -> None:
    if mutation is not None:
        mutation.apply()
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        code = pytest.main([*_QUICKLY, "-k", FAST, *(str(_FOLDER / test) for test in TESTS)])
    os._exit(min(_NOTICED) + int(code))  # no clean-up that belongs to the parent


def _as_read(key: str, broken: Broken) -> None:
    """Break what the judge finds under ``key``, after everything was measured well."""
    kind = next(m.kind for m in MEASURES if m.key == key)
    name = "_semantic" if kind is LightKind.SEMANTIC else "_artefact"
    original = getattr(Judge, name)

    def wrong(judge: Judge, step: int) -> dict[str, Any]:
        found = original(judge, step)
        value, *rest = found[key]
        return {**found, key: (broken(value), *rest)}

    setattr(Judge, name, wrong)


def _everywhere(original: Callable[..., Any], wrong: Callable[..., Any]) -> None:
    """Put ``wrong`` wherever a module of the core has ``original``; tests import it from there."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "lwise_core":
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, wrong)


def _p(broken: Broken) -> None:
    original = References.conformal_p

    def wrong(self: References, logit: float, *, class_name: str) -> float:
        return broken.number(original(self, logit, class_name=class_name))

    setattr(References, original.__name__, wrong)


def _created(broken: Broken) -> None:
    original = hallucination._created
    _everywhere(original, lambda path, step: broken(original(path, step)))


def _of_evidence(field: str) -> Callable[[Broken], None]:
    def apply(broken: Broken) -> None:
        original = evidence.gather

        def wrong(*args: Any, **options: Any) -> Iterator[Gathering]:  # noqa: ANN401  whatever gather takes
            for gathered in original(*args, **options):
                found = gathered.evidence
                if found is not None:
                    wrong_curve: Any = {field: broken.curve(getattr(found, field))}
                    found = replace(found, **wrong_curve)
                yield replace(gathered, evidence=found)

        _everywhere(original, wrong)

    return apply


def _transfer(broken: Broken) -> None:
    original = hallucination.transfer_of

    def wrong(*args: Any) -> Transfer | None:  # noqa: ANN401  whatever transfer_of takes
        found = original(*args)
        return None if found is None else replace(found, shares=tuple(broken.number(v) for v in found.shares))

    _everywhere(original, wrong)


def _new_detail(broken: Broken) -> None:
    original = perturbation.unconfirmed_share
    _everywhere(original, lambda change: broken(original(change)))


def _lost_detail(broken: Broken) -> None:
    original = detail.lost_detail
    _everywhere(original, lambda change: broken(original(change)))


def _smeared(broken: Broken) -> None:
    original = detail.smeared_share
    _everywhere(original, lambda change: broken(original(change)))


def _lattice(broken: Broken) -> None:
    original = folding.repeated_share

    def wrong(change: perturbation.Perturbation) -> folding.RepeatedShare | None:
        found = original(change)
        return None if found is None else replace(found, share=broken.number(found.share))

    _everywhere(original, wrong)


def _saturation(broken: Broken) -> None:
    original = perturbation.perceptual_difference_of

    def wrong(change: perturbation.Perturbation) -> PerceptualDifference:
        look = original(change)
        return replace(look, saturated=broken.number(look.saturated))

    _everywhere(original, wrong)


def _fine_grain(broken: Broken) -> None:
    original = vars(Spectrum)["fine_share"].fget
    setattr(Spectrum, "fine_share", property(lambda spectrum: broken(original(spectrum))))  # noqa: B010  mypy


def _without_evidence(broken: Broken) -> None:
    original = EvidenceLedger.unsupported_share

    def wrong(ledger: EvidenceLedger, step: int) -> float | None:
        return broken(original(ledger, step))

    setattr(EvidenceLedger, "unsupported_share", wrong)  # noqa: B010  mypy


_MEASURED: dict[str, Callable[[Broken], None]] = {
    "H1": _p,
    "HE": _without_evidence,
    "H2": _created,
    "H3": _of_evidence("mass"),
    "H4": _of_evidence("specificity"),
    "H5": _transfer,
    "H6": _of_evidence("stability"),
    "H7": _new_detail,
    "H8": _lattice,
    "H9": _saturation,
    "HF": _fine_grain,
    "HS": _lost_detail,
    "HP": _smeared,
}


if __name__ == "__main__":
    app()
