"""What the person chooses for a case: the guide, the class that the picture shows, and where the path goes."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.objectives import OBJECTIVES
from lwise_core.guides.catalog import GuideUnavailable
from lwise_core.guides.guide import GuideModel
from pages.parts.picture.card_link import card_link
from pages.parts.session.case import Aim, Case, desk, put
from pages.parts.session.guides import asked_guide, available_guides, guide_was_chosen, load_guide
from pages.parts.ui.notices import notice, plain

_KNOWN, _TIMES_SET, _LAST = "guides_known", "guide_times_set", "guide_last"
_INSTEAD = "preselected is its own guess, which is none of your words. Choose what fits, or something else."
_STATED_BY = {
    StatedBy.GUESS: "Preselected: the guide's own guess. Choose the class if you know better.",
    StatedBy.SAMPLE: "The sample's true class.",
    StatedBy.PERSON: "As you stated.",
}


def guide_choice(wanted: str | None) -> GuideModel:
    """Draw the choice of the guide and return it: at first ``wanted``, the case's own, else the last one chosen.

    Stops the page with a sentence where no guide can be used.
    """
    names = available_guides()
    if not names:
        notice("error", "No guide model can be used: see on the Models page what is wrong with each.")
        st.stop()
    if len(names) == 1:
        st.caption(f"Guide model: **{plain(names[0])}**.")
        name = names[0]
    else:
        # What a person has chosen keeps the widget: another one in its place would not hear their next choice. And a
        # run that was interrupted has not told the page yet, which then still wants what it wanted before.
        asked = asked_guide()
        wanted = asked or wanted or st.session_state.get(_LAST)  # without a case nothing else tells the next page
        if asked is not None or wanted not in st.session_state.get(_KNOWN, {None}):
            st.session_state[_TIMES_SET] = st.session_state.get(_TIMES_SET, 0) + 1
        index = names.index(wanted) if wanted in names else 0
        name = st.selectbox("Guide model", names, index=index, key=f"guide-{st.session_state.get(_TIMES_SET, 0)}")
        st.session_state[_KNOWN] = {None, wanted, name}
        st.session_state[_LAST] = name
    guide_was_chosen()
    card_link(name)
    with st.container():  # “Loading …” comes and goes in here: what follows keeps its place, and with it what it holds
        try:
            return load_guide(name)
        except GuideUnavailable as error:
            notice("error", str(error))
            st.stop()


def stated_class(case: Case, guide: GuideModel, *, guess: str | None) -> Case:
    """Draw the choice of the ground-truth class and return the case with it.

    ``guess`` is preselected while nobody has named the class, and said to be a guess; None where nothing may be
    preselected, so that the person's answer comes before the guide's.
    """
    stated = case.stated_for(guide) or guess
    options = [*guide.classes, SOMETHING_ELSE]
    chosen = st.selectbox(
        "What does it show?",
        options,
        index=options.index(stated) if stated is not None else None,
        placeholder="Type a name …",
        key=f"stated-{case.token}-{guide.name}-{stated}",
        format_func=lambda name: "Something else: none of these" if name == SOMETHING_ELSE else name,
    )
    if chosen is not None and chosen != stated:
        case = replace(case, stated=chosen, stated_by=StatedBy.PERSON, towards=None)
        put(case)
    if chosen == SOMETHING_ELSE and case.stated_by is StatedBy.SAMPLE:
        st.caption("This sample shows something for which the guide has no class.")
    elif case.stated is not None and case.stated_for(guide) is None and case.stated_by is not StatedBy.GUESS:
        st.caption(f"This guide has no class “{plain(case.stated)}”: {_INSTEAD}")
    elif chosen is not None:
        st.caption(_STATED_BY[case.stated_by])
        if case.stated is None:  # what is chosen already cannot be chosen again
            st.button(
                f"Yes, it shows {plain(chosen)}",
                key=f"confirm-{case.token}-{guide.name}-{chosen}",
                on_click=_confirm,
                args=(case.token, chosen),
            )
    return case


def _confirm(token: str, class_name: str) -> None:
    """State the class of the case on top as it is now: what else was chosen since the button was drawn stays."""
    case = desk().case
    if case is not None and case.token == token:
        put(replace(case, stated=class_name, stated_by=StatedBy.PERSON))


def target_class(case: Case, guide: GuideModel, *, stated: str, fallback: str) -> str:
    """Draw the choice of the class to enhance towards and return it: the stated one unless the person says otherwise.

    ``fallback`` is taken where the picture shows none of the guide's classes.
    """
    target = case.target_for(guide) or (fallback if stated == SOMETHING_ELSE else stated)
    chosen = st.selectbox(
        "Enhance towards",
        guide.classes,
        index=guide.classes.index(target),
        key=f"towards-{case.token}-{guide.name}-{stated}",
        help="The stated class, unless you want to see what the guide would paint for another.",
    )
    if chosen != target:
        put(replace(case, towards=chosen))
    return chosen


def aim(case: Case, guide: GuideModel, *, towards: str, rival: str | None) -> Case:
    """Draw the objective, its rivals and the direction, and return the case with them.

    ``rival`` is proposed where an objective needs one and none was chosen yet.
    """
    names = list(OBJECTIVES)
    objective = st.selectbox(
        "Objective",
        names,
        index=names.index(case.aim.objective),
        format_func=lambda name: f"{OBJECTIVES[name].label} ({name})",
        key=f"objective-{case.token}",
    )
    rivals: tuple[str, ...] = ()
    if OBJECTIVES[objective].takes_rivals:
        others = [c for c in guide.classes if c != towards]
        rivals = tuple(
            st.multiselect(
                "Rivals",
                others,
                default=[r for r in case.aim.rivals or (rival,) if r in others],
                key=f"rivals-{case.token}-{guide.name}-{towards}",
                help="Their mean logit is held against the class's.",
            )
        )
    harder = st.toggle(
        "Make it harder instead",
        value=case.aim.harder,
        key=f"harder-{case.token}",
        help="The reverse direction: away from the class.",
    )
    exact = st.toggle(
        "Exact arithmetic",
        value=case.aim.exact,
        key=f"exact-{case.token}",
        help="Walk in fp32 throughout. Else a copy in bf16 walks, where it was checked to paint the same on this "
        "machine, and the guide itself scores what it painted.",
    )
    chosen = Aim(objective=objective, rivals=rivals, harder=harder, exact=exact)
    if chosen != case.aim:
        case = replace(case, aim=chosen)
        put(case)
    return case
