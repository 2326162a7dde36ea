"""Guides of weight files: what the file says is taken, what it leaves open is asked for, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from lwise_core._utils.file_errors import FileError
from lwise_core.cli.guides import ForeignGuide, models_command
from lwise_core.guides import catalog
from lwise_core.guides.card_words import accuracy_words
from lwise_core.guides.catalog import GuideEntry
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.class_lists import ClassListError
from lwise_core.guides.guide import Domain


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a small timm network of three classes, seeded."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = timm.create_model("test_resnet", num_classes=3).state_dict()
    file = tmp_path_factory.mktemp("weights") / "seeded.pt"
    torch.save(state, file)
    return file


def class_list(folder: Path, *names: str) -> Path:
    file = folder / "names.txt"
    file.write_text("\n".join(names))
    return file


def test_a_weight_file_is_a_guide_of_its_name_with_the_classes_that_were_given(weights: Path, tmp_path: Path) -> None:
    names = class_list(tmp_path, "ant", "bee", "wasp")
    guide = ForeignGuide(weights, "test_resnet", names, Domain.NATURAL).load()
    assert (guide.name, guide.classes, guide.domain) == ("seeded", ("ant", "bee", "wasp"), Domain.NATURAL)
    assert guide.provenance.training_epsilon is None
    assert not guide.provenance.bundled


def test_what_nobody_said_is_not_made_up(weights: Path) -> None:
    guide = ForeignGuide(weights, "test_resnet").load()
    assert guide.domain is Domain.UNKNOWN
    assert len(set(guide.classes)) == 3


def test_a_class_list_must_fit_and_be_there(weights: Path, tmp_path: Path) -> None:
    with pytest.raises((ClassListError, CheckpointError), match="3"):
        ForeignGuide(weights, "test_resnet", class_list(tmp_path, "ant", "bee")).load()
    with pytest.raises(FileError, match="is not there"):
        ForeignGuide(weights, "test_resnet", tmp_path / "none.txt").load()


def test_what_is_no_weight_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"no weights")
    with pytest.raises(CheckpointError):
        ForeignGuide(tmp_path / "x.pt").load()


def test_every_guide_is_listed_with_its_state(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries: tuple[GuideEntry, ...] = catalog.entries()
    monkeypatch.setattr(catalog, "entries", lambda: entries)
    models_command()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [e.name for e in entries]
    for line, entry in zip(lines, entries, strict=True):
        assert line.startswith(f"{entry.name}: {entry.state.value}")
        assert line == line.rstrip()
        assert entry.card is None or line.endswith(accuracy_words(entry.card))
