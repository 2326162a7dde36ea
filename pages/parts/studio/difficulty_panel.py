"""The difficulty of the case: its figures, where it stands among references, and one plain sentence."""

from __future__ import annotations

import streamlit as st

from lwise_core.enhancement.export import StatedBy
from lwise_core.guides.difficulty import (
    Difficulty,
    beside_references,
    class_probability,
    plainly,
    plainly_of_a_guess,
)
from lwise_core.guides.difficulty_reason import reason_of
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.wobble import Wobble
from pages.parts.picture.ground_truth import FirstLook, StatedLook
from pages.parts.picture.reliability import say_reliability
from pages.parts.session.case import Case
from pages.parts.session.jobs import remembered
from pages.parts.studio.trust_line import how_sure
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import probability_figure, reference_figure, show

_PREDICTED = (
    "A prediction: the paper found that people err more where this logit is low. Of the bundled guides, only "
    "cifar10-32 was compared with people."
)
_NOTHING = "This guide is unfit to guide, so its logit says nothing of people."


def difficulty_panel(guide: GuideModel, difficulty: Difficulty, *, look: FirstLook, stated_by: StatedBy) -> None:
    """Say in words how hard the picture is and why, and that its class is a guess where only the guide named it.

    ``look`` is what the guide says of the picture.
    """
    class_name, first_choice = difficulty.class_name, look.choice
    if not difficulty.seen:
        notice(
            "caution",
            f"The guide itself takes this for {first_choice}; {class_name} is its choice number {difficulty.rank} of "
            f"{len(guide.classes)}. Read the difficulty and the enhancement with care: what the guide does not see, it "
            "may paint.",
        )
    place = difficulty.percentile
    unfit = guide.provenance.fitness.state is Fit.UNFIT
    sentence = plainly_of_a_guess if stated_by is StatedBy.GUESS else plainly
    means = _NOTHING if unfit else sentence(difficulty, class_name=class_name)
    figure, words = st.columns([1, 2])
    figure.metric(
        "Harder than",
        "–" if place is None or difficulty.novelty.flagged else f"{place.share:.0%}",
        help="Share of the guide's references of this class with a higher logit; ties count half. References are "
        "pictures that the guide, or the one of its folds that scored them, had not learnt.",
    )
    reason = "" if unfit else reason_of(guide, look.original.logits, difficulty=difficulty)
    words.markdown(f"**{plain(means)}** {plain(reason)}".rstrip())
    places = beside_references(difficulty, class_name=class_name)
    other = "" if difficulty.seen else f"The guide's first choice, {first_choice}: {how_sure(guide, look)}."
    st.caption(plain(f"{places} {other}"))


def references_panel(guide: GuideModel, difficulty: Difficulty, *, class_name: str) -> None:
    """Draw where the picture stands among the guide's references of its class, where it has some."""
    if difficulty.percentile is None:
        return
    references = guide.references.of(class_name)
    show(reference_figure(references, logit=difficulty.logit, class_name=class_name), key="references")
    st.caption(_PREDICTED)


def original_panel(guide: GuideModel, judged: StatedLook, difficulty: Difficulty | None) -> None:
    """Draw what the guide says of the original in figures; ``difficulty`` is None where it has no class for it."""
    stated, logits = judged.stated, judged.look.original.logits
    own = {stated: class_probability(guide, logits, stated)} if stated in guide.classes else {}
    show(probability_figure(judged.look.top | own, ground_truth=stated), key="probabilities")
    say_reliability(guide, judged.look.sureness)
    if difficulty is None:
        return
    columns = st.columns(2)
    columns[0].metric(
        "Ground-truth logit",
        f"{difficulty.logit:.2f}".replace("-", "−"),
        help="The guide's raw score for the class, without unit: the higher, the easier for people.",
    )
    columns[1].metric(
        "Log-probability",
        f"{difficulty.log_probability:.2f}".replace("-", "−"),
        help=f"Natural logarithm of the probability among the guide's {len(guide.classes)} classes "
        f"({difficulty.probability:.1%}); 0 is certain.",
    )


def wobble_panel(case: Case, guide: GuideModel, *, class_name: str) -> None:
    """Draw the choice of seeing by how much the difficulty of ``case`` wobbles, and what is found."""
    with st.container():  # always there, so that what follows keeps its place in the page
        wanted = st.toggle(
            "By how much it wobbles",
            key=f"wobble-{case.token}",
            help="The same photograph moved a little, mirrored, and saved again as JPEG. People see no difference; "
            "what the guide makes of it is how far its figures can be trusted.",
        )
        if not wanted:
            return
        question = (guide.provenance.sha256, case.photograph.sha256, case.crop, class_name)
        target, square = guide.class_index(class_name), case.subject.square
        wobble = remembered("wobble", question, lambda: Wobble.of(guide, square, target=target))
        st.markdown(plain(str(wobble)))
