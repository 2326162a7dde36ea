"""What a person takes away: picture, perturbation and manifest, made together when the first is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.enhancement.export import (
    Export,
    Intent,
    StatedBy,
    export,
    export_stem,
    name_for_files,
    strip_required,
)
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import Extent
from lwise_core.enhancement.sweep import sweep
from lwise_core.images.animation import AnimationFormat
from pages.parts.session.case import Case, put
from pages.parts.session.jobs import deferred

_EXTENTS = {
    Extent.PHOTOGRAPH: "Whole photograph, at its own resolution",
    Extent.GUIDE: "The crop, at the guide's size",
}


_KINDS = {AnimationFormat.WEBP: "WebP", AnimationFormat.GIF: "GIF"}


def extent_choice(case: Case) -> Case:
    """Draw the choice of which picture is made, and return the case with it."""
    chosen = st.radio(
        "Result",
        list(_EXTENTS),
        index=list(_EXTENTS).index(case.extent),
        format_func=_EXTENTS.__getitem__,
        key=f"extent-{case.token}",
        horizontal=True,
        help="On the whole photograph nothing changes outside the crop, so at a large ε the crop's edge can show as a "
        "line; a larger crop moves it outwards. It is not faded out: that would be another change than the one judged.",
    )
    if chosen is case.extent:
        return case
    changed = replace(case, extent=chosen)
    put(changed)
    return changed


def downloads_panel(
    case: Case, path: EnhancementPath, *, key: Hashable, stated: str, towards: str, stated_by: StatedBy
) -> None:
    """Draw the three downloads of ``path`` at the slider's position.

    ``key`` tells this path from every other of the session; ``stated_by`` says who stated the class.
    """
    guide = path.guide
    required = strip_required(guide)
    strip = st.toggle(
        "Strip “AI-altered … not for diagnosis” below the picture",
        value=True,
        disabled=required,
        key="strip",
        help="Always on for medical guides, and for guides of unknown domain." if required else None,
    )
    epsilon = min(case.epsilon_for(guide), path.reach)
    intent = Intent(stated=stated, towards=towards, epsilon=epsilon, extent=case.extent, stated_by=stated_by)

    def make() -> Export:
        return export(case.subject, path, intent, strip=strip or required)

    made = deferred("export", (key, path.reach, intent, strip), make)
    stem = export_stem(name_for_files(guide, case.photograph), path, intent)
    columns = st.columns(3)
    # The files are made together when the first button is clicked: a large photograph takes a while to encode.
    download(columns[0], "Picture (PNG)", lambda: made().png, f"{stem}.png", "image/png")
    download(columns[1], "Perturbation (NPZ)", lambda: made().perturbation, f"{stem}.npz", "application/octet-stream")
    download(columns[2], "Manifest (JSON)", lambda: made().manifest, f"{stem}.json", "application/json")
    animation_buttons(case, path, intent, key=key)
    st.caption(
        "The picture is lossless and carries none of the original's metadata. "
        "The manifest names the guide by its hash, the class, ε, the steps and the logits of this very file."
    )


def animation_buttons(case: Case, path: EnhancementPath, intent: Intent, *, key: Hashable) -> None:
    """Draw the downloads of ``path`` from ε = 0 to that of ``intent`` as a moving picture; ``key`` as above."""
    stem = export_stem(name_for_files(path.guide, case.photograph), path, intent)
    for column, kind in zip(st.columns(3), AnimationFormat, strict=False):
        question = (key, path.reach, intent)
        make = deferred(f"sweep-{kind.value}", question, partial(sweep, case.subject, path, intent, kind=kind))
        download(column, f"ε from 0 up ({_KINDS[kind]})", make, f"{stem}.{kind.value}", kind.mime)
    st.caption(
        "The moving pictures show the square that the guide sees, with the strip in every frame. WebP keeps small "
        "changes; a GIF has 256 colours a frame, and every program opens it."
    )


def download(
    column: DeltaGenerator, label: str, content: Callable[[], bytes], name: str, mime: str, *, key: str | None = None
) -> None:
    """Draw the button of a file that is made when it is clicked; ``key`` tells it from others of its name."""
    column.download_button(label, content, file_name=name, mime=mime, on_click="ignore", width="stretch", key=key)
