"""The real neighbours of the original and of what was made of it, among labelled pictures that the person brings."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.data.entries import PictureSet
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.neighbours import AT_ONCE, FeatureIndex, Neighbour, entries_among, indexed
from lwise_core.scheduler import ScheduledJob
from pages.parts.picture.labelled_set import labelled_set
from pages.parts.session.jobs import ended, job_for, once, place, remembered, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.notices import notice, plain

_INDEX = "neighbours-index"
_WHAT = "Looking at the pictures of the set"


def neighbours_panel(key: Key, path: EnhancementPath, *, epsilon: float, towards: str) -> None:
    """Draw the choice of a labelled set, and which of its pictures are nearest before the change and after it.

    Raises:
        QueueFull: Too many people are waiting.
    """
    st.subheader("Real neighbours")
    st.caption(
        "Which real pictures are nearest to the original, and which to the altered picture, in the guide's features? "
        "Bring labelled pictures that the guide has not learnt, such as those that it was calibrated on."
    )
    chosen = labelled_set("neighbours")
    if chosen is None:
        return
    try:
        _draw(key, path, chosen, epsilon=epsilon, towards=towards)
    except LWiseError as error:
        notice("error", str(error))


def _draw(key: Key, path: EnhancementPath, chosen: tuple[str, PictureSet], *, epsilon: float, towards: str) -> None:
    called, pictures = chosen
    guide, at = path.guide, place()
    entries = once("neighbours-entries", called, lambda: entries_among(pictures))
    asked = (guide.provenance.sha256, called, len(entries))
    job: ScheduledJob[FeatureIndex] = job_for(
        _INDEX, asked, lambda: indexed(guide, pictures, entries), total=-(-len(entries) // AT_ONCE)
    )
    for _ in values_of(_INDEX, job, at=at, what=_WHAT):
        pass
    index = job.latest
    if not ended(_INDEX, job, at=at, what=_WHAT) or index is None:
        return
    before, after = path.frames[0].images[0], path.at(epsilon).images[0]
    found = remembered("neighbours", (key, epsilon, asked), lambda: index.neighbours(before, after, towards=towards))
    st.markdown(plain(str(found)))
    for words, nearest in (("Nearest to the original", found.before), ("Nearest to what was made of it", found.after)):
        st.markdown(f"**{words}**")
        show_pictures([_shown(one) for one in nearest])


def _shown(one: Neighbour) -> HeatmapPicture:
    shows = one.class_name or "no class"
    caption = f"{shows}, cosine {one.cosine:.3f}"
    return HeatmapPicture(to_8_bit(one.image).transpose(1, 2, 0), alt=f"{one.name}: {shows}", caption=caption)
