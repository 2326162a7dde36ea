from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import measure_elsewhere
from benchmarks.measure_elsewhere import pictures_of, without_files_of
from lwise_core.training.elsewhere import Collection
from tests.conftest import guide_of, tiny_network
from tests.support.toys import toy_folder


@pytest.fixture(autouse=True)
def _its_own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_elsewhere, "user_cache_path", lambda *_, **__: tmp_path / "cache")


def test_only_classes_that_the_guide_has_are_kept_under_its_names_and_in_its_order(tmp_path: Path) -> None:
    toy_folder(tmp_path / "toys" / "test", per_class=2)
    guide = guide_of(tiny_network(classes=2), classes=2)
    names = {"top": "a", "left": "b"}
    found = pictures_of(Collection("toys", "d", names), tmp_path / "toys", guide)
    assert found.classes == ("a", "b")
    assert [found.classes[t] for t in found.targets] == ["b", "b", "a", "a"]
    assert found.size == guide.input_size


def test_what_was_learnt_is_left_out_by_the_name_of_its_file(tmp_path: Path) -> None:
    toy_folder(tmp_path / "toys" / "test", per_class=2)
    guide = guide_of(tiny_network(classes=3), classes=3)
    names = {"bottom": "a", "left": "b", "top": "c"}
    images = pictures_of(Collection("toys", "d", names), tmp_path / "toys", guide)
    learnt = tmp_path / "learnt" / "train" / "x"
    learnt.mkdir(parents=True)
    (learnt / f"{Path(images.names[0]).stem}.jpg").write_bytes(b"")
    left = without_files_of(images, tmp_path / "learnt")
    assert {Path(name).stem for name in left.names} == {Path(name).stem for name in images.names[1:]} - {
        Path(images.names[0]).stem
    }
    assert len(left) < len(images)
