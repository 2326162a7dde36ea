"""What a guide has learnt, told by a file beside its weights."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.calibration import CalibrationError
from lwise_core.guides.catalog import Catalog
from lwise_core.guides.learnt_hashes import LEARNT_FILE, as_file, learnt_by
from tests.guides.test_catalog import put_guide
from tests.support.raw_zips import array_of_any_size


def learnt(home: Path) -> list[int]:
    entries = Catalog(home / "none", home, published=()).entries()
    return learnt_by(entries, weights_sha256=entries[0].sha256).tolist()


@given(hashes=st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_a_file_holds_every_hash_once(hashes: list[int]) -> None:
    kept = np.load(io.BytesIO(as_file(np.array(hashes, dtype=np.uint64))), allow_pickle=False)
    assert kept.tolist() == sorted(set(hashes))


def test_it_is_known_where_the_file_lies_beside_the_weights(tmp_path: Path) -> None:
    folder = put_guide(tmp_path / "models", "pets")
    put_guide(tmp_path / "models", "zebras", seed=1)
    assert learnt(tmp_path) == []
    (folder / LEARNT_FILE).write_bytes(as_file(np.array([7, 2**63], dtype=np.uint64)))
    assert learnt(tmp_path) == [7, 2**63]
    entries = Catalog(tmp_path / "none", tmp_path, published=()).entries()
    assert learnt_by(entries, weights_sha256=entries[1].sha256).tolist() == []


def _saved(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no hashes",
        _saved(np.array([1.5])),
        _saved(np.array([[1]], dtype=np.uint64)),
        _saved(np.array([{}])),
        array_of_any_size("<u8"),
    ],
    ids=["empty", "text", "floats", "a table", "a pickle", "any size"],
)
def test_what_is_no_list_of_hashes_is_refused(tmp_path: Path, data: bytes) -> None:
    (put_guide(tmp_path / "models", "pets") / LEARNT_FILE).write_bytes(data)
    with pytest.raises(CalibrationError, match="remove it, and calibrate with --learnt instead"):
        learnt(tmp_path)
