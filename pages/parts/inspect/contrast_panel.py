"""Why this class rather than another: the maps for one less those for the other, beside the plain ones."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.attribution import scale_of
from lwise_core.inspection.contrast import Contrast, contrasts_at
from lwise_core.inspection.map_pictures import attribution_picture
from pages.parts.inspect.inspected import asked_so_far
from pages.parts.session.jobs import ended, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import chosen_colours
from pages.parts.ui.linked_maps import linked_maps
from pages.parts.ui.notices import plain

_CONTRAST = "contrast"
_WHAT = "Asking why the one rather than the other"


def contrast_panel(key: Key, path: EnhancementPath, *, epsilon: float) -> None:
    """Draw the choice of a rival of the class that the maps above are of; once chosen, what speaks for one of the two.

    Raises:
        QueueFull: Too many people are waiting.
    """
    question, guide = asked_so_far(key).question, path.guide
    if question is None:
        return
    own = guide.classes[question.target]
    others = [name for name in guide.classes if name != own]
    if not others:
        return
    rival = st.selectbox(
        f"Why {own} rather than …",
        others,
        index=None,
        placeholder="Choose another class",
        key=f"rival-{guide.name}-{own}",
        help="The map for the one class less the map for the other, by the methods chosen above.",
    )
    if rival is None:
        return
    at = place()
    job = job_for(
        _CONTRAST,
        (key, question, rival, round(epsilon / path.step)),
        lambda: contrasts_at(path, question, rival=guide.class_index(rival), epsilon=epsilon),
        total=1 + len(question.methods),
    )
    for _ in values_of(_CONTRAST, job, at=at, what=_WHAT):
        pass
    if ended(_CONTRAST, job, at=at, what=_WHAT):
        with at.found.container():
            _draw(job.latest or (), own=own, rival=rival)


def _draw(contrasts: Sequence[Contrast], *, own: str, rival: str) -> None:
    colours = chosen_colours()
    above, below = colours.above.capitalize(), colours.below
    st.caption(f"{above} speaks for {plain(own)} rather than {plain(rival)}, {below} the other way round.")
    for one in contrasts:
        st.subheader(f"{one.method.title}: why {plain(own)} rather than {plain(rival)}")
        limit = scale_of([one.before, one.after])
        shown = {"original": one.before, "enhanced": one.after, "difference": one.after - one.before}
        title = f"{one.method.title}, {own} rather than {rival}"
        maps = {
            of: attribution_picture(values, limit=limit, of=f"{title}, {of}", between=(rival, own))
            for of, values in shown.items()
        }
        linked_maps(maps, key=f"contrast-maps-{one.method.name}")
