"""Adding a checkpoint of one's own: read it, say what was read, ask what it does not say, keep it for the session."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.blueprints import Blueprint
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import (
    MAX_UPLOAD_BYTES,
    Description,
    Weights,
    blueprint_for,
    build_guide,
    read_weights,
)
from lwise_core.guides.class_lists import classes_from_text, default_classes
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD, Domain
from pages.parts.models.cards import DOMAINS
from pages.parts.models.use_guide import announce, announced
from pages.parts.session.access import paths_offered
from pages.parts.session.guides import add_session_guide
from pages.parts.session.memory import MemoryFull, free, hold
from pages.parts.session.uploads import let_go
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.upload_limit import megabytes

_CANDIDATE = "guide_candidate"
_READ = "guide_read"
_FLOAT = 4  # bytes of a number
_HERE = "checkpoint"
_LONGEST_NAME = 100  # characters of an architecture's name: unknown ones are compared with all that timm has
_MOST_NAMES = 2_000_000  # bytes: thirty times ImageNet's thousand with all synonyms


@dataclass(frozen=True, eq=False)
class GuideCandidate:
    """A weight file that was read and is not a guide yet."""

    file: str
    weights: Weights


def add_guide() -> None:
    """Draw the way from a weight file to a guide of this session."""
    with st.container():  # always there, so that the uploader keeps its place
        announced(where=_HERE)
    _choose_file()
    candidates = _candidates()
    if not candidates:
        _choose_path()
    else:
        _say_what_was_read(candidates[0])
        _ask(candidates[0])


def _choose_file() -> None:
    st.markdown(
        "A checkpoint of the robustness library, a state dict of torchvision or timm, or safetensors. It is read "
        "without running anything in it, and stays in this session."
    )
    # It keeps its key and its place: a file that is dropped while another is read would be lost with an old uploader.
    upload = st.file_uploader(
        "Weight file",
        max_upload_size=megabytes(MAX_UPLOAD_BYTES),
        key="weight-file",
    )
    if upload is None or upload.file_id == st.session_state.get(_READ):
        return
    candidate = _read(upload.getvalue(), file=upload.name)
    if candidate is not None:
        st.session_state[_READ] = upload.file_id
        let_go(upload)
        _go_on_with(candidate)


def _choose_path() -> None:
    """Ask for a path on the server, where that is allowed."""
    if not paths_offered():
        return
    with st.form("guide-path", border=False):
        path = st.text_input("Or its path on this machine", placeholder="/home/me/checkpoint.pt")
        if st.form_submit_button("Read it") and path:
            candidate = _read(Path(path).expanduser(), file=PurePath(path).name)
            if candidate is not None:
                _go_on_with(candidate)


def _read(source: Path | bytes, *, file: str) -> GuideCandidate | None:
    """Read a weight file, or say why it is refused."""
    try:
        with st.spinner("Reading the weights …"):
            limit = {"limit": MAX_UPLOAD_BYTES} if isinstance(source, bytes) else {}
            return GuideCandidate(file, read_weights(source, **limit))
    except CheckpointError as error:
        refused(error)
        return None


def _go_on_with(candidate: GuideCandidate) -> None:
    """Go on to the questions about ``candidate``, where there is memory for it."""
    try:
        hold(_CANDIDATE, _FLOAT * candidate.weights.count)
    except MemoryFull as error:
        notice("error", str(error))
        return
    _candidates()[:] = [candidate]
    st.rerun()


def refused(error: CheckpointError) -> None:
    """Say why a weight file is refused and, where that helps, how its owner can convert it."""
    notice("error", str(error))
    if error.conversion:
        st.code(error.conversion, language="python")


def _say_what_was_read(candidate: GuideCandidate) -> None:
    weights = candidate.weights
    st.markdown(f"**What was read from {plain(candidate.file)}**")
    rows = {
        "Layout": weights.layout.value,
        "Weights": f"{len(weights.state):,} entries, {weights.count:,} numbers",
        "Normaliser": "none in the file"
        if weights.normaliser is None
        else "from the file: mean {}, standard deviation {}".format(*map(_three, weights.normaliser)),
        "Epoch": "not stated" if weights.epoch is None else str(weights.epoch),
        "Ignored": ", ".join(weights.ignored) or "nothing",
        "SHA-256": weights.sha256,
    }
    st.markdown("  \n".join(f"**{name}:** {plain(text)}" for name, text in rows.items()))


def _ask(candidate: GuideCandidate) -> None:
    """Ask what the file does not say, and add the guide."""
    blueprint = _architecture(candidate.weights)
    if blueprint is not None:
        st.markdown(
            f"**Architecture:** {plain(blueprint.name)}, {blueprint.num_classes:,} classes, "
            f"input {blueprint.input_size} × {blueprint.input_size} px"
        )
        if candidate.weights.normaliser is None:
            blueprint = _normaliser(blueprint)
        _describe(candidate, blueprint)
    st.button("Put this file away", on_click=_put_away)


def _architecture(weights: Weights) -> Blueprint | None:
    """Return the architecture that the weights give away, else the one that the person names."""
    try:
        return blueprint_for(weights)
    except CheckpointError as unknown:
        label = "Architecture, as timm or torchvision calls it"
        name = st.text_input(label, max_chars=_LONGEST_NAME, help="Nothing is downloaded for it.", key="guide-arch")
        if not name:
            notice("info", str(unknown))
            return None
    try:
        return blueprint_for(weights, name.strip())
    except CheckpointError as error:
        notice("error", str(error))
        return None


def _normaliser(blueprint: Blueprint) -> Blueprint:
    """Ask what the network's own training did to pixels: a wrong answer costs accuracy and says nothing."""
    usual = f"As usual for this architecture: mean {_three(blueprint.mean)}, standard deviation {_three(blueprint.std)}"
    chosen = st.radio(
        "The file carries no normaliser. Which does the network want?", [usual, "None: pixels as they are"]
    )
    return blueprint if chosen == usual else replace(blueprint, mean=IDENTITY_MEAN, std=IDENTITY_STD)


def _describe(candidate: GuideCandidate, blueprint: Blueprint) -> None:
    name = st.text_input("Name", value=_name_from(candidate.file), max_chars=60, key="guide-name")
    listed = st.file_uploader(
        "Class names: a text file, one a line", max_upload_size=megabytes(_MOST_NAMES), key="guide-classes"
    )
    usual = default_classes(blueprint.num_classes)
    if listed is None:
        st.caption(f"Without one, they are called {plain(', '.join(usual[:3]))} …")
    answered = [Domain.NATURAL, Domain.FINE_GRAINED, Domain.MEDICAL]
    domain = st.radio(
        "What does it look at?", answered, index=None, format_func=DOMAINS.__getitem__, key="guide-domain"
    )
    if domain is None:
        st.caption("Until this is answered, the guide is treated as medical.")
    trained = st.number_input(
        "ε of its adversarial training (L2, pixels in 0–1, at its input size)",
        min_value=0.0,
        value=None,
        placeholder="not known",
        key="guide-trained",
        help="Far above it a guide increasingly paints its own inventions: the app then warns.",
    )
    if not st.button("Add for this session", type="primary", disabled=not name.strip()):
        return
    try:
        classes = usual if listed is None else classes_from_text(listed.getvalue())
        description = Description(name.strip(), classes, domain or Domain.UNKNOWN, training_epsilon=trained or None)
        with st.spinner("Building the network …"):
            add_session_guide(build_guide(candidate.weights, blueprint, description))
    except CheckpointError as error:
        refused(error)
    except LWiseError as error:
        notice("error", str(error))
    else:
        _put_away()
        announce(name.strip(), where=_HERE)
        st.rerun()


def _put_away() -> None:
    _candidates().clear()
    free(_CANDIDATE)


@st.cache_resource(scope="session", on_release=list.clear, show_spinner=False)
def _candidates() -> list[GuideCandidate]:
    """Return the weight file that this session has read and not added, if any; gone when its page is closed."""
    return []


def _name_from(file: str) -> str:
    return re.sub(r"[^\w.\-]+", "-", PurePath(file).stem)[:60] or "my guide"


def _three(values: tuple[float, float, float]) -> str:
    return " ".join(f"{v:.3g}" for v in values)
