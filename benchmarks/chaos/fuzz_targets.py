"""What is fuzzed: each reader of files that people bring, whole files to begin with, and the error that refuses one."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import safetensors.torch
import torch

from lwise_core._utils.errors import LWiseError
from lwise_core.data.errors import DatasetError
from lwise_core.data.lists_beside import HandedList, listed_classes
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import read_weights
from lwise_core.images.codec import ImageRejected, open_photograph
from tests.support.images import one_of_each, scene
from tests.test_damaged_files import KINDS

_TABLES = ("ranking", "errors of people")
_BESIDE = tuple(f"set/part_{i % 2}/ISIC_{i}.jpg" for i in range(6))
_LISTS_BESIDE = (
    b"lesion_id,image_id,dx\nH0,ISIC_0,nv\nH1,ISIC_1,mel\nH2,ISIC_2,bkl\n",
    b"image,MEL,NV,BCC\nISIC_0,0.0,1.0,0.0\nISIC_1,1.0,0.0,0.0\nISIC_2,0,0,1\n",
    b"im_path;class\npart_0/ISIC_0.jpg;nv\n..\\set\\part_1\\ISIC_1.JPG;mel\nISIC_2;bkl\n",
)
_LISTS = ("class names", "class names in YAML", "class names in a map", "class names in JSON")


@dataclass(frozen=True)
class Target:
    """One reader, the whole files from which fuzzing begins, and the only error that it may raise."""

    read: Callable[[bytes], object]
    refusal: type[LWiseError]
    seeds: Sequence[bytes]


def targets() -> Mapping[str, Target]:
    """Return name → what is fuzzed; HEIC and DICOM where their readers are installed (requirements-formats.txt)."""
    found = {
        "pictures": Target(_picture, ImageRejected, [*one_of_each().values()]),
        "weights": Target(read_weights, CheckpointError, _weights()),
        "zips": _kinds("zip", "zip, packed", "zip, LZMA"),
        "archives on the disk": _kinds("zip, a file", "tar, PAX", "tar, GNU", "tar.gz", "tar.bz2"),
        "lists of pictures": _kinds("dirmap"),
        "lists beside pictures": Target(_list_beside, DatasetError, _LISTS_BESIDE),
        "answers": _kinds("answers", "answers in JSON", "answers in a zip"),
        **{name: _kinds(name) for name in _TABLES},
        "cards": _kinds("card"),
        "configurations": _kinds("configuration"),
        "class names": _kinds(*_LISTS),
    }
    if find_spec("pydicom") is not None:
        found["DICOM"] = Target(_picture, ImageRejected, _dicom())
    if find_spec("pillow_heif") is not None:
        found["HEIC"] = Target(_picture, ImageRejected, _heic())
    return found


def _kinds(first: str, *others: str) -> Target:
    """Return the reader of these kinds of the damaged files, which all have the same one."""
    kinds = [KINDS[name] for name in (first, *others)]
    return Target(kinds[0].read, kinds[0].refusal, [kind.whole for kind in kinds])


def _list_beside(data: bytes) -> object:
    return listed_classes([HandedList("set/list.csv", data)], _BESIDE)


def _picture(data: bytes) -> object:
    return open_photograph(data, name="a")


def _weights() -> list[bytes]:
    state = {"conv.weight": torch.ones(2, 3, 3, 3), "fc.weight": torch.zeros(2, 2).half(), "fc.bias": torch.zeros(2)}
    contents: list[object] = [state, {"state_dict": {f"module.{k}": v for k, v in state.items()}, "epoch": 3}]
    return [_saved(c, zipped=zipped) for c in contents for zipped in (True, False)] + [safetensors.torch.save(state)]


def _saved(content: object, *, zipped: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def _dicom() -> list[bytes]:
    made = import_module("tests.images.test_dicom")  # which asks for pydicom
    windowed = made.dicom(made.RAMP, WindowCenter=1600, WindowWidth=801)
    return [made.dicom(made.RAMP), windowed, made.dicom(scene())]


def _heic() -> list[bytes]:
    return [import_module("tests.images.test_heic").DATA]
