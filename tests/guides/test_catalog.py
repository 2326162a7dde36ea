from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from lwise_core.guides import catalog
from lwise_core.guides.catalog import (
    Catalog,
    GuideEntry,
    GuideStatus,
    GuideUnavailable,
    Origin,
    UnknownGuide,
    fitness_of_entry,
)
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.downloads import DownloadError, DownloadProgress, recorded_checksum
from lwise_core.guides.evidence_file import EVIDENCE_FILE, write_nulls
from lwise_core.guides.evidence_nulls import EvidenceNulls, thresholds_of
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import Domain
from lwise_core.guides.model_card import MAX_CARD_BYTES, parse_card
from lwise_core.guides.own_limits import OwnLimits
from lwise_core.guides.published_weights import PUBLISHED, Published
from tests.conftest import SHARED
from tests.guides.test_evidence_nulls import pictures
from tests.support.calibrations import calibration_for
from tests.support.local_server import Server, send, serving

SHA256 = hashlib.sha256


def weights_of(seed: int, *, classes: int = 2) -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return CompactResNet(width=2, num_classes=classes, stem_stride=1).state_dict()


def put_guide(root: Path, name: str, *, seed: int = 0, **changes: object) -> Path:
    """Write a small guide with its card, as one lies in the folder of bundled or added guides."""
    folder = root / name
    folder.mkdir(parents=True)
    data = safetensors.torch.save({k: v.half() for k, v in weights_of(seed).items()})
    (folder / "model.safetensors").write_bytes(data)
    card = {
        "name": name,
        "architecture": {"class": "CompactResNet", "width": 2, "num_classes": 2, "stem_stride": 1},
        "input_size": 48,
        "mean": [0.1, 0.2, 0.3],
        "std": [0.4, 0.5, 0.6],
        "classes": ["cat", "dog"],
        "domain": "natural",
        "training": {"epsilon": 0.5},
        "references": {"source": "held out", "logits": {"cat": [1.0, 2.0]}},
        "weights": {"file": "model.safetensors", "sha256": SHA256(data).hexdigest(), "bytes": len(data)},
    }
    (folder / "card.json").write_text(json.dumps(card | changes))
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Catalog:
    return Catalog(bundled=tmp_path / "bundled", home=tmp_path / "home", published=())


def entry(catalogue: Catalog, name: str) -> GuideEntry:
    (found,) = (e for e in catalogue.entries() if e.name == name)
    return found


def test_this_installation_has_its_bundled_guides_and_names_the_published_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    states = {e.name: (e.origin, e.state) for e in catalog.entries()}
    for name in (
        "animals16-128",
        "animals16-128-b",
        "animals16-64",
        "butterflies-128",
        "cifar10-32",
        "cifar10-32-plain",
        "cifar10-32-random",
        "dermoscopy7-128",
        "lung3-128",
        "mimics4-128",
        "phantom4-64",
    ):
        assert states.pop(name) == (Origin.BUNDLED, GuideStatus.READY)
    assert set(states.values()) == {(Origin.PUBLISHED, GuideStatus.NOT_DOWNLOADED)}
    assert {p.name for p in PUBLISHED} == set(states)
    guide = catalog.load("Animals16_64")
    assert guide.provenance.bundled
    assert guide.name == "animals16-64"
    assert not list(tmp_path.iterdir()), "looking writes nothing"


def test_home_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    assert catalog.home() == tmp_path
    monkeypatch.delenv("LWISE_HOME")
    assert catalog.home().name == "lwise-studio"


def test_everything_on_the_card_reaches_the_guide(empty: Catalog) -> None:
    folder = put_guide(empty.bundled, "pets", caution="It looks at the collar.")
    guide = empty.load("pets")
    assert guide.provenance.caution == "It looks at the collar."
    assert (guide.name, guide.classes, guide.domain, guide.input_size) == ("pets", ("cat", "dog"), Domain.NATURAL, 48)
    np.testing.assert_allclose(guide.normaliser.mean.flatten().cpu(), (0.1, 0.2, 0.3))
    np.testing.assert_allclose(guide.normaliser.std.flatten().cpu(), (0.4, 0.5, 0.6))
    assert guide.references.of("cat") == (1.0, 2.0)
    assert guide.references.count("dog") == 0
    assert guide.provenance.training_epsilon == 0.5
    assert guide.provenance.sha256 == SHA256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert entry(empty, "pets").sha256 == guide.provenance.sha256


def test_a_guide_that_another_supersedes_stands_after_the_other_bundled_ones(empty: Catalog) -> None:
    put_guide(empty.bundled, "birds", superseded_by="cats")
    put_guide(empty.bundled, "cats")
    put_guide(empty.home / "models", "ants", superseded_by="cats")
    put_guide(empty.home / "models", "mine")
    assert [e.name for e in empty.entries()] == ["cats", "birds", "mine", "ants"]


def test_added_guides_are_foreign(empty: Catalog) -> None:
    put_guide(empty.home / "models", "mine")
    assert entry(empty, "mine").origin is Origin.ADDED
    assert not empty.load("mine").provenance.bundled


def test_a_card_without_a_domain_is_treated_as_medical(empty: Catalog) -> None:
    folder = put_guide(empty.home / "models", "mine")
    card = json.loads((folder / "card.json").read_text())
    del card["domain"]
    (folder / "card.json").write_text(json.dumps(card))
    assert empty.load("mine").domain is Domain.UNKNOWN


def flip_a_bit(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)


def lose_the_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def damage_the_card(folder: Path) -> None:
    (folder / "card.json").write_text((folder / "card.json").read_text()[:-20])


@pytest.mark.parametrize(
    ("damage", "said"),
    [(flip_a_bit, "checksum"), (lose_the_weights, "cannot be read"), (damage_the_card, "card is damaged")],
)
def test_a_damaged_guide_is_shown_as_broken_with_its_reason_and_the_others_live_on(
    empty: Catalog, damage: Callable[[Path], None], said: str
) -> None:
    damage(put_guide(empty.bundled, "hurt"))
    put_guide(empty.bundled, "well")
    broken = entry(empty, "hurt")
    assert broken.state is GuideStatus.BROKEN
    assert said in broken.reason
    assert "\n" not in broken.reason
    with pytest.raises(GuideUnavailable, match=said):
        empty.load("hurt")
    assert entry(empty, "well").state is GuideStatus.READY
    assert empty.load("well").name == "well"


def test_no_more_of_a_card_is_read_than_a_card_may_have(empty: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 3 GB was read whole, at every look at the list of guides."""
    folder = put_guide(empty.bundled, "hurt")
    with (folder / "card.json").open("r+b") as card:
        card.truncate(MAX_CARD_BYTES + 10)
    read, sizes = parse_card, list[int]()
    monkeypatch.setattr("lwise_core.guides.catalog.parse_card", lambda data: sizes.append(len(data)) or read(data))
    assert "more than 5,000,000 bytes" in entry(empty, "hurt").reason
    assert sizes == [MAX_CARD_BYTES + 1]


def test_weights_that_do_not_fit_their_card_are_said_when_loading(empty: Catalog) -> None:
    put_guide(
        empty.bundled, "wide", architecture={"class": "CompactResNet", "width": 3, "num_classes": 2, "stem_stride": 1}
    )
    with pytest.raises(GuideUnavailable, match="“wide” cannot be used: The weights do not fit CompactResNet"):
        empty.load("wide")


def test_an_unknown_name_lists_the_ready_ones(empty: Catalog) -> None:
    put_guide(empty.bundled, "pets")
    flip_a_bit(put_guide(empty.bundled, "hurt"))
    with pytest.raises(UnknownGuide, match=r"no guide “moths”; ready are “pets”\."):
        empty.load("moths")


def test_of_two_guides_with_one_name_the_first_counts(empty: Catalog) -> None:
    put_guide(empty.bundled, "pets", seed=0)
    put_guide(empty.home / "models", "PETS", seed=1)
    first, second = empty.entries()
    assert (first.state, second.state) == (GuideStatus.READY, GuideStatus.BROKEN)
    assert "rename" in second.reason
    assert empty.load("pets").provenance.sha256 == first.sha256


def test_the_stamp_changes_when_a_file_does_and_only_then(empty: Catalog) -> None:
    folder = put_guide(empty.bundled, "pets")
    before = empty.stamp()
    assert empty.stamp() == before
    os.utime(folder / "model.safetensors", ns=(1, 1))
    changed = empty.stamp()
    assert changed != before
    put_guide(empty.home / "models", "mine")
    assert empty.stamp() != changed


def test_a_calibration_is_laid_over_the_guide_and_its_card_stays(empty: Catalog) -> None:
    folder = put_guide(empty.bundled, "pets")
    card, stamp = (folder / "card.json").read_bytes(), empty.stamp()
    guide = empty.load("pets")
    empty.calibrations.keep(calibration_for(guide, {"dog": 30}))
    assert empty.stamp() != stamp
    over = empty.load("pets")
    assert (over.references.count("cat"), over.references.count("dog")) == (2, 30)
    assert str(over.provenance.calibrated).startswith("calibrated on 1,234 pictures of “pond”")
    assert (folder / "card.json").read_bytes() == card
    empty.calibrations.remove(guide.provenance.sha256)
    assert empty.load("pets").references == guide.references
    assert empty.stamp() == stamp


def test_a_guide_is_fit_by_its_calibration_before_its_card(empty: Catalog) -> None:
    figures = {
        "clean_accuracy": {"value": 0.9, "interval_95": [0.8, 0.95]},
        "accuracy_under_20_step_attack": {"l2_0.6429": {"value": 0.8}},
        "test_images": 40,
        "attacked_images": 40,
    }
    put_guide(empty.bundled, "pets", measured=figures)
    assert fitness_of_entry(entry(empty, "pets")).state is Fit.FIT
    guide = empty.load("pets")
    worse = figures | {"accuracy_under_20_step_attack": {"l2_0.6429": {"value": 0.1}}}
    empty.calibrations.keep(calibration_for(guide, {}, measured=worse))
    assert fitness_of_entry(entry(empty, "pets")).state is Fit.UNFIT
    assert fitness_of_entry(entry(empty, "pets")) == empty.load("pets").provenance.fitness
    empty.calibrations.keep(calibration_for(guide, {}, measured={}))
    assert fitness_of_entry(entry(empty, "pets")).state is Fit.FIT


def test_a_damaged_calibration_breaks_the_guide_and_says_where_it_lies(empty: Catalog) -> None:
    put_guide(empty.bundled, "pets")
    guide = empty.load("pets")
    empty.calibrations.keep(calibration_for(guide, {"dog": 1}))
    file = empty.calibrations.file_of(guide.provenance.sha256)
    file.write_text("{}")
    assert entry(empty, "pets").state is GuideStatus.BROKEN
    with pytest.raises(GuideUnavailable, match="remove it and calibrate again"):
        empty.load("pets")


def test_nulls_beside_the_card_reach_the_guide_and_damaged_ones_are_said(empty: Catalog) -> None:
    folder = put_guide(empty.bundled, "pets")
    guide = empty.load("pets")
    assert guide.nulls is None
    nulls = EvidenceNulls(guide.provenance.sha256, 48, *thresholds_of(*pictures(150, classes=2)), "pictures of pets")
    (folder / EVIDENCE_FILE).write_bytes(write_nulls(nulls))
    loaded = empty.load("pets").nulls
    assert loaded is not None
    assert loaded.basis == "pictures of pets"
    (folder / EVIDENCE_FILE).write_bytes(write_nulls(replace(nulls, weights_sha256="0" * 64)))
    with pytest.raises(GuideUnavailable, match="belongs to other weights"):
        empty.load("pets")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


def saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def robustness_file(seed: int) -> bytes:
    mean_std = {
        "module.normalizer.new_mean": torch.full((3, 1, 1), 0.4),
        "module.normalizer.new_std": torch.ones(3, 1, 1),
    }
    return saved({"model": {f"module.model.{k}": v for k, v in weights_of(seed).items()} | mean_std, "epoch": 3})


def publication(server: Server, name: str = "theirs", *, file: str = "theirs.pt", archive: bool = False) -> Published:
    return Published(
        name=name,
        title="Theirs",
        address=server.address.replace("weights.pt", "all.zip") if archive else server.address,
        file=file,
        licence="MIT",
        source="a paper",
        domain=Domain.FINE_GRAINED,
        training_epsilon=1.0,
        archive=archive,
        architecture=None,
        classes=("moth", "butterfly"),
    )


def test_a_published_guide_is_fetched_once_and_then_ready(empty: Catalog, server: Server) -> None:
    data = robustness_file(0)
    server.behaviour = lambda visit: send(visit, data)
    catalogue = replace(empty, published=(publication(server),))
    with pytest.raises(GuideUnavailable, match="not downloaded"):
        catalogue.load("theirs")
    assert entry(catalogue, "theirs").state is GuideStatus.NOT_DOWNLOADED
    before = catalogue.stamp()
    progress = list(catalogue.download("Theirs"))
    assert progress[-1] == DownloadProgress(len(data), len(data))
    assert catalogue.stamp() != before
    ready = entry(catalogue, "theirs")
    assert (ready.state, ready.sha256) == (GuideStatus.READY, SHA256(data).hexdigest())
    guide = catalogue.load("theirs")
    assert (guide.domain, guide.classes) == (Domain.FINE_GRAINED, ("moth", "butterfly"))
    assert guide.provenance.training_epsilon == 1.0
    np.testing.assert_allclose(guide.normaliser.mean.flatten().cpu(), (0.4, 0.4, 0.4))


def test_weights_that_changed_on_the_disk_are_broken(empty: Catalog, server: Server) -> None:
    server.behaviour = lambda visit: send(visit, robustness_file(0))
    catalogue = replace(empty, published=(publication(server),))
    list(catalogue.download("theirs"))
    catalogue.path_of(catalogue.published[0]).write_bytes(robustness_file(1))
    assert entry(catalogue, "theirs").state is GuideStatus.BROKEN
    with pytest.raises(GuideUnavailable, match="not the one that was downloaded first"):
        catalogue.load("theirs")


def test_a_published_checksum_is_held_against_the_file(empty: Catalog, server: Server) -> None:
    server.behaviour = lambda visit: send(visit, robustness_file(0))
    catalogue = replace(empty, published=(replace(publication(server), sha256="0" * 64),))
    with pytest.raises(DownloadError, match="checksum published"):
        list(catalogue.download("theirs"))
    assert entry(catalogue, "theirs").state is GuideStatus.NOT_DOWNLOADED


def test_a_download_that_is_no_weight_file_is_removed(empty: Catalog, server: Server) -> None:
    server.behaviour = lambda visit: send(visit, b"<html>Please log in</html>")
    catalogue = replace(empty, published=(publication(server),))
    with pytest.raises(CheckpointError, match="no weight file"):
        list(catalogue.download("theirs"))
    assert entry(catalogue, "theirs").state is GuideStatus.NOT_DOWNLOADED
    # The next answer is the real file: the page that came instead must not have been recorded as the first download.
    server.behaviour = lambda visit: send(visit, robustness_file(0))
    list(catalogue.download("theirs"))
    assert entry(catalogue, "theirs").state is GuideStatus.READY


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_one_archive_brings_every_guide_in_it(empty: Catalog, server: Server) -> None:
    names = ("one", "two", "bad", "gone")
    published = tuple(publication(server, n, file=f"{n}.pt", archive=True) for n in names)
    catalogue = replace(empty, published=published)
    files = {"ckpts/one.pt": robustness_file(0), "../TWO.pt": robustness_file(1), "bad.pt": b"no weights"}
    whole = zipped(files)
    server.behaviour = lambda visit: send(visit, whole)
    list(catalogue.download("two"))
    assert [e.state for e in catalogue.entries()] == [
        GuideStatus.READY,
        GuideStatus.READY,
        *[GuideStatus.NOT_DOWNLOADED] * 2,
    ]
    assert recorded_checksum(catalogue.path_of(published[1])) == SHA256(files["../TWO.pt"]).hexdigest()
    assert catalogue.load("one").provenance.sha256 == SHA256(files["ckpts/one.pt"]).hexdigest()
    left = {f.relative_to(catalogue.home).as_posix() for f in catalogue.home.rglob("*.pt") if f.is_file()}
    assert left == {"published/one/one.pt", "published/two/two.pt"}
    assert not list(catalogue.home.rglob("*.zip")), "the archive itself is not kept"
    with pytest.raises(CheckpointError, match="not a weight file"):
        list(catalogue.download("bad"))
    with pytest.raises(DownloadError, match=r"no file “gone\.pt”"):
        list(catalogue.download("gone"))


def test_a_guide_has_the_limits_that_lie_beside_its_card_and_none_where_they_are_anothers(empty: Catalog) -> None:
    folder = put_guide(empty.bundled, "pets")
    assert empty.load("pets").artefact_limits is None
    own = OwnLimits(empty.load("pets").provenance.sha256, 48, {"HF": 0.5}, 120, "120 pets")
    own.write(folder)
    assert empty.load("pets").artefact_limits == own
    replace(own, input_size=64).write(folder)
    assert empty.load("pets").artefact_limits is None


def test_only_published_guides_are_downloaded(empty: Catalog) -> None:
    put_guide(empty.bundled, "pets")
    with pytest.raises(UnknownGuide):
        list(empty.download("pets"))


@pytest.mark.skipif(not (SHARED / "models").is_dir(), reason="needs ../shared/models")
def test_the_shared_guides_can_be_added_as_they_are(empty: Catalog) -> None:
    catalogue = replace(empty, bundled=SHARED / "models")
    assert {e.name: e.state for e in catalogue.entries()} == {
        "animals16-64": GuideStatus.READY,
        "cifar10-32": GuideStatus.READY,
    }
    assert catalogue.load("cifar10-32").input_size == 32
