"""An experiment that needs no server of ours: a zip of a page, the pictures, and what each participant is shown.

It runs from any place that serves files, and under JATOS. The page is the app's own trial runner (assets/runner), so
trials run exactly as they do in the app. The same input gives the same bytes: nothing in it carries a date.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Literal
from zipfile import ZipFile

from lwise_core._utils.assets import asset
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.reproducible_zip import add_file
from lwise_core.teaching.courses.debriefed import Debriefing, SeenAgain
from lwise_core.teaching.courses.picture_keys import PictureKey, ShownWhere
from lwise_core.teaching.courses.static_readme import readme
from lwise_core.teaching.design.study_terms import StudyTerms, paragraphs
from lwise_core.teaching.design.timing import LEARNING, Timing
from lwise_core.teaching.design.trial_sampling import Foil, Trial
from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue, Message
from lwise_core.teaching.languages.runner_words import runner_words

CAUTION = Message("Pictures may have been altered by a neural network. Not for diagnosis.")
"""What every page of the experiment says, in its language."""

TRIALSETS_COLUMNS = ("trialset_id", "condition_idx", "block", "class", "url", "trial_type")
"""The columns of ``trialsets.csv``: those that the paper's own tool asks for (method notes 5.2)."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SHAPES = {
    "circle": '<circle cx="50" cy="50" r="36"/>',
    "triangle": '<polygon points="50,12 90,82 10,82"/>',
}


class StaticExperimentError(LWiseError):
    """An experiment that cannot be put together. The message is one sentence."""


@dataclass(frozen=True)
class Participant:
    """One participant: the sequence of trials, class → the name that this participant knows it by, and the group.

    The names keep their places on the screen, sorted, whichever class is behind each. ``debriefing`` is what they read
    after the last trial.
    """

    label: str
    trials: tuple[Trial, ...]
    aliases: Mapping[str, str]
    group: str = "control"
    condition: int = 0
    where: Mapping[int, ShownWhere] = field(default_factory=dict)
    debriefing: Debriefing | None = None


@dataclass(frozen=True)
class StaticExperiment:
    """Everything that the zip holds. ``pictures`` gives the PNG of every rendering, as bytes or as a file.

    ``examples`` gives, for classes, PNGs that introduce them before the first trial. Its page says ``messages``, by the
    names of assets/runner/messages.js, and all else with ``words``. ``terms`` are what participants read and agree to
    before the first trial, and are given after the last one.

    Raises:
        StaticExperimentError: There is no participant, two have the same label, one has no trials, a trial
            asks for a class that has no name, or a block comes twice.
    """

    title: str
    participants: tuple[Participant, ...]
    pictures: Mapping[PictureKey, bytes | Path]
    timing: Timing = LEARNING
    layout: Literal["ring", "keys"] = "ring"
    rotate: bool = False
    calibrate: bool = False
    sureness: bool = False
    examples: Mapping[str, tuple[bytes | Path, ...]] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    words: Catalogue = ENGLISH
    terms: StudyTerms = field(default_factory=StudyTerms)

    def __post_init__(self) -> None:
        if not self.participants:
            raise StaticExperimentError("An experiment needs at least one participant; add a sequence of trials.")
        labels = [p.label for p in self.participants]
        if len(set(labels)) < len(labels) or "" in labels:
            raise StaticExperimentError("Every participant needs a label of their own; rename those that are the same.")
        for participant in self.participants:
            _check(participant)


def write_static_experiment(experiment: StaticExperiment, to: Path | BinaryIO) -> None:
    """Write the experiment as a zip. Pictures are read one at a time.

    Args:
        experiment: What it holds.
        to: A file to make, or a binary stream to write to.

    Raises:
        StaticExperimentError: A picture is missing or is no PNG. What was written so far is no whole zip.
    """
    with ZipFile(to, "w") as archive:
        urls = _write_pictures(archive, experiment)
        examples = _write_examples(archive, experiment, urls)
        for path in _runner_files():
            add_file(archive, f"{path.parent.name}/{path.name}", path.read_bytes())
        add_file(archive, "index.html", _page(experiment))
        add_file(archive, "start.js", _START)
        add_file(archive, "jatos.js", _NO_JATOS)
        add_file(archive, "trials.json", _plan(experiment, urls, examples))
        add_file(archive, "trialsets.csv", _trialsets(experiment, urls))
        labels = [p.label for p in experiment.participants]
        add_file(archive, "README.txt", readme(experiment.title, CAUTION, labels, experiment.terms))


def _check(participant: Participant) -> None:
    """Refuse a sequence that the page could not show."""
    if not participant.trials:
        raise StaticExperimentError(f"Participant {participant.label} has no trials; draw a sequence first.")
    blocks = [block for block, _ in groupby(t.block for t in participant.trials)]
    if len(set(blocks)) < len(blocks):
        raise StaticExperimentError(f"Participant {participant.label} gets a block twice; keep its trials together.")
    for trial in participant.trials:
        asked = set(trial.relabelled) if trial.shows_shapes else {trial.answer, *trial.meanings.values()}
        if unnamed := sorted(asked - set(participant.aliases)):
            raise StaticExperimentError(
                f"Participant {participant.label} has no name for {unnamed[0]}; give every class one."
            )


def _runner_files() -> Iterator[Path]:
    """Yield the modules and style sheets of the trial runner, always in the same order."""
    for folder in ("runner", "shared"):
        yield from sorted(path for path in asset(folder).iterdir() if path.suffix in {".js", ".css"})


def _write_pictures(archive: ZipFile, experiment: StaticExperiment) -> Mapping[PictureKey, str]:
    """Write every picture that is shown, once, under the hash of its content; return where each is."""
    urls: dict[PictureKey, str] = {}
    written: set[str] = set()
    for key in _all_keys(experiment):
        if key in urls:
            continue
        content = _png(experiment, key)
        urls[key] = f"stimuli/{hashlib.sha256(content).hexdigest()}.png"
        if urls[key] not in written:
            add_file(archive, urls[key], content)
            written.add(urls[key])
    for name, drawn in _SHAPES.items():
        add_file(archive, f"stimuli/{name}.svg", _SVG.format(drawn=drawn).encode())
    return urls


def _write_examples(
    archive: ZipFile, experiment: StaticExperiment, urls: Mapping[PictureKey, str]
) -> Mapping[str, list[str]]:
    """Write the pictures that introduce classes, but those that a trial shows too; return class → where they are."""
    written = set(urls.values())
    found: dict[str, list[str]] = {}
    for name, pictures in experiment.examples.items():
        found[name] = []
        for shown in pictures:
            content = _checked_png(shown, called=f"An example of {name}")
            url = f"stimuli/{hashlib.sha256(content).hexdigest()}.png"
            found[name].append(url)
            if url not in written:
                add_file(archive, url, content)
                written.add(url)
    return found


def _all_keys(experiment: StaticExperiment) -> Iterator[PictureKey]:
    for participant in experiment.participants:
        for trial in participant.trials:
            yield from PictureKey.all_of(trial)
        for where in participant.where.values():
            yield from (where.original, where.enhanced)
        if participant.debriefing is not None:
            yield from (seen.key for seen in participant.debriefing.seen)


def _png(experiment: StaticExperiment, key: PictureKey) -> bytes:
    found = experiment.pictures.get(key)
    if found is None:
        altered = f" at ε₂₂₄ {key.epsilon_224:g} towards {key.towards}" if key.epsilon_224 else ""
        altered += f" ({key.treatment})" if key.treatment else ""
        raise StaticExperimentError(f"The picture {key.picture}{altered} is missing; compute it first.")
    return _checked_png(found, called=f"The picture {key.picture}")


def _checked_png(shown: bytes | Path, *, called: str) -> bytes:
    content = shown.read_bytes() if isinstance(shown, Path) else shown
    if not content.startswith(_PNG):
        raise StaticExperimentError(f"{called} is no PNG; pictures of an experiment are lossless.")
    return content


def _page(experiment: StaticExperiment) -> bytes:
    words = experiment.words
    without_script = words.translate("This experiment needs JavaScript; switch it on and reload the page.")
    return _INDEX.format(
        language=escape(words.language.code),
        title=escape(experiment.title),
        without_script=escape(without_script),
        caution=escape(words.translate(CAUTION)),
    ).encode()


def _plan(experiment: StaticExperiment, urls: Mapping[PictureKey, str], examples: Mapping[str, list[str]]) -> bytes:
    """Return what the page reads: the settings, and each participant's choices and trials."""
    participants = [_participant(p, urls, experiment.words) for p in experiment.participants]
    plan: dict[str, Any] = {
        "title": experiment.title,
        "layout": experiment.layout,
        "rotate": experiment.rotate,
        "calibrate": experiment.calibrate,
        "sureness": experiment.sureness,
        "timing": asdict(experiment.timing),
        "language": experiment.words.language.code,
        "examples": examples,
        "terms": _terms(experiment.terms),
        # The page itself says the caution, whatever happens.
        "messages": {**runner_words(experiment.words), **experiment.messages, "caution": ""},
        "participants": participants,
    }
    # Answers that a tab has kept belong to this experiment and to no other.
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    return json.dumps({"experiment": digest, **plan}, ensure_ascii=False, allow_nan=False).encode()


def _terms(terms: StudyTerms) -> dict[str, Any]:
    """Return what the author of a course wrote, as the page shows it: paragraphs of lines, the link with its host."""
    return {
        "consent": paragraphs(terms.consent),
        "instructions": paragraphs(terms.instructions),
        "completionCode": terms.completion_code,
        "completionLink": terms.completion_link,
        "completionHost": terms.completion_host,
    }


def _participant(participant: Participant, urls: Mapping[PictureKey, str], words: Catalogue) -> Mapping[str, Any]:
    called = {shape: words.translate(shape.capitalize()) for shape in _SHAPES} | dict(participant.aliases)
    names = sorted(participant.aliases.items(), key=lambda item: (item[1], item[0]))
    return {
        "label": participant.label,
        "group": participant.group,
        "condition_idx": participant.condition,
        "choices": [{"id": name, "label": alias} for name, alias in names],
        "trials": [
            _trial(trial, urls) | _pair(trial, urls, called) | _where(participant.where.get(trial.number), urls)
            for trial in participant.trials
        ],
        "debriefing": _debriefing(participant.debriefing, urls),
    }


def _debriefing(shown: Debriefing | None, urls: Mapping[PictureKey, str]) -> dict[str, Any] | None:
    """Return what is read after the last trial; every row has pictures, each with its line."""
    if shown is None:
        return None
    return {
        "heading": shown.heading,
        "paragraphs": shown.paragraphs,
        "caution": shown.caution,
        "altered": _rows(shown.altered, urls),
        "pairsHeading": shown.pairs_heading,
        "pairsExplained": shown.pairs_explained,
        "pairs": _rows(shown.pairs, urls),
    }


def _rows(rows: tuple[tuple[SeenAgain, ...], ...], urls: Mapping[PictureKey, str]) -> list[list[dict[str, str]]]:
    return [[{"src": urls[seen.key], "said": seen.said} for seen in row] for row in rows]


def _where(where: ShownWhere | None, urls: Mapping[PictureKey, str]) -> dict[str, Any]:
    if where is None:
        return {}
    rings = [asdict(ring) for ring in where.rings]
    return {"where": {"original": urls[where.original], "enhanced": urls[where.enhanced], "rings": rings}}


def _pair(trial: Trial, urls: Mapping[PictureKey, str], called: Mapping[str, str]) -> dict[str, Any]:
    """Return what a trial of two pictures says besides: both of them, from left to right, and what is asked."""
    if trial.foil is None:
        return {}
    right, other = (
        _stimulus(trial, urls, shapes=trial.shows_shapes),
        _stimulus(trial.foil, urls, shapes=trial.shows_shapes),
    )
    left, second = (other, right) if trial.foil.on_left else (right, other)
    return {
        "stimulus": left,
        "second": second,
        "asked": "" if trial.spots else called[trial.answer],
        "meanings": trial.meanings,
        "foil": asdict(trial.foil),
    }


def _stimulus(shown: Trial | Foil, urls: Mapping[PictureKey, str], *, shapes: bool) -> str:
    return f"shape:{shown.picture}" if shapes else urls[PictureKey.of(shown)]


def _trial(trial: Trial, urls: Mapping[PictureKey, str]) -> dict[str, Any]:
    return {
        "number": trial.number,
        "block": trial.block,
        "kind": trial.kind.value,
        "picture": trial.picture,
        "answer": trial.answer,
        "split": trial.split,
        "feedback": trial.feedback,
        "stimulus": _stimulus(trial, urls, shapes=trial.shows_shapes),
        "altered": trial.altered,
        "epsilon_224": trial.epsilon_224,
        "towards": trial.towards,
        "treatment": trial.treatment,
        "difficulty": trial.difficulty,
        "relabelled": dict(zip(trial.relabelled, _SHAPES, strict=True)) if trial.relabelled else {},
    }


def _trialsets(experiment: StaticExperiment, urls: Mapping[PictureKey, str]) -> bytes:
    """Return all sequences as the paper's own tool reads them, a row a trial, in order."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(TRIALSETS_COLUMNS)
    for participant in experiment.participants:
        for t in participant.trials:
            url = f"stimuli/{t.picture}.svg" if t.shows_shapes else urls[PictureKey.of(t)]
            rows.writerow((participant.label, participant.condition, t.block, t.answer, url, t.kind.value))
    return text.getvalue().encode()


_INDEX = """<!doctype html>
<html lang="{language}" class="standalone">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>{title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="shared/base.css" />
    <link rel="stylesheet" href="runner/runner.css" />
    <script src="jatos.js"></script>
    <script type="module" src="start.js"></script>
  </head>
  <body>
    <main></main>
    <noscript>{without_script}</noscript>
    <footer>{caution}</footer>
  </body>
</html>
"""

_START = b"""import { runStatic } from "./runner/static.js";

await runStatic(document.querySelector("main"), "trials.json");
"""

_NO_JATOS = b"""// JATOS serves a file of its own under this name. Anywhere else there is no JATOS, and nothing to do.
"""

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="224" height="224">{drawn}</svg>\n'
