"""Where tunings lie, and what a guide may be called."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.run_folder import RunRefused
from lwise_core.guides.catalog import Catalog
from lwise_core.training.tuning_store import TuningStore
from tests.guides.test_catalog import put_guide

_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture
def store(tmp_path: Path) -> TuningStore:
    return TuningStore(Catalog(bundled=tmp_path / "bundled", home=tmp_path / "home", published=()))


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", ".hidden", "", "-", "x" * 61, "a b", "moth.", "né"])
def test_what_is_no_plain_name_is_refused(store: TuningStore, name: str) -> None:
    with pytest.raises(RunRefused, match="cannot be called"):
        store.check_name(name)


@settings(max_examples=30)
@given(name=st.text(max_size=80))
def test_a_name_that_passes_leads_nowhere_else(name: str) -> None:
    store = TuningStore(Catalog(bundled=Path("/nowhere"), home=Path("/nowhere/home"), published=()))
    try:
        store.check_name(name)
    except RunRefused:
        return
    assert store.run(name).path == Path("/nowhere/home/tuning") / name / "run"
    assert store.run(name).path.resolve().parts[:4] == ("/", "nowhere", "home", "tuning")


def test_a_guide_of_the_catalogue_is_never_overwritten(store: TuningStore, tmp_path: Path) -> None:
    put_guide(tmp_path / "home" / "models", "pets")
    put_guide(tmp_path / "bundled", "moths")
    (tmp_path / "home" / "models" / "half-there").mkdir()
    for name in ("pets", "P-ets", "moths", "half-there"):
        with pytest.raises(RunRefused, match="There is already a guide"):
            store.check_name(name)
    store.check_name("newts")


def test_a_finished_guide_is_moved_into_the_catalogue(store: TuningStore, tmp_path: Path) -> None:
    put_guide(store.run("pets").path, "guide")
    store.finish("pets")
    assert (tmp_path / "home" / "models" / "pets" / "card.json").is_file()
    put_guide(store.run("pets").path, "guide")
    with pytest.raises(RunRefused, match="There is already a guide “pets”"):
        store.finish("pets")


def test_only_what_was_begun_is_taken_away(store: TuningStore, tmp_path: Path) -> None:
    assert store.begun() == ()
    put_guide(tmp_path / "home" / "models", "pets")
    store.run("newts").path.mkdir(parents=True)
    assert store.begun() == ("newts",)
    for name in ("newts", "../models/pets", "nothing"):
        store.remove(name)
    assert store.begun() == ()
    assert (tmp_path / "home" / "models" / "pets").is_dir()


def test_a_full_disk_is_said_before_anything_is_computed(store: TuningStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 0, 119_000_000))
    with pytest.raises(RunRefused, match=r"needs about 120 MB .* where 119 MB are free; make room"):
        store.check_room(100_000_000)
    store.check_room(99_000_000)
