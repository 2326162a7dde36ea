"""Paths on disk: found again by content, whole or not at all, read without running anything, bounded."""

from __future__ import annotations

import errno
import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lwise_core.enhancement.objectives import CrossEntropy
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.enhancement.path_cache import PathKey, PathStore, cached
from lwise_core.guides.guide import Domain, GuideModel
from tests.conftest import eight_pictures
from tests.support.raw_zips import array_of_any_size, begins_beyond_every_file, raw_zip

STEPS = 5


@pytest.fixture
def wanted(tiny_guide: GuideModel) -> PathKey:
    request = PathRequest(eight_pictures(16)[:2], torch.tensor([1, 3]))
    return PathKey(tiny_guide, request, STEPS, "float32")


@pytest.fixture
def path(wanted: PathKey) -> EnhancementPath:
    step = wanted.guide.epsilon_scale.step
    frames = tuple(ascend(wanted.guide, wanted.request, step=step, steps=STEPS))
    return EnhancementPath(wanted.guide, wanted.request, step, frames)


@pytest.fixture
def store(tmp_path: Path) -> PathStore:
    return PathStore(tmp_path / "paths")


def test_what_is_kept_is_read_back_to_the_last_bit(store: PathStore, wanted: PathKey, path: EnhancementPath) -> None:
    assert store.read(wanted) is None
    store.keep(wanted, path)
    again = store.read(wanted)
    assert again is not None
    for a, b in zip(again.frames, path.frames, strict=True):
        assert torch.equal(a.unclamped, b.unclamped)
        assert torch.equal(a.logits, b.logits)
        assert torch.equal(a.losses, b.losses)
    assert torch.equal(again.at(path.reach).images, path.at(path.reach).images)


def test_anything_that_decides_the_path_is_part_of_its_key(wanted: PathKey) -> None:
    guide, request = wanted.guide, wanted.request
    others = [
        replace(wanted, steps=STEPS + 1),
        replace(wanted, precision="bfloat16"),
        replace(wanted, request=replace(request, objective=CrossEntropy())),
        replace(wanted, request=replace(request, targets=torch.tensor([1, 2]))),
        replace(wanted, request=replace(request, images=request.images.flip(0))),
        replace(wanted, request=replace(request, within=torch.ones(2, 1, 16, 16, dtype=torch.bool))),
        replace(wanted, request=replace(request, within=torch.eye(16, dtype=torch.bool).expand(2, 1, 16, 16))),
        replace(wanted, guide=replace(guide, provenance=replace(guide.provenance, sha256="1" * 64))),
    ]
    assert len({w.key for w in (wanted, *others)}) == len(others) + 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", pickle.dumps({"unclamped": 1})])
def test_a_damaged_file_is_as_if_it_were_not_there(
    store: PathStore, wanted: PathKey, path: EnhancementPath, damage: bytes
) -> None:
    store.keep(wanted, path)
    (file,) = store.folder.iterdir()
    whole = file.read_bytes()
    endless = raw_zip({b"unclamped.npy": array_of_any_size("<f4")})
    for content in (damage, whole[: len(whole) // 2], begins_beyond_every_file(whole), endless):
        file.write_bytes(content)
        assert store.read(wanted) is None


def test_a_file_of_another_size_is_not_believed(store: PathStore, wanted: PathKey, path: EnhancementPath) -> None:
    store.keep(wanted, replace(path, frames=path.frames[:3]))
    assert store.read(wanted) is None


def test_numbers_that_are_none_are_not_believed(store: PathStore, wanted: PathKey, path: EnhancementPath) -> None:
    store.keep(wanted, path)
    (file,) = store.folder.iterdir()
    with np.load(file) as arrays:
        content = dict(arrays)
    content["unclamped"][0] = np.nan
    np.savez(file, **content)
    assert store.read(wanted) is None


@pytest.mark.parametrize("domain", [Domain.MEDICAL, Domain.UNKNOWN])
def test_a_medical_path_is_not_kept(store: PathStore, wanted: PathKey, path: EnhancementPath, domain: Domain) -> None:
    guide = wanted.guide.with_domain(domain)
    store.keep(replace(wanted, guide=guide), replace(path, guide=guide))
    assert not store.folder.exists()


def test_a_provisional_path_is_not_kept(store: PathStore, wanted: PathKey, path: EnhancementPath) -> None:
    store.keep(wanted, replace(path, scored=1))
    assert not store.folder.exists()


def test_the_folder_stays_below_its_limit_and_the_oldest_go_first(
    store: PathStore, wanted: PathKey, path: EnhancementPath
) -> None:
    store.keep(wanted, path)
    size = next(store.folder.iterdir()).stat().st_size
    small = replace(store, limit=2 * size + size // 2)
    keys = []
    for step in range(4):
        other = replace(wanted, precision=f"p{step}")
        small.keep(other, path)
        keys.append(other.key)
    assert {f.stem for f in store.folder.iterdir()} == set(keys[-2:])


def test_the_second_walk_takes_no_step(store: PathStore, wanted: PathKey, path: EnhancementPath) -> None:
    growing = [replace(path, frames=path.frames[: t + 1]) for t in range(STEPS + 1)]
    assert len(list(cached(store, wanted, iter(growing)))) == STEPS + 1
    (again,) = cached(store, wanted, iter([]))
    assert len(again.frames) == STEPS + 1


def test_a_full_disk_costs_the_keeping_and_not_the_path(
    store: PathStore,
    wanted: PathKey,
    path: EnhancementPath,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("lwise_core.enhancement.path_cache.np.savez", full)
    assert list(cached(store, wanted, iter([path]))) == [path]
    (said,) = caplog.messages
    assert "is not kept for the next time. The disk is full" in said
    assert not list(store.folder.iterdir())


def test_a_folder_that_cannot_be_made_costs_the_keeping_and_not_the_path(
    wanted: PathKey, path: EnhancementPath, tmp_path: Path
) -> None:
    (tmp_path / "paths").write_bytes(b"no folder")
    assert list(cached(PathStore(tmp_path / "paths"), wanted, iter([path]))) == [path]
