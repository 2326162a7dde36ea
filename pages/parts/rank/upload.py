"""Taking in many photographs at once: a folder, files, a zip, a place on the server, or the phantom's creatures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_names import shown
from lwise_core.batch.named_files import MOST_FILES, NamedFile, NamedFiles, files_in_zip
from lwise_core.data.dirmap_set import LISTS
from lwise_core.data.errors import DatasetError
from lwise_core.data.labelled_split import told
from lwise_core.data.lists_beside import HandedList, listed_classes, may_be_a_list
from lwise_core.data.picture_sets import LAYOUTS, picture_set
from lwise_core.data.system_files import is_somebodys
from lwise_core.teaching.courses.pictures import FromPhantom
from pages.parts.session.access import paths_offered
from pages.parts.ui.browser_modules import component
from pages.parts.ui.notices import notice

MOST_AT_ONCE = 900
"""Files that browsers hand over in good time: what Streamlit's uploader does for each grows with their number."""

_MOST_REFUSED = 20  # zips
_PACKED_FROM = 50  # files of a folder, which then goes as a zip (assets/packer)
_PACKED_BYTES = 150_000_000  # of one such zip; a server takes 200 MB in one file
_PACKER = component("lwise_packer", folder="packer", html="packer/packer.html")

_CREATURE = 128
_TYPES = [
    "png",
    "jpg",
    "jpeg",
    "jfif",
    "jpe",
    "mpo",
    "webp",
    "avif",
    "heic",
    "heif",
    "dcm",
    "tif",
    "tiff",
    "bmp",
    "gif",
]
_TAKEN = [*_TYPES, *(ending.removeprefix(".") for ending in LISTS)]  # and what may say the classes
_FOLDER, _FILES, _SERVER, _PHANTOM = "A folder", "Files or a zip", "A folder on this server", "Artificial creatures"


@dataclass(frozen=True, eq=False)
class Intake:
    """Files that can be read: ``key`` tells them from others, ``names`` are their paths, before any is read."""

    key: str
    names: tuple[str, ...]
    files: Callable[[], Iterator[NamedFile]]


def intake() -> Intake | None:
    """Draw the ways to hand over many photographs, and return what was handed over."""
    ways = [_FOLDER, _FILES, *([_SERVER] if paths_offered() else []), _PHANTOM]
    way = st.segmented_control("Photographs", ways, default=_FOLDER, required=True)
    if way == _FOLDER:
        st.caption(
            "With a folder for each class, or a CSV beside them that says what each shows. The browser packs a large "
            "folder before it sends it."
        )
        uploads = st.file_uploader(
            "Folder",
            type=[*_TAKEN, "zip"],
            accept_multiple_files="directory",
            key="many-folder",
            label_visibility="collapsed",  # what is chosen above says it, and the button below stays in sight
        )
        _PACKER(key="packer", data={"atLeast": _PACKED_FROM, "most": _PACKED_BYTES, "types": _TAKEN})
        return _uploaded(uploads)
    if way == _FILES:
        return _uploaded(
            st.file_uploader(
                "Photographs, or zips of them",
                type=[*_TAKEN, "zip"],
                accept_multiple_files=True,
                key="many-files",
            )
        )
    return _on_the_server() if way == _SERVER else _phantom()


def _uploaded(uploads: list[UploadedFile] | None) -> Intake | None:
    """Return all files that were handed over, those of zips among them."""
    if not uploads:
        return None
    if len(uploads) > MOST_AT_ONCE:
        notice("caution", f"These are more than {MOST_AT_ONCE} files; a zip of the folder is quicker.")
    lists = [upload for upload in uploads if upload.name.lower().endswith(LISTS)]
    parts = _parts([upload for upload in uploads if not upload.name.lower().endswith(LISTS)])
    if parts is None:
        return None
    names = tuple(chain.from_iterable(part.names for part in parts))
    if not names:
        notice("info", "There are no photographs among these files.")
        return None
    filed = _filed(lists, names)
    key = hashlib.sha256("\0".join([*(part.key for part in parts), *(u.file_id for u in lists)]).encode()).hexdigest()
    return Intake(
        key,
        tuple(filed[name] for name in names),
        lambda: (replace(f, name=filed[f.name]) for part in parts for f in part.files()),
    )


def _filed(lists: Sequence[UploadedFile], names: Sequence[str]) -> Mapping[str, str]:
    """Return name → name in the folder of its class, where lists say the classes; else every name as it is."""
    handed = [HandedList(u.name, u.getvalue()) for u in lists if may_be_a_list(u.name, size=u.size)]
    listed = listed_classes(handed, names)
    if listed is not None:
        notice("info", listed.sentence(len(names)))
        return listed.filed(names)
    if lists:
        notice("info", _unread(lists))
    return {name: name for name in names}


def _unread(lists: Sequence[UploadedFile]) -> str:
    """Say why lists that were handed over do not count."""
    names = " and ".join(f"“{shown(PurePosixPath(u.name).name)}”" for u in lists[:2])
    return (
        f"The folders say what the photographs show, and not {names}: a list counts where it names at least half of "
        "them in one column, and in another more classes than there are folders."
    )


def _parts(uploads: Sequence[UploadedFile]) -> list[Intake] | None:
    """Return what each upload holds; None, with a sentence, where that is more than the page takes.

    What is beyond is not looked at: every run of the page reads the directories of all zips, half a second each.
    """
    parts, count, refused = list[Intake](), 0, 0
    for upload in uploads:
        try:
            part = _part(upload)
        except DatasetError as error:
            notice("error", f"{error} It is left out.")
            refused += 1
            if refused == _MOST_REFUSED:
                notice("error", f"{_MOST_REFUSED} of these zips cannot be read; hand over what can be, without them.")
                return None
            continue
        parts += [] if part is None else [part]
        count += 0 if part is None else len(part.names)
        if count > MOST_FILES:
            notice("error", f"These are more than {MOST_FILES:,} files together, which the page takes at once.")
            return None
    return parts


def _part(upload: UploadedFile) -> Intake | None:
    """Return what one upload holds, None where that is nothing of the person's.

    Raises:
        DatasetError: It is a zip that cannot be read.
    """
    if upload.name.lower().endswith(".zip"):
        return _zipped(upload)
    if not is_somebodys(upload.name):
        return None
    return Intake(upload.file_id, (upload.name,), lambda: iter((NamedFile(upload.name, upload.getvalue()),)))


def _zipped(upload: UploadedFile) -> Intake:
    files = files_in_zip(upload.getvalue(), called=upload.name)
    _tell(files)
    return Intake(upload.file_id, files.names, lambda: iter(files))


def _tell(files: NamedFiles) -> None:
    """Say what of a set was passed over."""
    for sentence in told(files.passed_over):
        notice("info", sentence)


def _on_the_server() -> Intake | None:
    path = st.text_input("Folder, zip, tar archive, pattern or dirmap CSV", help=LAYOUTS).strip()
    if not path:
        return None
    try:
        files = NamedFiles.of(picture_set(path))
    except LWiseError as error:
        notice("error", str(error))
        return None
    if not files.entries:
        notice("error", f"There are no photographs in “{Path(path).name}”.")
        return None
    _tell(files)
    key = hashlib.sha256(repr([(e.name, e.state) for e in files.entries]).encode()).hexdigest()
    return Intake(key, files.names, lambda: iter(files))


def _phantom() -> Intake:
    st.caption("Creatures of four families, for a first look; the guide phantom4-64 knows them.")
    creatures = FromPhantom(per_class=16, per_class_in_tests=1, size=_CREATURE)
    names = tuple(c.name for c in creatures.listed())
    return Intake("phantom", names, lambda: (NamedFile(f.name, f.data) for f in creatures))
