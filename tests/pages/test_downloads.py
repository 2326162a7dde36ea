"""What a page hands out: what its files are called, and what they say of who named the class."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import streamlit as st

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import Export, StatedBy
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.inspection.examine import examine_counted
from pages.parts.inspect import report_panel
from pages.parts.inspect.inspected import InspectedPath
from pages.parts.picture import downloads as export_panel
from pages.parts.session.case import Aim, Case
from pages.parts.session.paths import Key
from tests.inspection.test_evidence import path_of

PATIENT = "Mueller_Hans.jpg"
KEY: Key = ("0" * 64, None, "0" * 64, "natural", "b", Aim(), b"")
Files = dict[str, Callable[[], bytes]]


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What a session remembers, without a session."""
    kept: dict[str, object] = {}
    monkeypatch.setattr("pages.parts.session.jobs._answers", lambda: kept)
    return kept


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What is offered, by the names of the files."""
    offered: Files = {}

    def download(
        _: object, label: str, content: Callable[[], bytes], name: str, mime: str, *, key: str | None = None
    ) -> None:
        assert label
        assert key is None or key.endswith("-late")
        assert mime
        offered[name] = content

    monkeypatch.setattr(export_panel, "download", download)
    monkeypatch.setattr(report_panel, "download", download)
    return offered


def case_for(guide: GuideModel) -> Case:
    return replace(Case.new(replace(photograph_of(SAMPLES[0]), name=PATIENT), guide=guide.name), step=2)


def draw_export(path: EnhancementPath, *, by: StatedBy = StatedBy.PERSON) -> None:
    export_panel.downloads_panel(case_for(path.guide), path, key=by, stated="b", towards="b", stated_by=by)


def draw_report(path: EnhancementPath, monkeypatch: pytest.MonkeyPatch, *, by: StatedBy = StatedBy.PERSON) -> None:
    *_, findings = examine_counted(path)
    monkeypatch.setattr(report_panel, "further_findings", lambda *_: None)
    monkeypatch.setattr(report_panel, "known_maps", lambda *_, **__: ())
    one = InspectedPath(KEY, path, findings, "b", "b", 2 * path.step, by)
    report_panel.report_panel(st.empty(), case_for(path.guide), one, when="late")


@pytest.mark.parametrize(("domain", "stem"), [(Domain.NATURAL, "Mueller_Hans"), (Domain.MEDICAL, "picture")])
def test_nothing_that_is_handed_out_of_a_medical_guide_is_called_after_the_upload(
    files: Files, monkeypatch: pytest.MonkeyPatch, tiny_guide: GuideModel, domain: Domain, stem: str
) -> None:
    path = path_of(tiny_guide.with_domain(domain), target=1)
    draw_export(path)
    draw_report(path, monkeypatch)
    assert len(files) == 9
    assert all(name.startswith(f"{stem}_b_eps") for name in files)
    named = [name for name, content in files.items() if b"Mueller" in content()]
    assert len(named) == (2 if domain is Domain.NATURAL else 0)  # the report, as HTML and as JSON


@pytest.mark.parametrize("by", list(StatedBy))
def test_who_stated_the_class_is_said_in_the_manifest_and_in_the_report(
    files: Files, monkeypatch: pytest.MonkeyPatch, tiny_guide: GuideModel, by: StatedBy
) -> None:
    path = path_of(tiny_guide, target=1)
    draw_export(path, by=by)
    draw_report(path, monkeypatch, by=by)
    numbers = [json.loads(content()) for name, content in files.items() if name.endswith(".json")]
    assert [n["stated_by"] for n in numbers] == [by.value, by.value]


def test_three_downloads_are_one_export(files: Files, monkeypatch: pytest.MonkeyPatch, tiny_guide: GuideModel) -> None:
    made = list[Export]()
    make = export_panel.export
    monkeypatch.setattr(export_panel, "export", lambda *a, **k: (made.append(make(*a, **k)), made[-1])[1])
    draw_export(path_of(tiny_guide, target=1))
    png, perturbation, manifest, *moving = (content() for content in files.values())
    assert len(made) == 1
    assert (png, perturbation, manifest) == tuple(made[0].files().values())
    assert [name.rpartition(".")[2] for name in files][3:] == ["webp", "gif"]
    assert moving[0][8:12] == b"WEBP"
    assert moving[1].startswith(b"GIF89a")
