"""The store of calibrations: what was kept is read again, laid over its guide, and removed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lwise_core.guides.calibration import CalibrationError
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.evidence_file import EVIDENCE_FILE
from lwise_core.guides.evidence_nulls import EvidenceNulls
from lwise_core.guides.familiarity import FAMILIARITY_FILE, Familiarity
from lwise_core.guides.local_evidence import nulls_from
from lwise_core.guides.looking import look
from lwise_core.guides.novelty import NoveltyState
from lwise_core.guides.own_limits import OWN_LIMITS_FILE, OwnLimits
from lwise_core.guides.stage_features import StageFeatures, stages_of
from tests.conftest import guide_of, tiny_network
from tests.support.calibrations import calibration_for

GUIDE = guide_of(tiny_network())
SHA256 = GUIDE.provenance.sha256


def nulls() -> EvidenceNulls:
    contrast = np.random.default_rng(0).normal(size=(120, 5, 2, 2)).astype(np.float32)
    return nulls_from(GUIDE, contrast, [i % 5 for i in range(120)], basis="120 made up")


def familiarity() -> Familiarity:
    reader = StageFeatures.of(GUIDE, stages_of(GUIDE))
    size = reader.read(torch.zeros(1, 3, 16, 16))[1].shape[1]
    held_out = np.linspace(1, 2, 150, dtype=np.float32)
    return Familiarity(reader.names, np.zeros(size, np.float32), 0.0, held_out, sha256=SHA256)


def test_what_was_kept_is_read_again_and_replaced_and_removed(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "calibrations")
    assert (store.of("0" * 64), store.all(), store.files(), store.hashes()) == (None, (), (), ())
    first = calibration_for(GUIDE, {"a": 2}, measured={"test_images": 100}, notes=("One was lost.",))
    store.keep(first)
    assert store.of("0" * 64) == first
    store.keep(replace(first, folder="lake"))
    assert [c.folder for c in store.all()] == ["lake"]
    assert (store.stamp("0" * 64) > 0, store.stamp("1" * 64)) == (True, 0)
    assert store.remove("0" * 64)
    assert store.of("0" * 64) is None
    assert not store.remove("0" * 64)


def test_removing_one_takes_away_what_was_stopped_too(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.unfinished("0" * 64, "key").mkdir(parents=True)
    assert store.hashes() == ("0" * 64,)
    assert store.remove("0" * 64)
    assert store.hashes() == ()


@pytest.mark.parametrize(
    "change",
    [{"pictures": -1}, {"date": "yesterday"}, {"references": {"a": ["x"]}}, {"weights_sha256": "../x"}],
    ids=lambda c: next(iter(c)),
)
def test_a_damaged_one_is_said_to_be_damaged_and_how_to_be_rid_of_it(tmp_path: Path, change: dict[str, object]) -> None:
    store = CalibrationStore(tmp_path)
    store.keep(calibration_for(GUIDE, {"a": 2}))
    file = store.file_of("0" * 64)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(CalibrationError, match="remove it and calibrate again"):
        store.of("0" * 64)


def test_what_was_made_with_it_is_laid_over_the_guide_and_goes_with_it(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    own = OwnLimits(SHA256, 16, {"HF": 0.2}, 100, "100 made up")
    store.keep(calibration_for(GUIDE, {"a": 2}), nulls=nulls(), familiarity=familiarity(), artefact_limits=own)
    over = store.laid_over(GUIDE)
    assert over.references.count("a") == 2
    assert over.artefact_limits == own
    assert over.nulls is not None
    assert (over.nulls.basis, over.nulls.enough(target=0)) == ("120 made up", False)
    (novelty,) = look(over, torch.rand(1, 3, 16, 16)).novelty
    assert (novelty.state, novelty.references) == (NoveltyState.NO_FLAG, 150)
    store.keep(calibration_for(GUIDE, {"a": 3}))
    later = store.laid_over(GUIDE)
    assert (later.references.count("a"), later.nulls, later.familiarity) == (3, None, None)
    assert later.artefact_limits is None


def test_what_the_guide_came_with_stays(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    assert store.laid_over(GUIDE) is GUIDE
    own = replace(GUIDE, nulls=replace(nulls(), basis="its own"), familiarity=familiarity())
    assert (store.has_own_nulls(own), store.has_own_familiarity(own)) == (True, True)
    assert (store.has_own_nulls(GUIDE), store.has_own_familiarity(GUIDE)) == (False, False)
    store.keep(calibration_for(GUIDE, {"a": 2}), nulls=nulls(), familiarity=familiarity())
    over = store.laid_over(own)
    assert over.nulls is own.nulls
    assert over.familiarity is own.familiarity
    laid = store.laid_over(GUIDE)
    assert (store.has_own_nulls(laid), store.has_own_familiarity(laid)) == (False, False)


@pytest.mark.parametrize("name", [EVIDENCE_FILE, FAMILIARITY_FILE, OWN_LIMITS_FILE])
def test_what_is_damaged_beside_it_is_said_to_be(tmp_path: Path, name: str) -> None:
    store = CalibrationStore(tmp_path)
    store.keep(calibration_for(GUIDE, {"a": 2}), nulls=nulls(), familiarity=familiarity())
    store.file_of(SHA256).with_name(name).write_bytes(b"nothing")
    with pytest.raises(CalibrationError, match="remove that and calibrate again"):
        store.laid_over(GUIDE)
