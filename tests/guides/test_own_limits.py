"""Limits of a guide's own, in a file that may come from anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lwise_core.guides.own_limits import OWN_LIMITS_FILE, OwnLimits, OwnLimitsError, read_own_limits

OWN = OwnLimits("a" * 64, 224, {"HF": 0.25, "H7": 0.5}, 120, "120 pictures of “pond”")


def read(folder: Path, *, sha256: str = "a" * 64, size: int = 224) -> OwnLimits | None:
    return read_own_limits(folder, weights_sha256=sha256, input_size=size)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    assert OWN.write(tmp_path) == tmp_path / OWN_LIMITS_FILE
    assert read(tmp_path) == OWN


@pytest.mark.parametrize("other", [{"sha256": "b" * 64}, {"size": 64}], ids=lambda o: next(iter(o)))
def test_what_was_made_for_another_guide_is_refused(tmp_path: Path, other: dict[str, str | int]) -> None:
    OWN.write(tmp_path)
    with pytest.raises(OwnLimitsError, match="another guide than this one; calibrate again"):
        read(tmp_path, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [{"values": {"HF": "much"}}, {"values": {"HF": None}}, {"pictures": 0}, {"weights_sha256": "x"}, {"more": 1}],
    ids=str,
)
def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path, change: dict[str, object]) -> None:
    file = OWN.write(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(OwnLimitsError, match="is damaged; calibrate again"):
        read(tmp_path)


def test_limits_without_end_are_refused(tmp_path: Path) -> None:
    file = OWN.write(tmp_path)
    file.write_text(file.read_text().replace("0.25", "Infinity"))
    with pytest.raises(OwnLimitsError):
        read(tmp_path)
