from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import typer
from safetensors.torch import load_file
from typer.testing import CliRunner

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.cli.train import train_command, words
from lwise_core.data.training_images import read_images
from lwise_core.guides import catalog
from lwise_core.guides.learnt_hashes import LEARNT_FILE
from lwise_core.guides.model_card import parse_card
from lwise_core.training.cross_validation import Fold, kept_verdicts
from lwise_core.training.evaluation import Evaluation, logits_of
from lwise_core.training.export_guide import HeldOut
from lwise_core.training.learnt_pictures import hashes_of
from lwise_core.training.recipes import RecipeError
from tests.support.picture_sets import zip_of
from tests.support.toys import toy_folder

app = typer.Typer()
app.command("train")(train_command)

FAST = ("--size", "16", "--width", "4", "--epochs", "3", "--batch", "8", "--lr", "0.1", "--epsilon", "0.25")
ABOUT = {
    "name": "toys",
    "domain": "natural",
    "data": "Generated.",
    "licence": "None needed.",
    "intended_use": "Tests.",
    "limits": "Knows three toys.",
    "class_names": {"top": "top, or ceiling"},
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, held-out data and a description, whose catalogue and cache are its own."""
    toy_folder(tmp_path / "data" / "train")
    toy_folder(tmp_path / "held" / "test", per_class=8, seed=1)
    (tmp_path / "about.json").write_text(json.dumps(ABOUT))
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def train(place: Path, *options: str, out: str = "run") -> str:
    arguments = [str(place / "data"), "--out", str(place / out), "--about", str(place / "about.json")]
    arguments += ["--held-out", str(place / "held"), *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def train_alone(place: Path, *options: str) -> str:
    """Train without images that were held out."""
    arguments = [str(place / "data"), "--out", str(place / "run"), "--about", str(place / "about.json"), *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def published(place: Path, *options: str, name: str) -> dict[str, dict[str, object]]:
    """Train into the catalogue's folder and return the card."""
    train(place, *options, out=f"runs-{name}")
    (place / "models").mkdir(exist_ok=True)
    (place / f"runs-{name}" / "guide").rename(place / "models" / name)
    card: dict[str, dict[str, object]] = json.loads((place / "models" / name / "card.json").read_text())
    return card


def test_a_trained_guide_is_in_the_catalogue_and_its_card_says_what_can_be_measured_again(place: Path) -> None:
    card = published(place, *FAST, name="toys")
    guide = catalog.load("toys")
    assert guide.classes == ("bottom", "left", "top, or ceiling")
    assert guide.provenance.training_epsilon == 0.25
    held = read_images(place / "held", split="test", size=16, cache=place / "cache")
    parts = HeldOut(place / "held", "test", False, slice(0, None, 2), slice(1, None, 2), attacked=1000).of(held)
    own = logits_of(guide, parts.measured)
    assert card["measured"]["test_images"] == len(own) == 12
    accuracy = float((own.argmax(dim=1) == parts.measured.targets).float().mean())
    assert card["measured"]["clean_accuracy"]["value"] == pytest.approx(accuracy, abs=1e-3)  # type: ignore[index]
    scored = Evaluation.of(guide, parts.references, epsilons=())
    assert card["references"]["logits"] == scored.references(guide.classes, source="").for_card()["logits"]
    assert list(card["measured"]["accuracy_under_20_step_attack"]) == ["l2_0.2143", "l2_0.25", "l2_0.5"]  # type: ignore[call-overload]
    assert card["training"]["training_images"] == 48
    assert card["training"]["seed"] == 0
    assert "“test” in held" in str(card["measured"]["on"])


def test_the_stored_file_holds_halves_and_no_counters(place: Path) -> None:
    train(place, *FAST)
    state = load_file(place / "run" / "guide" / "model.safetensors")
    assert {str(t.dtype) for t in state.values()} == {"torch.float16"}
    assert not any(k.endswith("num_batches_tracked") for k in state)
    assert {f.name for f in (place / "run").iterdir()} >= {"curves.svg", "run.json", "state.pt", "guide"}
    assert not list((place / "run").glob(".guide*"))


def test_a_zip_is_trained_on_as_its_folder_is(place: Path) -> None:
    train(place, *FAST)
    folder = json.loads((place / "run" / "guide" / "card.json").read_text())
    zip_of(place / "data", place / "photos.zip")
    zip_of(place / "held", place / "held.zip")
    arguments = [str(place / "photos.zip"), "--out", str(place / "zipped"), "--about", str(place / "about.json"), *FAST]
    result = CliRunner().invoke(app, [*arguments, "--held-out", str(place / "held.zip")], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    card = json.loads((place / "zipped" / "guide" / "card.json").read_text())
    assert card["weights"]["sha256"] == folder["weights"]["sha256"]
    assert card["training"]["images_sha256"] == folder["training"]["images_sha256"]
    assert "“test” in held.zip" in str(card["measured"]["on"])


def test_a_column_of_a_list_says_what_is_learnt(place: Path) -> None:
    files = sorted((place / "data" / "train").rglob("*.png"))
    rows = [f"{f.relative_to(place)},train,{'upper' if f.parent.name == 'top' else 'other'}" for f in files]
    (place / "list.csv").write_text("\n".join(["im_path,split,where", *rows]))
    (place / "about.json").write_text(json.dumps(ABOUT | {"class_names": {}}))
    for name in ("bottom", "left", "top"):
        (place / "held" / "test" / name).rename(place / "held" / "test" / {"top": "upper"}.get(name, name))
    (place / "held" / "test" / "left").rename(place / "held" / "test" / "other")
    shutil.rmtree(place / "held" / "test" / "bottom")
    arguments = [str(place / "list.csv"), "--out", str(place / "run"), "--about", str(place / "about.json")]
    arguments += ["--held-out", str(place / "held"), "--label-column", "where", *FAST]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    card = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert card["classes"] == ["other", "upper"]


def test_the_same_command_again_trains_nothing_anew(place: Path) -> None:
    train(place, *FAST)
    first = json.loads((place / "run" / "guide" / "card.json").read_text())
    said = train(place, *FAST)
    again = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert "images/s" not in said
    assert again["weights"] == first["weights"]
    assert again["training"] == first["training"]


def test_images_that_were_trained_on_are_not_measured_on_unless_left_out(place: Path) -> None:
    same = ("--held-out", str(place / "data"), "--held-out-split", "train", "--measured-slice", "0:5")
    with pytest.raises(LWiseError, match=r"36 of the images .* such as “bottom/001.png”"):
        train(place, *FAST, *same, "--reference-slice", "1:2")
    train(place, *FAST, *same, "--reference-slice", "0:5", "--leave-out", "0:5")
    card = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert card["training"]["training_images"] == 39
    assert card["training"]["images_sha256"].endswith(" without 0:5")
    assert card["measured"]["test_images"] == 12


def test_a_guide_trained_on_everything_is_judged_by_guides_that_each_left_a_part_out(place: Path) -> None:
    said = train_alone(place, *FAST, "--folds", "3")
    card = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert card["training"]["training_images"] == 48
    assert card["measured"]["test_images"] == 60
    assert sum(len(v) for v in card["references"]["logits"].values()) == 60
    assert "out of fold" in card["references"]["source"]
    assert "not this one" in card["measured"]["of"]
    assert said.count("Fold ") == 3
    again = train_alone(place, *FAST, "--folds", "3")
    assert "images/s" not in again
    assert json.loads((place / "run" / "guide" / "card.json").read_text())["measured"] == card["measured"]


def test_a_fold_is_judged_on_what_it_never_saw(place: Path) -> None:
    train_alone(place, *FAST, "--folds", "3")
    images = read_images(place / "data", split="train", size=16, cache=place / "cache")
    fold = Fold(1, 3)
    said = kept_verdicts(fold.folder(RunFolder(place / "run")))
    assert said is not None
    assert said.targets.tolist() == images.targets[1::3].tolist()
    assert not set(fold.left_out(images).names) & set(fold.training(images).names)


def test_another_run_in_the_folder_is_noticed_before_the_folds(place: Path) -> None:
    train(place, *FAST)
    with pytest.raises(RunRefused, match="another"):
        train_alone(place, *FAST, "--epochs", "2", "--folds", "3")
    assert not list(place.glob("run-fold-*"))


def test_folds_hold_nothing_out_besides(place: Path) -> None:
    with pytest.raises(RecipeError, match="take --held-out and --leave-out away"):
        train(place, *FAST, "--folds", "3")


def test_only_some_classes_of_the_data(place: Path) -> None:
    train(place, *FAST, "--only", "Left", "--only", "top")
    card = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert card["classes"] == ["left", "top, or ceiling"]
    assert card["training"]["images_sha256"].endswith(" only left, top")
    with pytest.raises(LWiseError, match="no class “right”"):
        train(place, *FAST, "--only", "right", "--only", "top", out="other")


@pytest.mark.parametrize("options", [("--last-layer",), ("--freeze", "2"), ()])
def test_a_guide_is_tuned_further_on_its_own_classes(place: Path, options: tuple[str, ...]) -> None:
    first = published(place, *FAST, name="toys")
    tuned = published(place, *FAST[4:], "--from", "toys", *options, name="tuned")
    assert tuned["classes"] == first["classes"]
    assert str(first["weights"]["sha256"]) in str(tuned["training"]["started_from"])
    assert tuned["weights"]["sha256"] != first["weights"]["sha256"]


def test_a_guide_is_tuned_to_other_classes(place: Path) -> None:
    published(place, *FAST, name="toys")
    toy_folder(place / "pair" / "train", classes=("left", "top"))
    toy_folder(place / "pair" / "test", classes=("left", "top"), per_class=8, seed=1)
    options = ["--out", str(place / "other"), "--about", str(place / "about.json"), "--from", "toys", *FAST[4:]]
    result = CliRunner().invoke(app, [str(place / "pair"), *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    card = parse_card((place / "other" / "guide" / "card.json").read_bytes())
    assert card.classes == ("left", "top, or ceiling")
    first, second = (
        set(hashes_of(read_images(place / data, split="train", size=16, cache=place / "cache")).tolist())
        for data in ("data", "pair")
    )
    assert set(np.load(place / "models" / "toys" / LEARNT_FILE).tolist()) == first
    assert set(np.load(place / "other" / "guide" / LEARNT_FILE).tolist()) == first | second


def test_the_command_trains_a_network_of_timm(place: Path) -> None:
    options = ("--architecture", "resnet10t", "--size", "32", "--largest", "20000000", "--epochs", "1", "--batch", "8")
    train(place, *options)
    card = parse_card((place / "run" / "guide" / "card.json").read_bytes())
    assert card.architecture.name == "resnet10t"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--width", "64", "--size", "64"), "more than 9,000,000"),
        (("--preset", "quick"), "no preset “quick”"),
        (("--architecture", "resnet51"), "no architecture “resnet51”"),
        (("--size", "20"), "multiple of 16"),
        (("--reference-slice", "all"), "write FIRST:STEP"),
        (("--from", "nothing"), "no guide “nothing”"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    place: Path, options: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(LWiseError, match=sentence):
        train(place, *options)
    assert not (place / "run").exists()


def test_a_description_without_a_licence_is_refused(place: Path) -> None:
    (place / "about.json").write_text(json.dumps({k: v for k, v in ABOUT.items() if k != "licence"}))
    with pytest.raises(RecipeError, match=r"“about.json” cannot be used: “licence” is missing; correct it"):
        train(place, *FAST)


def test_the_command_of_a_card_names_files_and_no_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["x", "train", "/secret/place/data.tar.gz", "--epochs", "3"])
    assert words() == "python -m lwise_core train data.tar.gz --epochs 3"


def test_a_run_may_begin_with_small_images_and_see_them_cut_and_recoloured(place: Path) -> None:
    train(place, *FAST, "--size", "32", "--wide", "--first-size", "16", "--unattacked", "0.25")
    card = json.loads((place / "run" / "guide" / "card.json").read_text())
    assert card["training"]["augmentation"] == "wide"
    assert (card["training"]["first_size"], card["training"]["unattacked"]) == (16, 0.25)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--wide", "--any-way-up"), "Choose one of"),
        (("--first-size", "48"), "choose a smaller --first-size"),
        (("--first-size", "10"), "multiple of 16 px"),
        (("--unattacked", "1"), "at least 0 and less than 1"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(place: Path, options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        train(place, *FAST, *options)


def test_references_come_from_images_of_their_own_so_that_every_held_out_one_is_measured_on(place: Path) -> None:
    toy_folder(place / "kept" / "test", per_class=5, seed=2)
    card = published(place, *FAST, "--references", str(place / "kept"), "--measured-slice", "0:1", name="toys")
    references = card["references"]
    assert isinstance(references["logits"], dict)
    assert {c: len(v) for c, v in references["logits"].items()} == dict.fromkeys(references["logits"], 5)
    assert references["source"] == "all images of “test” in kept; never trained on"
    bins = card["measured"]["reliability"]
    assert isinstance(bins, list)
    assert sum(b[0] for b in bins) == 8 * len(references["logits"])
    assert card["measured"]["on"] == "all images of “test” in held; never trained on"


def test_two_networks_to_begin_with_are_refused(place: Path) -> None:
    arguments = [str(place / "data"), "--out", str(place / "run"), "--about", str(place / "about.json")]
    result = CliRunner().invoke(app, [*arguments, "--from", "phantom4-64", "--weights", str(place / "about.json")])
    assert isinstance(result.exception, RecipeError)
    assert "not with both" in str(result.exception)
