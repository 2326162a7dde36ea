"""Limits of the indicators of artefacts that were found for one guide, and the file in which they are kept.

The file lies beside a calibration, or beside the card of a guide to which the limits of its input size do not apply. It
may come from anywhere, so it is checked before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import read_file
from lwise_core._utils.first_fault import reader_of

OWN_LIMITS_FILE = "artefacts.json"
"""What lies beside the calibration, or the card, of a guide that has limits of its own."""

MAX_LIMITS_BYTES = 100_000

_CHECKED = ConfigDict(strict=True, allow_inf_nan=False, extra="forbid")

_Key = Annotated[str, StringConstraints(min_length=1, max_length=20)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Basis = Annotated[str, StringConstraints(max_length=1_000)]


class OwnLimitsError(LWiseError):
    """A file of limits that cannot be used. The message is one sentence: what is wrong with it, and what to do."""


@dataclass(frozen=True, config=_CHECKED)
class OwnLimits:
    """Beyond which ``values`` the indicators of artefacts, by key, are flagged for one guide.

    ``weights_sha256`` and ``input_size`` (px) say which guide, ``pictures`` on how many pictures they were found, and
    ``basis`` is the phrase on what they stand.
    """

    weights_sha256: _Hash
    input_size: Annotated[int, Field(gt=0)]
    values: Mapping[_Key, float]
    pictures: Annotated[int, Field(gt=0)]
    basis: _Basis

    def write(self, folder: Path) -> Path:
        """Write them into ``folder`` and return the file.

        Raises:
            FileError: It cannot be written.
        """
        write_whole(folder / OWN_LIMITS_FILE, _LIMITS.dump_json(self, indent=1) + b"\n")
        return folder / OWN_LIMITS_FILE


_LIMITS = TypeAdapter(OwnLimits)
_READ = reader_of(_LIMITS)


def read_own_limits(folder: Path, *, weights_sha256: str, input_size: int) -> OwnLimits | None:
    """Return the limits in ``folder``, None where there are none.

    Raises:
        OwnLimitsError: The file is damaged, or was made for another guide or another input size.
        FileError: It cannot be read.
    """
    file = folder / OWN_LIMITS_FILE
    if not file.is_file():
        return None
    try:
        found = _READ(read_file(file, at_most=MAX_LIMITS_BYTES + 1))
    except ValidationError as error:
        raise OwnLimitsError(f"“{file.name}” is damaged; calibrate again.") from error
    if (found.weights_sha256, found.input_size) != (weights_sha256, input_size):
        raise OwnLimitsError(f"“{file.name}” was made for another guide than this one; calibrate again.")
    return found
