"""One photograph of a ranking: how hard, what is odd, its label, if it is in the lesson, and the way to the Studio."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.counting import counted
from lwise_core.batch.label_issues import LabelIssue
from lwise_core.batch.ranking import ENOUGH, RankedPhotograph, Standing
from lwise_core.batch.ranking_view import is_mistaken
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.guides.reliability import Reliability
from lwise_core.images.codec import ImageRejected, Photograph
from lwise_core.images.geometry import Crop
from pages.parts.rank.state import (
    GuideRanking,
    begin_relabelling,
    choose,
    end_relabelling,
    look_closer,
    looked_closer_at,
    photographs,
    relabel,
    relabelling,
)
from pages.parts.session.case import Case, put
from pages.parts.session.decoding import open_upload
from pages.parts.session.memory import MemoryFull
from pages.parts.ui.notices import notice, plain


def card_place(sha256: str) -> str:
    """Return the key of the container in which the photograph with this hash stands."""
    return f"rank-card-{sha256[:16]}"


def card(photograph: RankedPhotograph, ranked: GuideRanking, guide: GuideModel, *, standing: Standing) -> None:
    """Draw one photograph: how hard, and what is odd."""
    st.image(photograph.thumbnail, alt=f"{photograph.class_name}: {photograph.name}", width="stretch")
    label = photograph.class_name + (" (the guide's guess)" if photograph.guessed else "")
    file = photograph.name.rsplit("/", 1)[-1]
    st.caption(f"**{plain(label)}**, {plain(file)}  \n{plain(_standing(photograph, guide, standing))}".rstrip())
    if photograph.sha256 == looked_closer_at(guide.provenance.sha256):
        st.caption(":material/visibility: You looked closer at this one.")
    if photograph.filed_as:
        st.caption(f":material/edit: As you say; filed as {plain(photograph.filed_as)}.")
    if flag := doubt_of(photograph.novelty, ranked.ranking.issues.get(photograph.sha256), known=guide.reliability):
        st.caption(flag)
    elif is_mistaken(photograph, ranked.ranking):
        st.caption(f":material/help: The guide takes it for {plain(photograph.choice)}, but not surely.")
    if duplicates := ranked.ranking.duplicates.get(photograph.sha256, ()):
        st.caption(f":material/content_copy: Nearly the same as {plain(duplicates[0])}.")


def decisions(photograph: RankedPhotograph, ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw what a person decides on a photograph: in this guide's lesson or not, its label, and a closer look."""
    weights, sha256 = guide.provenance.sha256, photograph.sha256
    key = f"{weights[:8]}-{sha256[:16]}"
    box = f"chosen-{key}-{ranked.generation}"
    st.checkbox("In the lesson", value=sha256 in ranked.chosen, key=box, on_change=_toggle, args=(weights, sha256, box))
    _label(photograph, ranked, guide, key=key)
    if st.button("Look closer", key=f"closer-{key}", help=plain(photograph.name)):
        _open(photograph, guide)


def _label(photograph: RankedPhotograph, ranked: GuideRanking, guide: GuideModel, *, key: str) -> None:
    """Draw the way to another label: the class that the guide takes it for at once, any other, or none of them."""
    weights, sha256 = guide.provenance.sha256, photograph.sha256
    if (issue := ranked.ranking.issues.get(sha256)) is not None:
        st.button(
            f"It is {plain(issue.class_name)}",
            key=f"agreed-{key}",
            on_click=relabel,
            args=(weights, sha256),
            kwargs={"class_name": issue.class_name},
        )
    if relabelling() != sha256:
        st.button("Another label", key=f"relabel-{key}", on_click=begin_relabelling, args=(sha256,))
        return
    said = st.selectbox(
        f"What {plain(photograph.name)} shows",
        [SOMETHING_ELSE, *guide.classes],
        index=None,
        format_func=lambda name: "None of these: set it aside" if name == SOMETHING_ELSE else name,
        key=f"label-{key}",
    )
    st.button("Keep its label", key=f"keep-{key}", on_click=end_relabelling)
    if said is not None:
        relabel(weights, sha256, class_name=said)
        st.rerun()


def doubt_of(novelty: Novelty, issue: LabelIssue | None, *, known: Sequence[Reliability] = ()) -> str:
    """Return the one flag of a photograph, empty without any.

    Of one that is unlike everything that the guide learnt, what the guide takes it for speaks against no label. What is
    ``known`` says how often the guide was wrong though it was as sure.
    """
    if not novelty.flagged:
        return (
            "" if issue is None else f":material/help: Wrong label? {plain(f'{issue}{_wrong_itself(issue, known)}')}."
        )
    unlike = f"Unlike what the guide learnt (p = {novelty.p:.2g}), so its difficulty may mean nothing"
    if issue is None:
        return f":material/flag: {plain(unlike)}."
    taken = (
        f", and that the guide takes it for {issue.class_name} ({issue.probability:.0%}) is no proof against its label"
    )
    return f":material/flag: {plain(unlike + taken)}."


def _wrong_itself(issue: LabelIssue, known: Sequence[Reliability]) -> str:
    """Return how often the guide was wrong where it was as sure as it is of a doubted label, where that is known."""
    found = next((b for one in known if (b := one.like(issue.probability)) is not None), None)
    if found is None:
        return ""
    wrong = round((1 - found.accuracy) * found.images)
    return f", and was wrong on {wrong:,} of {found.images:,} known pictures that it was as sure of"


def _standing(photograph: RankedPhotograph, guide: GuideModel, standing: Standing) -> str:
    """Return how hard it is, against the guide's references where there are enough, else among these."""
    among = photograph.difficulty(guide).percentile
    if among is not None:
        return f"Harder than {among.share:.0%} of {among.n} references (95% {among.low:.0%} to {among.high:.0%})."
    name, others = photograph.class_name, standing.others
    if not standing.says_something:
        here = "here is 1" if not others else f"here are {others + 1}"
        return f"No percentile: {here} of {name}, and it takes {ENOUGH}."
    return f"Harder than {standing.easier} of the {counted(others, 'other')} of {name} here."


def _toggle(weights: str, sha256: str, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is not None:  # else the box is gone: the page was drawn without it before the click arrived
        choose(weights, sha256, chosen=chosen)


def _open(photograph: RankedPhotograph, guide: GuideModel) -> None:
    """Put a photograph on the desk, as the class that it is filed under, and go to the Studio."""
    whole = _whole(photograph)
    case = Case(
        CroppedPhotograph(whole, Crop.central(whole)),
        guide.name,
        stated=None if photograph.guessed else photograph.class_name,
        stated_by=StatedBy.GUESS if photograph.guessed else StatedBy.PERSON,
    )
    try:
        put(case)
    except MemoryFull as error:
        notice("error", str(error))
        return
    look_closer(guide.provenance.sha256, photograph.sha256)
    st.switch_page("studio.py")


def _whole(photograph: RankedPhotograph) -> Photograph:
    """Return the photograph at its own size; where its file can no longer be read, the square that the ranking kept."""
    held, name = photographs(), PurePosixPath(photograph.name).name
    files = () if held is None else held.files()
    file = next((f for f in files if f.name == photograph.name and not f.unusable), None)
    try:
        if file is not None:
            whole = open_upload(file.data, name=name)
            if whole.sha256 == photograph.sha256:
                return whole
    except ImageRejected:
        pass  # the square below is what there is
    return Photograph(name=name, pixels=photograph.square, sha256=photograph.sha256)
