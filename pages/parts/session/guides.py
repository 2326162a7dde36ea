"""Which guides this session can use: the catalogue's, kept for all sessions, and its own, kept for it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from lwise_core._utils.class_names import has_class
from lwise_core._utils.errors import LWiseError
from lwise_core.guides import catalog
from lwise_core.guides.catalog import GuideEntry, GuideStatus, GuideUnavailable
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.second_guide import independent_entry
from pages.parts.session.calibrations import laid_over
from pages.parts.session.memory import free, hold, when_closed

SESSION_GUIDES = "session_guides"
ASKED = "guide_asked"
_KEPT = 4
_OWN = 3


def guide_catalog() -> tuple[GuideEntry, ...]:
    """Return the catalogue's entries, read again only when a file of theirs has changed."""
    return _entries(catalog.here().stamp())


def session_guides() -> dict[str, GuideModel]:
    """Return the guides that were added in this session, by name, as they were added. No other session sees them."""
    guides: dict[str, GuideModel] = st.session_state.setdefault(SESSION_GUIDES, {})
    if guides:
        when_closed(SESSION_GUIDES, guides.clear)
    return guides


def ask_for_guide(name: str) -> None:
    """Let the next choice of a guide that is drawn, on whichever page, begin with the guide called ``name``."""
    st.session_state[ASKED] = name


def asked_guide() -> str | None:
    """Return the guide that was asked for and not chosen yet, None where there is none."""
    name: str | None = st.session_state.get(ASKED)
    return name


def guide_was_chosen() -> None:
    """Forget which guide was asked for: the choice is drawn."""
    st.session_state.pop(ASKED, None)


def available_guides() -> tuple[str, ...]:
    """Return the names of the guides that are ready: bundled and downloaded, then this session's."""
    return (*(e.name for e in guide_catalog() if e.state is GuideStatus.READY), *session_guides())


def guides_that_know(names: Sequence[str]) -> tuple[str, ...]:
    """Return the guides that may be proposed and whose cards have a class for each of ``names``."""
    return tuple(name for name, classes in _proposed() if all(has_class(classes, n) for n in names))


def guide_that_knows_more(names: Sequence[str], than: GuideModel) -> tuple[str, int] | None:
    """Return the guide that has classes for most of ``names``, and for how many; None where ``than`` has as many.

    Of two that know as many it is the one with fewer classes, which was made for them.
    """
    known = [(sum(has_class(classes, n) for n in names), -len(classes), name) for name, classes in _proposed()]
    most, _, name = max(known, default=(0, 0, ""))
    return (name, most) if most > sum(has_class(than.classes, n) for n in names) else None


def guide_that_lacks_fewest(names: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the guide that has classes for most of ``names``, and those that it lacks; None where none has any.

    Of two that know as many it is the one with fewer classes, which was made for them.
    """
    lacking = [
        (len(missing), len(classes), name, missing)
        for name, classes in _proposed()
        if len(missing := tuple(n for n in names if not has_class(classes, n))) < len(names)
    ]
    _, _, name, missing = min(lacking, default=(0, 0, "", ()))
    return (name, missing) if name else None


def classes_elsewhere() -> tuple[str, ...]:
    """Return the classes that guides which may be proposed name, each once as it is met."""
    return tuple(dict.fromkeys(name for _, classes in _proposed() for name in classes))


def ready_for(names: Sequence[str]) -> tuple[str, ...]:
    """Return the guides that are ready and have a class for each of ``names``, those that are unfit to guide last.

    Cards are asked, not networks: only a guide without a card has to be loaded to know its classes.
    """
    cards = {e.name: e.card for e in guide_catalog() if e.card is not None}

    def classes(name: str) -> Sequence[str]:
        card = cards.get(name)
        return load_guide(name).classes if card is None else card.classes

    found = (name for name in available_guides() if all(has_class(classes(name), n) for n in names))
    return tuple(sorted(found, key=is_unfit))


def is_unfit(name: str) -> bool:
    """Return whether a guide is unfit to guide, by its calibration or its card."""
    own = session_guides().get(name)
    if own is not None:
        return laid_over(own).provenance.fitness.state is Fit.UNFIT
    return any(e.name == name and _is_unfit(e) for e in guide_catalog())


def _proposed() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield name and classes of every guide that may be proposed: one that knows nothing, or paints noise, may not."""
    for entry in guide_catalog():
        if entry.state is GuideStatus.READY and entry.card is not None and not _is_unfit(entry):
            yield entry.name, entry.card.classes


def _is_unfit(entry: GuideEntry) -> bool:
    return catalog.fitness_of_entry(entry).state is Fit.UNFIT


def another_guide(than: GuideModel, *, class_name: str) -> GuideModel | None:
    """Return an independent guide that knows the class, the session's own first; None where none is known to.

    A guide that is unfit judges nothing, and one that was tuned from the other, or with it from a third, repeats what
    both learnt. Cards are asked, not networks: only the guide that is returned is loaded.
    """
    for guide in session_guides().values():
        if guide.provenance.weights_sha256 != than.provenance.weights_sha256 and has_class(guide.classes, class_name):
            return laid_over(guide)
    entry = independent_entry(guide_catalog(), than, class_name=class_name)
    return None if entry is None else load_guide(entry.name)


def load_guide(name: str) -> GuideModel:
    """Return the guide called ``name``, as :func:`available_guides` spells it, with its calibration laid over it.

    Raises:
        GuideUnavailable: It is not there, or damaged; the message is one sentence.
    """
    own = session_guides().get(name)
    if own is not None:
        return laid_over(own)
    entry = next((e for e in guide_catalog() if e.name == name), None)
    if entry is None:
        raise GuideUnavailable(f"There is no guide “{name}” any more; choose another one.")
    if entry.state is not GuideStatus.READY:
        raise GuideUnavailable(entry.reason)
    return _shared(name, entry.sha256, catalog.here().calibrations.stamp(entry.sha256))


class GuideNotAdded(LWiseError):
    """A guide that a session may not keep. The message is one sentence that says why."""


def add_session_guide(guide: GuideModel) -> None:
    """Keep ``guide`` for this session, in place of an earlier one of its own with the same name.

    Raises:
        GuideNotAdded: The catalogue has a guide of that name, or the session has as many of its own as it may keep.
        MemoryFull: There is no memory for it.
    """
    if len(session_guides().keys() - {guide.name}) >= _OWN:
        raise GuideNotAdded(f"A session keeps {_OWN} guides of its own; remove one first.")
    if any(e.name == guide.name for e in guide_catalog()):
        raise GuideNotAdded(f"There is already a guide “{guide.name}”; choose another name.")
    hold((SESSION_GUIDES, guide.name), _size(guide))
    session_guides()[guide.name] = guide


def remove_session_guide(name: str) -> None:
    """Keep the guide of this session that has this name no longer."""
    session_guides().pop(name, None)
    free((SESSION_GUIDES, name))


def _size(guide: GuideModel) -> int:
    """Return the bytes that a guide's weights take."""
    return sum(weights.numel() * weights.element_size() for weights in guide.network.state_dict().values())


@st.cache_resource(max_entries=1, show_spinner=False)
def _entries(stamp: tuple[object, ...]) -> tuple[GuideEntry, ...]:  # noqa: ARG001  it is the key
    return catalog.entries()


@st.cache_resource(max_entries=_KEPT, show_spinner="Loading the guide…")
def _shared(name: str, sha256: str, calibrated: int) -> GuideModel:  # noqa: ARG001  the other two are part of the key
    return catalog.load(name)
