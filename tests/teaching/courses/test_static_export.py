"""The zip of a static experiment: everything the page asks for, once, and the same bytes for the same input."""

from __future__ import annotations

import csv
import hashlib
import html.parser
import io
import json
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.picture_keys import PictureKey
from lwise_core.teaching.courses.static_export import (
    CAUTION,
    TRIALSETS_COLUMNS,
    Participant,
    StaticExperiment,
    StaticExperimentError,
    write_static_experiment,
)
from lwise_core.teaching.design.schedules import Block, Group, Schedule
from lwise_core.teaching.design.timing import BRIEF
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, TrialKind, aliases_for, trials_for
from lwise_core.teaching.design.trials import Foil
from lwise_core.teaching.languages.catalogue import ENGLISH, catalogue_for

CLASSES = ("cat", "dog", "owl")
SCHEDULE = Schedule(
    "short",
    (
        Block("train_1", 0.5, 4.0, feedback=True, per_class=2),
        Block("test_1", 1.0, 0.0, feedback=False, per_class=1, split="val"),
    ),
)


def png(seed: int) -> bytes:
    return encode_png(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def experiment() -> StaticExperiment:
    """Two participants, one of the control group."""
    pool = Pool(
        tuple(
            Candidate(f"{split}/{name}/{i}", name, split, difficulty=i)
            for split in ("train", "val")
            for name in CLASSES
            for i in range(8)
        )
    )
    participants = tuple(
        Participant(
            label=f"P{seed}",
            trials=trials_for(pool, SCHEDULE, group, seed=seed),
            aliases=aliases_for(CLASSES, ("Arbo", "Kesta", "Molvi"), seed=seed),
            group=str(group),
            condition=condition,
        )
        for seed, (condition, group) in enumerate([(0, Group.CONTROL), (6, Group.L_WISE)])
    )
    shown = {PictureKey.of(t) for p in participants for t in p.trials if t.kind is not TrialKind.CALIBRATION}
    pictures = {key: png(i) for i, key in enumerate(sorted(shown))}
    return StaticExperiment("Cats & <owls>", participants, pictures, timing=BRIEF, layout="keys")


def written(experiment: StaticExperiment) -> bytes:
    stream = io.BytesIO()
    write_static_experiment(experiment, stream)
    return stream.getvalue()


def unzipped(experiment: StaticExperiment) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(written(experiment))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names)
        return {name: archive.read(name) for name in names}


def plan_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(files["trials.json"])
    return plan


def test_every_picture_that_is_asked_for_is_there_under_the_hash_of_its_content(experiment: StaticExperiment) -> None:
    files = unzipped(experiment)
    asked = {t["stimulus"] for p in plan_of(files)["participants"] for t in p["trials"]}
    pictures = {name for name in asked if not name.startswith("shape:")}
    assert asked - pictures == {"shape:circle", "shape:triangle"}
    assert pictures == {name for name in files if name.endswith(".png")}
    for name in pictures:
        assert name == f"stimuli/{hashlib.sha256(files[name]).hexdigest()}.png"
    rows = list(csv.DictReader(io.StringIO(files["trialsets.csv"].decode(), newline="")))
    assert {r["url"] for r in rows} <= set(files)


def test_each_trial_shows_the_rendering_that_it_asks_for(experiment: StaticExperiment) -> None:
    files = unzipped(experiment)
    for participant, written in zip(experiment.participants, plan_of(files)["participants"], strict=True):
        assert [t["number"] for t in written["trials"]] == [t.number for t in participant.trials]
        for trial, said in zip(participant.trials, written["trials"], strict=True):
            assert (said["answer"], said["altered"], said["feedback"]) == (trial.answer, trial.altered, trial.feedback)
            if trial.kind is TrialKind.CALIBRATION:
                assert said["relabelled"] == dict(zip(trial.relabelled, ("circle", "triangle"), strict=True))
            else:
                assert files[said["stimulus"]] == experiment.pictures[PictureKey.of(trial)]
                assert said["relabelled"] == {}


def test_names_keep_their_places_and_classes_hide_behind_them(experiment: StaticExperiment) -> None:
    for participant, written in zip(
        experiment.participants, plan_of(unzipped(experiment))["participants"], strict=True
    ):
        assert [c["label"] for c in written["choices"]] == ["Arbo", "Kesta", "Molvi"]
        assert {c["id"]: c["label"] for c in written["choices"]} == participant.aliases


def test_the_sequences_are_in_the_official_layout(experiment: StaticExperiment) -> None:
    rows = list(csv.reader(io.StringIO(unzipped(experiment)["trialsets.csv"].decode(), newline="")))
    assert (
        tuple(rows[0]) == TRIALSETS_COLUMNS == ("trialset_id", "condition_idx", "block", "class", "url", "trial_type")
    )
    trials = [(p, t) for p in experiment.participants for t in p.trials]
    assert len(rows) - 1 == len(trials)
    for row, (participant, trial) in zip(rows[1:], trials, strict=True):
        assert row[:4] == [participant.label, str(participant.condition), trial.block, trial.answer]
        assert row[5] == trial.kind


class Tags(html.parser.HTMLParser):
    """Collects what a page loads, and what it would run by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        address = known.get("src") or known.get("href") or ""
        if address and not address.startswith("data:"):
            self.loads.append(address)
        if tag == "style" or (tag == "script" and "src" not in known):
            self.inline.append(tag)
        self.inline += [name for name in known if name.startswith("on") or name == "style"]


def test_the_page_has_no_inline_script_and_loads_only_what_is_there(experiment: StaticExperiment) -> None:
    files = unzipped(experiment)
    tags = Tags()
    page = files["index.html"].decode()
    tags.feed(page)
    assert tags.inline == []
    assert set(tags.loads) == {"shared/base.css", "runner/runner.css", "jatos.js", "start.js"}
    assert set(tags.loads) | {"trials.json", "README.txt"} <= set(files)
    assert "<title>Cats &amp; &lt;owls&gt;</title>" in page
    for name in ("index.html", "README.txt"):
        assert CAUTION in files[name].decode()


def test_the_page_is_written_in_the_language_that_is_asked_for(experiment: StaticExperiment) -> None:
    assert '<html lang="en"' in unzipped(experiment)["index.html"].decode()
    files = unzipped(replace(experiment, words=catalogue_for("de"), messages={"ready": "Auf die Plätze"}))
    page, plan = files["index.html"].decode(), plan_of(files)
    assert '<html lang="de"' in page
    assert "Nicht zur Diagnose." in page
    assert CAUTION not in page
    assert "braucht JavaScript" in page
    assert plan["language"] == "de"
    said = plan["messages"]
    assert (said["ready"], said["begin"], said["circle"], said["caution"]) == ("Auf die Plätze", "Los", "Kreis", "")
    assert plan["participants"] == plan_of(unzipped(experiment))["participants"]  # names are the author's


def test_of_two_shapes_one_is_asked_for_in_the_language_of_the_page(experiment: StaticExperiment) -> None:
    one = experiment.participants[0]
    shape = next(t for t in one.trials if t.kind is TrialKind.CALIBRATION and t.answer == "circle")
    two = replace(shape, relabelled=(), foil=Foil("triangle", "triangle"))
    people = (replace(one, trials=(two,)),)
    for words, called in ((ENGLISH, "Circle"), (catalogue_for("de"), "Kreis")):
        plan = plan_of(unzipped(replace(experiment, participants=people, words=words)))
        assert plan["participants"][0]["trials"][0]["asked"] == called


_IMPORT = re.compile(r"""^import .*?from "(\.[^"]+)";$""", re.MULTILINE | re.DOTALL)


def test_every_module_that_the_page_imports_is_there_as_it_is_in_the_app(experiment: StaticExperiment) -> None:
    files = unzipped(experiment)
    assets = Path(__file__).parents[3] / "assets"
    found, waiting = set(), ["start.js"]
    while waiting:
        module = waiting.pop()
        found.add(module)
        source = files[module].decode()
        assert "innerHTML" not in source
        imported = {posixpath.normpath(posixpath.join(posixpath.dirname(module), to)) for to in _IMPORT.findall(source)}
        waiting += imported - found
    assert {"runner/static.js", "runner/runner.js", "shared/dom.js"} <= found
    for name in found - {"start.js"}:
        assert files[name] == (assets / name).read_bytes()


def test_the_same_input_gives_the_same_bytes_and_another_one_another_name(experiment: StaticExperiment) -> None:
    assert written(experiment) == written(experiment)
    name = plan_of(unzipped(experiment))["experiment"]
    other = replace(experiment, participants=experiment.participants[:1])
    assert plan_of(unzipped(other))["experiment"] != name


def test_pictures_may_be_files_and_the_same_content_is_stored_once(
    experiment: StaticExperiment, tmp_path: Path
) -> None:
    same = tmp_path / "same.png"
    same.write_bytes(png(0))
    files = unzipped(replace(experiment, pictures=dict.fromkeys(experiment.pictures, same)))
    assert len([name for name in files if name.endswith(".png")]) == 1
    write_static_experiment(experiment, tmp_path / "experiment.zip")
    assert (tmp_path / "experiment.zip").read_bytes() == written(experiment)


def test_what_cannot_be_shown_is_refused_in_one_sentence(experiment: StaticExperiment) -> None:
    one = experiment.participants[0]
    without = {k: v for k, v in experiment.pictures.items() if k != PictureKey.of(one.trials[0])}
    if one.trials[0].kind is TrialKind.CALIBRATION:
        without = {}
    with pytest.raises(StaticExperimentError, match="is missing; compute it first"):
        written(replace(experiment, pictures=without))
    with pytest.raises(StaticExperimentError, match="is no PNG"):
        written(replace(experiment, pictures=dict.fromkeys(experiment.pictures, b"\xff\xd8\xff")))
    with pytest.raises(StaticExperimentError, match="at least one participant"):
        replace(experiment, participants=())
    with pytest.raises(StaticExperimentError, match="label of their own"):
        replace(experiment, participants=(one, one))
    with pytest.raises(StaticExperimentError, match="has no trials"):
        replace(experiment, participants=(replace(one, trials=()),))
    with pytest.raises(StaticExperimentError, match="no name for owl"):
        replace(experiment, participants=(replace(one, aliases={"cat": "Kesta", "dog": "Arbo"}),))
    with pytest.raises(StaticExperimentError, match="gets a block twice"):
        replace(experiment, participants=(replace(one, trials=(*one.trials, one.trials[0])),))


def test_examples_of_classes_come_before_the_first_trial_each_picture_once(experiment: StaticExperiment) -> None:
    known = next(iter(experiment.pictures.values()))
    files = unzipped(replace(experiment, examples={"cat": (known, png(99))}))
    (name,) = plan_of(files)["examples"]
    assert name == "cat"
    assert [files[url] for url in plan_of(files)["examples"]["cat"]] == [known, png(99)]
    with pytest.raises(StaticExperimentError, match="An example of cat is no PNG"):
        written(replace(experiment, examples={"cat": (b"GIF",)}))
