"""Calibrating a guide on a page: labelled pictures of one's own in, references and figures beside the guide out."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core._utils.durations import in_words
from lwise_core._utils.errors import LWiseError
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.learnt_hashes import learnt_by
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY
from lwise_core.inspection.limit_fit import limits_from
from lwise_core.inspection.shipped_limits import came_with_limits
from lwise_core.scheduler import QueueFull, ScheduledJob
from lwise_core.training.calibrating import (
    ATTACKED,
    CalibrationProgress,
    CalibrationRequest,
    calibrate,
)
from lwise_core.training.calibration_batches import pace_of
from lwise_core.training.calibration_extras import MOST_FOR_LIMITS, Extra, too_few_for
from lwise_core.training.calibration_pictures import Division, LabelledPictures
from pages.parts.picture.labelled_set import labelled_set
from pages.parts.session.access import is_teacher
from pages.parts.session.calibrations import calibration_store
from pages.parts.session.guides import guide_catalog, load_guide, session_guides
from pages.parts.session.jobs import (
    asked,
    followed,
    forget_everything,
    forget_job,
    job_for,
    once,
    progress_of,
    remembered,
)
from pages.parts.session.paths import forget_walks
from pages.parts.ui.notices import notice, plain


@dataclass(frozen=True)
class _Extent:
    """How much is measured: the words for it, and what is asked for."""

    words: str
    division: Division
    attacked: int


_QUICK = ENOUGH_FOR_DIFFICULTY  # fewer would not judge whether the guide is fit
_EXTENTS = (
    _Extent("References only", Division(0), 0),
    _Extent(f"Accuracies too, {_QUICK} pictures attacked", Division(), _QUICK),
    _Extent(f"Accuracies too, {ATTACKED} pictures attacked", Division(), ATTACKED),
)


_EXTRAS = {
    Extra.EVIDENCE: "Local evidence too: what places of a picture say for a class that it does not show",
    Extra.UNLIKE: "What is unlike what it learnt too, by comparison with these pictures",
    Extra.ARTEFACTS: f"The limits of the light about artefacts too: up to {MOST_FOR_LIMITS} pictures are enhanced, "
    "which takes long",
}


def calibrate_panel(name: str) -> None:
    """Draw what was measured of the guide called ``name`` on a person's own pictures, and the way to measure it.

    The guide itself is loaded only once somebody wants to measure it.
    """
    st.markdown("**On your own pictures**")
    store = calibration_store(own=name in session_guides())
    found = store.of(_weights(name))
    if found is None:
        st.caption("Not calibrated. Labelled pictures that it never learnt give it references and accuracies.")
    else:
        _calibration(found, name)
    if not st.toggle("Calibrate it", key=f"calibrate-{name}"):
        return
    if not _may_change(name):
        notice(
            "info",
            "What a guide says is the same for everybody on this server, so whoever runs it calibrates its guides. A "
            "guide that you add for your session you can calibrate for yourself.",
        )
        return
    guide = load_guide(name)
    pictures = _pictures(name, guide)
    if pictures is not None:
        _begin(name, guide, pictures, store)


def _weights(name: str) -> str:
    own = session_guides().get(name)
    if own is not None:
        return own.provenance.sha256
    return next(entry.sha256 for entry in guide_catalog() if entry.name == name)


def _calibration(found: Calibration, name: str) -> None:
    """Draw what a calibration found, with the way to take it away for whoever may."""
    said = str(found.on)
    st.markdown("  \n".join(map(plain, (f"{said[:1].upper()}{said[1:]}.", *found.sentences()))))
    if _may_change(name):
        st.button("Remove the calibration", key=f"uncalibrate-{name}", on_click=_remove, args=(name,))


def _may_change(name: str) -> bool:
    """Return whether this session may say what a guide is worth: its own, or everybody's where it gives courses."""
    return is_teacher() or name in session_guides()


def _remove(name: str) -> None:
    if not _may_change(name):  # the page was drawn while that was so, and the half hour is over
        return
    calibration_store(own=name in session_guides()).remove(_weights(name))
    _compute_anew()


def _compute_anew() -> None:
    """Let all that this session has computed be computed anew: it holds guides as they were."""
    forget_everything()
    forget_walks()


def _pictures(name: str, guide: GuideModel) -> LabelledPictures | None:
    """Take labelled pictures, and say of which class they are; None while something is missing."""
    st.caption(
        "A folder for each class, called after it; pictures below a folder “train” are left out. Only figures are "
        "kept, never a picture."
    )
    taken = labelled_set("calibrate", name)
    if taken is None:
        return None
    key, pictures = taken
    others = None
    if st.checkbox("Leave out folders that are called after no class", key=f"calibrate-others-{name}"):
        others = Instead.LEFT_OUT
    folders = FolderLabels(guide.classes, others=others)
    try:
        found = once("calibration-pictures", (key, folders), lambda: LabelledPictures.of(pictures, folders))
    except LWiseError as error:
        notice("caution", str(error))
        return None
    classes = len(set(found.targets))
    st.caption(
        f"{counted(len(found), 'picture')} of {counted(classes, 'class', 'classes')}. {plain(' '.join(found.notes))}"
    )
    return found


def _begin(name: str, guide: GuideModel, pictures: LabelledPictures, store: CalibrationStore) -> None:
    """Ask how much is to be measured, say how long that takes, and measure it."""
    extent = st.radio("What is measured", _EXTENTS, index=1, format_func=lambda e: e.words, key=f"extent-{name}")
    known = learnt_by(guide_catalog(), weights_sha256=guide.provenance.weights_sha256)
    extras = _extras(name, guide, pictures, store)
    request = CalibrationRequest(pictures, extent.division, extent.attacked, known, extras)
    kind, question = _kind(name), request.key(guide)
    if asked(kind, question):
        followed(kind, _progress, name=name)
        return
    pace = remembered("calibration-pace", question, lambda: pace_of(guide, pictures))
    if pace is not None:
        st.caption(f"Takes about {in_words(request.seconds(pace))}, by the pace of the first pictures.")
    if not st.button("Calibrate", type="primary", key=f"begin-{name}"):
        return
    try:
        job_for(kind, question, lambda: calibrate(guide, request, store, limits_from=limits_from), total=len(pictures))
    except QueueFull as error:
        notice("error", str(error))
        return
    st.rerun()


def _extras(name: str, guide: GuideModel, pictures: LabelledPictures, store: CalibrationStore) -> frozenset[Extra]:
    """Ask what else is to be made of the pictures, each where they can be enough and the guide came without it."""
    own = {
        Extra.EVIDENCE: store.has_own_nulls(guide),
        Extra.UNLIKE: store.has_own_familiarity(guide),
        Extra.ARTEFACTS: came_with_limits(guide),
    }
    asked = set()
    for extra, words in _EXTRAS.items():
        if own[extra]:
            continue
        few = too_few_for(extra, pictures.targets, classes=len(guide.classes))
        if st.checkbox(words, key=f"{extra.name}-{name}", disabled=bool(few)) and not few:
            asked.add(extra)
        if few:
            st.caption(few)
    return frozenset(asked)


def _kind(name: str) -> str:
    return f"calibration-{name}"


def _progress(job: ScheduledJob[CalibrationProgress], *, name: str) -> None:
    """Draw how far a calibration is; once it is complete, draw the page with what it found."""
    over = progress_of(_kind(name), job, what="Calibrating", how_far=_how_far)
    if job.error is not None:
        st.button("Try again", key=f"retry-{name}", on_click=forget_job, args=(_kind(name),))
    if over and job.latest is not None:
        _compute_anew()
        st.rerun()


def _how_far(progress: CalibrationProgress) -> tuple[float, str]:
    """Return the share that is done, and in words what is done and how long it will take."""
    return progress.share, str(progress)
