"""What lies over the enhanced picture: the layers that a person can choose, as the viewer takes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import streamlit as st

from lwise_core._utils.arrays import Pixels, Plane
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.heatmaps import SIGNED
from lwise_core.inspection.attribution import AttributionMethod, attribute, scale_of, why_not
from lwise_core.inspection.attribution_methods import GRAD_CAM, INTEGRATED_GRADIENTS, METHODS, SALIENCY, SMOOTH_GRAD
from lwise_core.inspection.evidence import support_of
from lwise_core.inspection.evidence_ledger import EvidenceLedger, why_unknown
from lwise_core.inspection.map_pictures import TIMES_EVEN
from pages.parts.picture.viewer import Layer
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once
from pages.parts.session.paths import Key
from pages.parts.ui.notices import plain

LAYER = "layer"
"""What the layer is called in the address."""

_QUICK = (GRAD_CAM, SALIENCY, SMOOTH_GRAD, INTEGRATED_GRADIENTS)


class LayerChoice(StrEnum):
    """What a person can lay over the enhanced picture."""

    NOTHING = "Nothing"
    UNSUPPORTED = "Gain without evidence"
    SUPPORT = "Support"
    CHANGE = "Perturbation"
    ATTRIBUTION = "Attribution"


_LABELS = {
    LayerChoice.NOTHING: "Nothing",
    LayerChoice.UNSUPPORTED: "Signs from nothing",
    LayerChoice.SUPPORT: "Signs before",
    LayerChoice.CHANGE: "Lighter and darker",
    LayerChoice.ATTRIBUTION: "Attribution",
}
"""What each is called on the page. Its value stands in addresses, which stay as they are."""


@dataclass(frozen=True, eq=False)
class ChosenLayer:
    """What was chosen, and for an attribution by which method."""

    choice: LayerChoice
    method: AttributionMethod | None = None

    @property
    def follows_epsilon(self) -> bool:
        """Whether it is computed for one position of the slider alone."""
        return self.choice is LayerChoice.ATTRIBUTION

    @property
    def needs_ledger(self) -> bool:
        """Whether it shows where the gain arose, or which places spoke for the class."""
        return self.choice in (LayerChoice.UNSUPPORTED, LayerChoice.SUPPORT)


def layer_choice(path: EnhancementPath, *, token: str) -> ChosenLayer:
    """Draw the choice of what lies over the picture, and return it."""
    st.session_state.setdefault(layer_key(token), linked_layer())
    choice = st.segmented_control(
        "Over the picture",
        list(LayerChoice),
        required=True,
        format_func=_LABELS.__getitem__,
        key=layer_key(token),
        help="Signs before: where the guide saw signs of the class in the original. Signs from nothing: where the "
        "change added some although it saw none there before. Lighter and darker: what the change did to the pixels. "
        "Attribution: which pixels the guide's answer rests on.",
    )
    if choice is not LayerChoice.ATTRIBUTION:
        return ChosenLayer(choice or LayerChoice.NOTHING)
    guide = path.guide
    possible = once("layer-methods", guide.provenance.sha256, lambda: _possible(path))
    name = st.selectbox("Method", possible, format_func=lambda n: METHODS[n].title, key=f"layer-by-{guide.name}")
    return ChosenLayer(choice, METHODS[name])


def layer_key(token: str) -> str:
    """Return the key of the choice for the picture with this ``token``: the session's state holds it there."""
    return f"layer-{token}"


def show_layer(choice: LayerChoice, token: str) -> None:
    """Lay ``choice`` over the picture with this ``token``, as if it had been chosen."""
    st.session_state[layer_key(token)] = choice


def linked_layer() -> LayerChoice:
    """Return the layer that the address named when the page was opened, nothing without one."""
    named = st.session_state.setdefault("linked-layer", st.query_params.get(LAYER, ""))
    return next((choice for choice in LayerChoice if choice.value == named), LayerChoice.NOTHING)


def layer_of(
    chosen: ChosenLayer, key: Key, path: EnhancementPath, *, step: int, ledger: EvidenceLedger | None
) -> Layer | None:
    """Return the layer that was chosen, None for nothing.

    ``step`` is the slider's position, for what is computed at one only. ``ledger`` says which places spoke for the
    class, None where it is not known.
    """
    towards = path.guide.classes[int(path.request.targets[0])]
    match chosen.choice:
        case LayerChoice.NOTHING:
            return None
        case LayerChoice.CHANGE:
            return Layer(chosen.choice, "Orange: lighter than the original; blue: darker.")
        case LayerChoice.ATTRIBUTION if chosen.method is not None:
            method = chosen.method
            return once("layer", (key, step, method), lambda: _attribution(path, method, step=step))
        case LayerChoice.UNSUPPORTED if ledger is not None:
            return once("layer", (key, chosen.choice), lambda: _unsupported(ledger, towards=towards))
        case LayerChoice.SUPPORT if ledger is not None:
            return once("layer", (key, chosen.choice), lambda: _support(ledger, towards=towards))
        case LayerChoice.SUPPORT:
            return once("layer", (key, "gradients"), lambda: _support_by_gradients(path, towards=towards))
    return None


def say_why_there_is_none(chosen: ChosenLayer, path: EnhancementPath) -> None:
    """Say why this guide cannot tell where a gain arose, where that is what was chosen."""
    if chosen.choice is LayerChoice.UNSUPPORTED:
        because = why_unknown(path.guide, target=int(path.request.targets[0]))
        st.caption(f"This guide cannot tell where the change added signs of the class: {plain(because)}")


def _possible(path: EnhancementPath) -> list[str]:
    return slot().do(lambda: [method.name for method in _QUICK if why_not(path.guide, method) is None])


def _unsupported(ledger: EvidenceLedger, *, towards: str) -> Layer:
    maps = [ledger.unsupported_density(step) for step in range(len(ledger.gains))]
    nothing = np.zeros_like(ledger.support)
    somewhere = any(one is not None and bool(np.any(one > 0)) for one in maps)
    return Layer(
        LayerChoice.UNSUPPORTED,
        f"Orange: here the change added signs of {towards} where the guide saw none before."
        if somewhere
        else f"Nowhere did a change add signs of {towards} where the guide saw none before.",
        np.stack([_over(nothing if one is None else one, limit=TIMES_EVEN) for one in maps]),
    )


def _support(ledger: EvidenceLedger, *, towards: str) -> Layer:
    drawn = ledger.drawn
    return Layer(LayerChoice.SUPPORT, _support_words(ledger, towards=towards), _over(drawn, limit=1.0)[None])


def _support_words(ledger: EvidenceLedger, *, towards: str) -> str:
    """Return what is orange, in the words in which the verdict says where the guide saw the class."""
    faint = "faint signs, as in many pictures without it"
    if ledger.spoke.any():
        pale = f" Pale: {faint}." if (ledger.drawn[~ledger.spoke] > 0).any() else ""
        return f"Orange: here the guide saw signs of {towards} before anything was changed.{pale}"
    if ledger.drawn.any():
        return f"Pale orange: before anything was changed the guide saw only {faint}, of {towards} here."
    return f"Nowhere did the guide see signs of {towards} before anything was changed, so nothing is orange."


def _support_by_gradients(path: EnhancementPath, *, towards: str) -> Layer:
    target = int(path.request.targets[0])
    support = slot().do(lambda: support_of(path.guide, path.request.images[0], target=target)).numpy()
    return Layer(
        LayerChoice.SUPPORT,
        f"Orange: pixels of the original that the guide relies on for {towards} (SmoothGrad).",
        _over(support * support.size, limit=TIMES_EVEN)[None],
    )


def _attribution(path: EnhancementPath, method: AttributionMethod, *, step: int) -> Layer:
    target = int(path.request.targets[0])
    image = path.at(step * path.step).images[0]
    values = slot().do(lambda: attribute(path.guide, image, target=target, method=method).values)
    return Layer(
        f"{LayerChoice.ATTRIBUTION}, {method.title}",
        f"Orange: speaks for {path.guide.classes[target]}; blue: against it ({method.title}, at ε "
        f"{step * path.step:.2f}).",
        _over(values, limit=scale_of([values]))[None],
    )


def _over(values: Plane, *, limit: float) -> Pixels:
    """Return ``values`` ``(h, w)`` as a picture that lets through what is near 0."""
    return SIGNED.painted(values, ends=(-limit, limit))
