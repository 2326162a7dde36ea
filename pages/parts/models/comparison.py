"""Two guides side by side on one photograph: what each takes it for, how sure, and how hard it finds it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE, canonical
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import StatedBy
from lwise_core.guides.catalog import GuideUnavailable
from lwise_core.guides.difficulty import beside_references, class_probability, difficulty_of, plainly
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import Percentile
from lwise_core.images.codec import preview
from pages.parts.picture.cautions import cautions
from pages.parts.picture.ground_truth import FirstLook, look_at
from pages.parts.picture.reliability import say_reliability
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guides import available_guides, guide_catalog, load_guide
from pages.parts.session.jobs import once
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import probability_figure, show

_PREVIEW = 320


def comparison(*, first: str) -> None:
    """Draw two guides on one photograph, once it is opened; ``first`` is one of them until the person chooses."""
    names = available_guides()
    if len(names) < 2:
        return
    box = st.expander(
        "**Two guides side by side** on one photograph", key="comparison", icon=":material/compare:", on_change="rerun"
    )
    if box.open:
        with box:
            _compare(list(names), first=first)


def _compare(names: list[str], *, first: str) -> None:
    left, right = st.columns([1, 2], gap="large")
    with right:
        chosen = _choose(names, first=first)
    try:
        guides = [load_guide(name) for name in chosen]
    except GuideUnavailable as error:
        notice("error", str(error))
        return
    with left:
        case = _photograph(guide=chosen[0])
    with right:
        case = _stated(case, guides)
    silent = case.stated is None and any(guide.domain.treated_as_medical for guide in guides)
    if silent:
        notice("info", "Enter what the picture shows first. The guides' own answers appear afterwards.")
        return
    conclusion, answers = st.container(), list[GuideAnswer]()
    for i, (column, guide) in enumerate(zip(st.columns(2, gap="large"), guides, strict=True)):
        with column:
            answers.append(_one(case, guide, key=f"compared-{i}"))
    conclusion.markdown(plain(agreement_of(*answers, stated=case.stated)))


@dataclass(frozen=True)
class GuideAnswer:
    """What the guide called ``guide`` takes a photograph for, its first ``choice``.

    ``place`` says how hard it finds it among its references of the class that the photograph is said to show; None
    where nobody said that, or it has nothing to compare with.
    """

    guide: str
    choice: str
    place: Percentile | None = None


def agreement_of(one: GuideAnswer, other: GuideAnswer, *, stated: str | None) -> str:
    """Return in one sentence or two on what two guides agree and differ, and who is with what is ``stated``."""
    same = canonical(one.choice) == canonical(other.choice)
    said = _one_choice(one, stated) if same else _two_choices(one, other, stated)
    return f"{said} {_on_difficulty(one, other)}".rstrip()


def _one_choice(one: GuideAnswer, stated: str | None) -> str:
    said = f"Both guides take it for {one.choice}"
    if stated is None:
        return f"{said}."
    right = canonical(one.choice) == canonical(stated)
    return f"{said}, as it is said to show." if right else f"{said}, and not for {stated}."


def _two_choices(one: GuideAnswer, other: GuideAnswer, stated: str | None) -> str:
    said = f"The guides differ: {one.guide} takes it for {one.choice}, {other.guide} for {other.choice}"
    if stated is None:
        return f"{said}."
    right = next((a.guide for a in (one, other) if canonical(a.choice) == canonical(stated)), "neither")
    return f"{said}; {right} names what it is said to show."


def _on_difficulty(one: GuideAnswer, other: GuideAnswer) -> str:
    """Return whether they find it equally hard, by whether their 95% intervals meet; empty where one cannot say."""
    a, b = one.place, other.place
    if a is None or b is None:
        return ""
    if a.low <= b.high and b.low <= a.high:
        return f"They agree on how hard it is: harder than {a.share:.0%} and {b.share:.0%} of their references."
    harder, easier = (one, other) if a.share > b.share else (other, one)
    high, low = max(a.share, b.share), min(a.share, b.share)
    return (
        f"They differ on how hard it is: {harder.guide} finds it harder than {high:.0%} of its references, "
        f"{easier.guide} than {low:.0%}."
    )


def _choose(names: list[str], *, first: str) -> tuple[str, str]:
    """Draw the choice of both guides and return their names."""
    left, right = st.columns(2)
    one = left.selectbox("One guide", names, index=names.index(first) if first in names else 0, key="compared-one")
    others = [name for name in names if name != one]
    return one, right.selectbox("Another", others, index=_most_alike(one, others), key="compared-another")


def _most_alike(name: str, others: list[str]) -> int:
    """Return the place of the guide among ``others`` that shares most classes with ``name``, the first of several."""
    classes = {entry.name: set(map(canonical, entry.card.classes)) for entry in guide_catalog() if entry.card}
    shared = [len(classes.get(name, set()) & classes.get(other, set())) for other in others]
    return shared.index(max(shared))


def _photograph(*, guide: str) -> Case:
    """Draw the photograph that the person has open, else a sample of their choice, and return its case."""
    case = desk().case
    if case is None:
        titles = {sample.title: sample for sample in SAMPLES}
        title = st.segmented_control("Sample", list(titles), default=SAMPLES[0].title, required=True, key="compared-on")
        sample = titles[title or SAMPLES[0].title]
        case = Case.new(photograph_of(sample), guide=guide, sample=sample)
    subject, shown = case.subject, (case.photograph.sha256, case.crop)
    square = once("compared", shown, lambda: preview(subject.crop.of(subject.photograph.pixels), longest=_PREVIEW))
    st.image(square, alt="The square that both guides see")
    return case


def _stated(case: Case, guides: list[GuideModel]) -> Case:
    """Draw what the photograph is said to show; ask for it where nobody has said it."""
    if case.stated is not None:
        nothing = "something for which neither guide has a class"
        st.markdown(f"Said to show: **{plain(nothing if case.stated == SOMETHING_ELSE else case.stated)}**")
        return case
    names = {canonical(name): name for guide in guides for name in guide.classes}
    chosen = st.selectbox(
        "What does it show?",
        [*sorted(names.values()), SOMETHING_ELSE],
        index=None,
        placeholder="Type a name …",
        format_func=lambda name: "Something else: none of these" if name == SOMETHING_ELSE else name,
        key=f"compared-stated-{case.token}",
    )
    if chosen is not None:
        put(replace(case, stated=chosen, stated_by=StatedBy.PERSON, towards=None))
        st.rerun()
    return case


def _one(case: Case, guide: GuideModel, *, key: str) -> GuideAnswer:
    """Draw what one guide says of the photograph, and return it."""
    st.markdown(f"**{plain(guide.name)}**, {guide.input_size} px")
    cautions(guide)
    look = look_at(case, guide)
    stated = case.stated_for(guide)
    own = {stated: class_probability(guide, look.original.logits, stated)} if stated in guide.classes else {}
    show(probability_figure(look.top | own, ground_truth=stated), key=key)
    say_reliability(guide, look.sureness)
    st.markdown(_difficulty(case, guide, look))
    known = stated in guide.classes and guide.provenance.fitness.state is not Fit.UNFIT
    if not (stated and known) or look.novelty.flagged:
        return GuideAnswer(guide.name, look.choice)
    found = difficulty_of(guide, look.original.logits, target=guide.class_index(stated))
    return GuideAnswer(guide.name, look.choice, found.percentile)


def _difficulty(case: Case, guide: GuideModel, look: FirstLook) -> str:
    """Return in words what a guide takes the photograph for, and how hard it finds it."""
    takes = f"Takes it for **{plain(look.choice)}**."
    stated = case.stated_for(guide)
    if guide.provenance.fitness.state is Fit.UNFIT:
        return f"{takes} It is unfit to guide, so its logit says nothing of people."
    if stated is None and case.stated is not None:
        return f"{takes} It has no class {plain(case.stated)}, so it says nothing of how hard that is."
    if stated == SOMETHING_ELSE:
        return f"{takes} Difficulty needs a class that the guide knows, so there is none."
    name = stated or look.choice
    supposed = "" if stated else f" Supposing {plain(name)}, its own guess:"
    found = difficulty_of(guide, look.original.logits, target=guide.class_index(name), novelty=look.novelty)
    logit = f"{found.logit:.2f}".replace("-", "−")
    said = f"{plainly(found, class_name=name)} {beside_references(found, class_name=name)}".rstrip()
    return f"{takes}{supposed} Logit {logit}. {plain(said)}"
