"""The zip that torch.save writes, taken apart and put together anew before torch sees it.

Two programs that read one zip may find two archives in it: what was checked by one is not what the other unpacks. So
the members are read here, under limits, and torch gets an archive that holds these and nothing else.
"""

from __future__ import annotations

import io
import zipfile

from lwise_core._utils.zip_ends import DAMAGED, directory_bytes
from lwise_core.guides.checkpoint_error import CheckpointError

_MOST_MEMBERS = 100_000
_LARGEST_DIRECTORY = 16 * 2**20  # bytes: of so many members with names of a hundred letters
_OTHERS = ((".npy", "an archive of NumPy arrays"), (".weights.h5", "an archive of Keras"))
_PROGRAMS = (
    ("/constants.pkl", "TorchScript"),
    ("serialized_exported_program.json", "torch.export"),
    ("models/model.json", "torch.export"),
)
_DAMAGED = "The weight file is damaged or cut off; fetch or copy it again."


def repacked(data: bytes) -> bytes:
    """Return the zip ``data`` written anew, if torch.save could have written it.

    One pickle, nothing compressed, no member twice, and no more in all than ``data`` has.

    Raises:
        CheckpointError: It is damaged, or no archive of weights.
    """
    if directory_bytes(io.BytesIO(data)) > _LARGEST_DIRECTORY:
        raise CheckpointError(_DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive.infolist(), size=len(data))
            return _written({m.filename: archive.read(m) for m in archive.infolist()})
    except (*DAMAGED, NotImplementedError, RuntimeError) as error:
        raise CheckpointError(_DAMAGED) from error


def _check(members: list[zipfile.ZipInfo], *, size: int) -> None:
    if len(members) > _MOST_MEMBERS or len({m.filename for m in members}) < len(members):
        raise CheckpointError(_DAMAGED)
    program = next((by for ending, by in _PROGRAMS if any(m.filename.endswith(ending) for m in members)), None)
    if program is not None:
        raise CheckpointError(f"This is a {program} program, not a file of weights; ask for its state dict instead.")
    other = next((kind for ending, kind in _OTHERS if any(m.filename.endswith(ending) for m in members)), None)
    if other is not None:
        raise CheckpointError(f"This is no weight file but {other}; weights of PyTorch are read here.")
    if sum(m.filename.endswith("/data.pkl") for m in members) != 1:
        raise CheckpointError("This archive is not a weight file; unpack it and choose one of the files in it.")
    compressed = any(m.compress_type != zipfile.ZIP_STORED for m in members)
    if compressed or sum(m.file_size for m in members) > size:
        raise CheckpointError("The archive says that it unpacks to more than it holds, which torch.save never writes.")


def _written(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()
