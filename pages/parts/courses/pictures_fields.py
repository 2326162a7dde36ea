"""Which pictures a course is made of: drawn creatures, a zip of photographs, or what lies on the server."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lwise_core.batch.named_files import NamedFiles, files_in_zip
from lwise_core.data.labelled_split import LabelledSplit, class_of, told
from lwise_core.data.phantom import FAMILIES
from lwise_core.data.picture_sets import LAYOUTS, picture_set
from lwise_core.teaching.courses.pictures import TEST, TESTED, TRAIN, FromData, FromPhantom, FromZip, Pictures
from pages.parts.session.access import paths_offered
from pages.parts.session.course_server import course_library
from pages.parts.session.decoding import open_upload
from pages.parts.session.jobs import once
from pages.parts.ui.notices import notice

PHANTOM, UPLOAD, DATA = "Artificial creatures (the phantom)", "A zip of photographs", "Photographs on this server"


@dataclass(frozen=True)
class ChosenPictures:
    """The pictures, their classes, and the splits for learning and for tests."""

    pictures: Pictures
    classes: tuple[str, ...]
    training: str
    tests: str


def chosen_pictures() -> ChosenPictures | None:
    """Draw the choice and return it; None while something is lacking, which is said.

    Raises:
        DatasetError: The pictures cannot be listed.
    """
    st.page_link(
        "rank.py",
        label="A folder of your own? Rank sorts it, and one button there makes a course that fits it",
        icon=":material/photo_library:",
    )
    sources = [UPLOAD, *([DATA] if paths_offered() else []), PHANTOM]
    source = st.radio(
        "Pictures", sources, sources.index(_at_first()), label_visibility="collapsed", key="course-pictures"
    )
    if source == PHANTOM:
        return _phantom()
    return _zip() if source == UPLOAD else _data()


def _at_first() -> str:
    """Return what is chosen at first: creatures, of which a course can be tried at once, until there is a course."""
    return UPLOAD if course_library().courses() else PHANTOM


def _phantom() -> ChosenPictures:
    st.caption("Four families of creatures that differ by few features, and that nobody has seen before.")
    columns = st.columns(3)
    learning = columns[0].number_input("To learn from, each family", 8, 400, 50)
    tests = columns[1].number_input("For tests, each family", 2, 100, 12)
    seed = columns[2].number_input("Seed of the creatures", 0, 10**6, 0)
    return ChosenPictures(FromPhantom(learning, tests, seed), FAMILIES, TRAIN, TEST)


def _zip() -> ChosenPictures | None:
    """Ask for a zip with a folder for each class, and for the classes."""
    upload = st.file_uploader("A zip with a folder for each class", type=["zip"], key="course-zip")
    if upload is None:
        st.caption(f"Every {TESTED}th photograph of a class is kept for the tests.")
        return None

    def read() -> tuple[str, NamedFiles]:
        data = upload.getvalue()
        return hashlib.sha256(data).hexdigest(), files_in_zip(data, called=upload.name, open_file=open_upload)

    key, files = once("course-zip", upload.file_id, read)
    for sentence in told(files.passed_over):
        notice("info", sentence)
    counts = FromZip(files, key, ()).counts
    classes = _classes([name for name in counts if name], counts)
    return None if classes is None else ChosenPictures(FromZip(files, key, classes), classes, TRAIN, TEST)


def _data() -> ChosenPictures | None:
    """Ask for a set of labelled pictures, for its splits, and for the classes."""
    path = st.text_input(
        "Folder, zip, tar archive, pattern or dirmap CSV",
        help=f"{LAYOUTS} A CSV has the columns split, class and im_path.",
    ).strip()
    columns = st.columns(2)
    training = columns[0].text_input("Split to learn from", TRAIN).strip()
    tests = columns[1].text_input("Split for tests (may be the same)", TEST).strip()
    if not path:
        return None
    pictures = picture_set(path)
    counts = Counter(class_of(name) for name in LabelledSplit(pictures, training).entries)
    classes = _classes(sorted(counts), counts)
    if classes is None:
        return None
    splits = tuple(dict.fromkeys((training, tests)))
    return ChosenPictures(FromData(pictures, splits, frozenset(classes)), classes, training, tests)


def _classes(found: Sequence[str], counts: Mapping[str, int]) -> tuple[str, ...] | None:
    """Ask for the classes among those that were found, and return them; None where they are too few."""
    chosen = st.multiselect(
        "Classes, 2 to 16",
        found,
        default=found[:4],
        format_func=lambda name: f"{name} ({counts[name]:,})",
        max_selections=16,
        help="In brackets how many pictures there are to choose from.",
    )
    if len(chosen) < 2:
        here = f"There is only “{found[0]}” here. " if len(found) == 1 else ""
        notice("caution", f"{here}A course needs at least two classes.")
        return None
    return tuple(chosen)
