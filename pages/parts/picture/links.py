"""Links: to a case, by a sample, a guide, a class and ε, and to a page by its guide; never a photograph or its hash."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.data.samples import sample
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, OBJECTIVES
from lwise_core.enhancement.rendering import Extent
from lwise_core.guides.guide import GuideModel
from pages.parts.picture.upload import open_sample
from pages.parts.session.case import Aim, Case, desk, put
from pages.parts.session.guides import ask_for_guide, available_guides, load_guide
from pages.parts.ui.notices import notice

_OPENED = "link_opened"
_NOT_FOUND = "link_not_found"
_GUIDE, _GUIDE_ASKED = "guide", "link_guide_asked"


def open_linked_sample() -> None:
    """Put the sample that the address names on an empty desk, once a session; what is not found is remembered."""
    if _OPENED in st.session_state:
        return
    st.session_state[_OPENED] = True
    wanted, guides, missing = st.query_params.to_dict(), available_guides(), list[str]()
    if "sample" not in wanted or desk().case is not None or not guides:
        return
    chosen = sample(wanted["sample"])
    if chosen is None:
        st.session_state[_NOT_FOUND] = ("sample",)
        return
    name = wanted.get("guide", guides[0])
    if name not in guides:
        # The rest was chosen for that guide: with another one it would mean something else.
        missing.append("guide")
        wanted, name = {"sample": chosen.key}, guides[0]
    open_sample(chosen, guide=name)
    case = desk().case
    if case is not None:
        put(_with_choices(case, wanted, load_guide(name), missing))
    st.session_state[_NOT_FOUND] = tuple(missing)


def open_linked_guide() -> None:
    """Let the choice of the guide begin with the one that the address names, once a session, where it is here."""
    named = st.query_params.get(_GUIDE)
    if not st.session_state.get(_GUIDE_ASKED) and named in available_guides():
        ask_for_guide(named)
    st.session_state[_GUIDE_ASKED] = True


def keep_guide_link(guide: GuideModel) -> None:
    """Write the ``guide`` into the address of a page whose photographs no link can bring back."""
    st.query_params[_GUIDE] = guide.name


def say_what_was_not_found() -> None:
    """Say once what of the link could not be followed."""
    missing: tuple[str, ...] = st.session_state.get(_NOT_FOUND, ())
    if missing:
        notice("caution", f"The link names a {' and a '.join(missing)} that is not here, so the default is shown.")
        del st.session_state[_NOT_FOUND]  # only now: another run may take the place of this one before it is said


def keep_link(case: Case, guide: GuideModel, **view: str) -> None:
    """Write the case into the address when it is a sample; leave nothing there for a person's own photograph.

    ``view`` is what else the page wants to find there again.
    """
    if case.sample is None:
        st.query_params.clear()
        return
    choices = {
        "towards": case.towards,
        "objective": None if case.aim.objective == DEFAULT_OBJECTIVE else case.aim.objective,
        "rivals": ",".join(case.aim.rivals) or None,
        "harder": "1" if case.aim.harder else None,
        "result": None if case.extent is Extent.PHOTOGRAPH else case.extent.value,
    }
    st.query_params.from_dict(
        {
            "sample": case.sample.key,
            "guide": guide.name,
            "step": str(case.step_for(guide)),
            **{name: value for name, value in choices.items() if value is not None},
            **view,
        }
    )


def drop_stale_link(case: Case) -> None:
    """Take another picture's link out of the address: its own is written once its path is walked."""
    named = st.query_params.get("sample")
    if named is not None and (case.sample is None or case.sample.key != named):
        st.query_params.clear()


def _with_choices(case: Case, wanted: dict[str, str], guide: GuideModel, missing: list[str]) -> Case:
    """Return ``case`` with what the link chose; the names of what this guide lacks go to ``missing``."""
    towards, objective = wanted.get("towards"), wanted.get("objective", DEFAULT_OBJECTIVE)
    rivals = tuple(filter(None, wanted.get("rivals", "").split(",")))
    step = _whole(wanted.get("step"))
    if not {towards or guide.classes[0], *rivals} <= set(guide.classes):
        missing.append("class")
        towards, rivals = None, ()
    if objective not in OBJECTIVES:
        missing.append("objective")
        objective = DEFAULT_OBJECTIVE
    if step is not None and step > guide.epsilon_scale.steps:
        missing.append("budget")
        step = None
    aim = Aim(objective=objective, rivals=rivals, harder=wanted.get("harder") == "1")
    extent = Extent.GUIDE if wanted.get("result") == Extent.GUIDE.value else Extent.PHOTOGRAPH
    return replace(case, towards=towards, aim=aim, step=step, extent=extent)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 4 else None
