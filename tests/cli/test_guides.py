"""Guides of weight files: what the file says is taken, what it leaves open is asked for, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from lwise_core._utils.file_errors import FileError
from lwise_core.cli.guides import ForeignGuide, PixelsAs, models_command, note
from lwise_core.guides import catalog
from lwise_core.guides.card_words import accuracy_words
from lwise_core.guides.catalog import GuideEntry
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.cifar_networks import CIFAR_MEAN, CifarResNet, CifarWideResNet
from lwise_core.guides.class_lists import ClassListError
from lwise_core.guides.guide import IDENTITY_MEAN, IMAGENET_MEAN, Domain
from tests.support.cli import CAT_FILE, Shell


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
    guide = ForeignGuide(weights, "test_resnet", names, Domain.NATURAL).load(say=note)
    assert (guide.name, guide.classes, guide.domain) == ("seeded", ("ant", "bee", "wasp"), Domain.NATURAL)
    assert guide.provenance.training_epsilon is None
    assert not guide.provenance.bundled


def test_a_network_for_pixels_as_they_are_is_said_to_take_them_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = CifarWideResNet(blocks=1, widening=1, num_classes=3, unused_stage=False, biased=True)
    torch.save(network.state_dict(), tmp_path / "trades.pt")
    guide = ForeignGuide(tmp_path / "trades.pt").load(say=note)
    assert guide.normaliser.mean.flatten().tolist() == [0, 0, 0]
    assert "pixels are taken as they are, as usual for cifar_wide_resnet10_1; --normaliser" in capsys.readouterr().err


def test_what_nobody_said_is_not_made_up(weights: Path) -> None:
    guide = ForeignGuide(weights, "test_resnet").load(say=note)
    assert guide.domain is Domain.UNKNOWN
    assert len(set(guide.classes)) == 3


def test_a_class_list_must_fit_and_be_there(weights: Path, tmp_path: Path) -> None:
    with pytest.raises((ClassListError, CheckpointError), match="3"):
        ForeignGuide(weights, "test_resnet", class_list(tmp_path, "ant", "bee")).load(say=note)
    with pytest.raises(FileError, match="is not there"):
        ForeignGuide(weights, "test_resnet", tmp_path / "none.txt").load(say=note)


def test_what_is_no_weight_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"no weights")
    with pytest.raises(CheckpointError):
        ForeignGuide(tmp_path / "x.pt").load(say=note)


def test_a_whole_network_is_refused_with_the_program_that_converts_it(shell: Shell, tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole.pt")
    code, printed, said = shell("score", CAT_FILE, "--class", "x", "--weights", str(tmp_path / "whole.pt"))
    assert (code, printed) == (2, "")
    assert "with the program below" in said
    assert "save_file(state" in said


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


def cifar_weights(folder: Path) -> Path:
    """The weights of a CIFAR network, whose usual normaliser is neither of those that can be asked for."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = CifarResNet(blocks=(2, 2, 2, 2), widths=(8, 8, 8, 8), bottleneck=False, num_classes=3)
    file = folder / "cifar.pt"
    torch.save(network.state_dict(), file)
    return file


@pytest.mark.parametrize(
    ("asked", "mean", "said"),
    [
        (
            None,
            CIFAR_MEAN,
            "mean 0.491, 0.482, 0.447 and the standard deviation 0.202, 0.199, 0.201, as usual for cifar",
        ),
        (PixelsAs.NONE, IDENTITY_MEAN, ""),
        (PixelsAs.IMAGENET, IMAGENET_MEAN, ""),
    ],
)
def test_a_file_without_a_normaliser_is_said_to_have_none_unless_one_is_asked_for(
    asked: PixelsAs | None,
    mean: tuple[float, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guide = ForeignGuide(cifar_weights(tmp_path), normaliser=asked).load(say=note)
    assert guide.normaliser.mean.flatten().tolist() == pytest.approx(mean)
    notes = capsys.readouterr().err
    assert said in notes
    assert notes.count("Note:") == (1 if said else 0)


def test_the_normaliser_of_the_file_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = cifar_weights(tmp_path)
    state = {f"model.{k}": v for k, v in torch.load(file, weights_only=True).items()}
    mean = torch.tensor([0.1, 0.2, 0.3])
    torch.save(state | {"normalize.mean": mean, "normalize.std": mean}, file)
    guide = ForeignGuide(file, normaliser=PixelsAs.IMAGENET).load(say=note)
    torch.testing.assert_close(guide.normaliser.mean.flatten().cpu(), mean)
    assert "--normaliser changes nothing" in capsys.readouterr().err
