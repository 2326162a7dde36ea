"""Whatever was damaged in somebody's file, its reader gives what is left or refuses it with its own error.

Archives, lists, tables and cards; pictures, weights and pickles have the same beside their readers.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.errors import LWiseError
from lwise_core.data.archives import ZipInMemory, close_archives
from lwise_core.data.decoding import read_bytes
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.class_lists import ClassListError, classes_from_text
from lwise_core.guides.hub import HubError, read_configuration
from lwise_core.guides.model_card import CardError, parse_card
from lwise_core.study.human_errors import read_human_errors
from lwise_core.study.ranked_pictures import read_ranked_pictures
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import as_csv, as_jspsych, read_csv
from tests.guides.test_model_card import card_bytes
from tests.support.moth_answers import one_person

MEMBERS = {"train/cat/ä 1.png": b"one" * 40, f"train/dog/{'d' * 110}.png": b"two" * 40}
ANSWERS = one_person()


def zipped(members: dict[str, bytes], *, how: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(form: int) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1.5  # so that PAX has something to say
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue().rstrip(b"\0") + bytes(1024)


def read_all(pictures: PictureSet) -> None:
    for entry in pictures.entries():
        if isinstance(entry, PictureEntry):
            read_bytes(pictures, entry)


def read_file(data: bytes, *, name: str) -> None:
    """Read the set that a file of this name is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        try:
            read_all(picture_set(str(file)))
        finally:
            close_archives()


def in_memory(data: bytes) -> None:
    read_all(ZipInMemory(data, "mine.zip"))


def archive(data: bytes) -> None:
    read_file(data, name="mine.tar")


def listed(data: bytes) -> None:
    read_file(data, name="mine.csv")


@dataclass(frozen=True)
class Kind:
    """A whole file of a kind, what reads it, and the error that says why it does not."""

    whole: bytes
    read: Callable[[bytes], object]
    refusal: type[LWiseError]


CONFIGURATION = {"architecture": "resnet18", "num_classes": 2, "pretrained_cfg": {"input_size": [3, 64, 64]}}
RANKING = b"picture,stated_class,robust_gt_logit\ncat/1.png,cat,-1.5\ncat/2.png,cat,2.25\n"
ERRORS = b"picture,right,wrong\na.png,7,3\nb.png,3,7\n"
KINDS = {
    "zip": Kind(zipped(MEMBERS, how=zipfile.ZIP_STORED), in_memory, DatasetError),
    "zip, packed": Kind(zipped(MEMBERS, how=zipfile.ZIP_DEFLATED), in_memory, DatasetError),
    "zip, LZMA": Kind(zipped(MEMBERS, how=zipfile.ZIP_LZMA), in_memory, DatasetError),
    "zip, a file": Kind(zipped(MEMBERS, how=zipfile.ZIP_BZIP2), archive, DatasetError),
    "tar, PAX": Kind(tarred(tarfile.PAX_FORMAT), archive, DatasetError),
    "tar, GNU": Kind(tarred(tarfile.GNU_FORMAT), archive, DatasetError),
    "tar.gz": Kind(gzip.compress(tarred(tarfile.PAX_FORMAT), mtime=0), archive, DatasetError),
    "tar.bz2": Kind(bz2.compress(tarred(tarfile.GNU_FORMAT)), archive, DatasetError),
    "dirmap": Kind('split,class,im_path,note\ntrain,cät,1.png,"a, b"\nval,dog,2.png,\n'.encode(), listed, DatasetError),
    "answers": Kind(b"\r\n".join(as_csv(ANSWERS).split(b"\r\n")[:4]) + b"\r\n", read_csv, ResponsesError),
    "answers in JSON": Kind(json.dumps(json.loads(as_jspsych(ANSWERS))[:2]).encode(), read_csv, ResponsesError),
    "answers in a zip": Kind(
        zipped({"a/data.txt": json.dumps(json.loads(as_jspsych(ANSWERS))[:1]).encode()}, how=zipfile.ZIP_DEFLATED),
        read_csv,
        ResponsesError,
    ),
    "ranking": Kind(RANKING, read_ranked_pictures, ResponsesError),
    "errors of people": Kind(ERRORS, read_human_errors, ResponsesError),
    "card": Kind(card_bytes(), parse_card, CardError),
    "configuration": Kind(json.dumps(CONFIGURATION).encode(), read_configuration, HubError),
    "class names": Kind(b"0: tench\n1: 'goldfish'\n2: shark\n", classes_from_text, ClassListError),
    "class names in YAML": Kind(b"nc: 2  # two\nnames: ['tench', \"shark\"]\n", classes_from_text, ClassListError),
    "class names in a map": Kind(
        b"item { id: 1 name: 'a' }\nitem { id: 2 name: 'b' }", classes_from_text, ClassListError
    ),
    "class names in JSON": Kind(b'{"id2label": {"0": "a", "1": "b"}}', classes_from_text, ClassListError),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_whole_file_of_each_kind_is_read(kind: Kind) -> None:
    kind.read(kind.whole)


def damaged(whole: bytes, draw: st.DrawFn) -> bytes:
    """Return a file with bytes changed, or a piece of it cut out, or there twice, or with foreign bytes in it."""
    data = bytearray(whole)
    place, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    match draw(st.sampled_from(["changed", "cut", "twice", "foreign"])):
        case "changed":
            for at in draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=4)):
                data[at] = draw(st.integers(0, 255))
        case "cut":
            del data[place:end]
        case "twice":
            data[end:end] = data[place:end]
        case _:
            data[place:place] = draw(st.binary(min_size=1, max_size=12))
    return bytes(data)


DAMAGED = {name: st.composite(lambda draw, whole=kind.whole: damaged(whole, draw))() for name, kind in KINDS.items()}


@pytest.mark.parametrize("name", list(KINDS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_file_gives_what_is_left_or_is_refused(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    with suppress(kind.refusal):
        kind.read(data.draw(DAMAGED[name]))
