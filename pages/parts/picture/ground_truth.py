"""What a guide says of the original, and what the person says that it shows: so begins every page about a picture."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.path import Original
from lwise_core.guides.difficulty import top_classes
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from pages.parts.picture.choices import stated_class
from pages.parts.picture.other_guides import offer_guides
from pages.parts.session.case import Case, desk
from pages.parts.session.guide_engines import slot
from pages.parts.ui.notices import notice, plain

_TOP = 5
_UNANSWERED = "class-unanswered"  # for assets/style.css


@dataclass(frozen=True)
class FirstLook:
    """The original as the guide sees it, and its most probable classes, name → probability, falling.

    ``novelty`` says whether it is unlike everything that the guide learnt.
    """

    original: Original
    top: dict[str, float]
    novelty: Novelty

    @property
    def choice(self) -> str:
        """The guide's first choice."""
        return next(iter(self.top))

    @property
    def sureness(self) -> float:
        """The probability of the first choice, in [0, 1]."""
        return self.top[self.choice]


@dataclass(frozen=True)
class StatedLook:
    """What the guide says of the original, and the class that the person stated."""

    look: FirstLook
    stated: str


def look_at(case: Case, guide: GuideModel) -> FirstLook:
    """Return what ``guide`` says of the original of ``case``."""
    subject = case.subject
    if not subject.was_looked_at_by(guide):  # else nothing is computed, and nobody's step is waited for
        slot().do(lambda: subject.logits(guide))
    logits = subject.logits(guide)
    original = Original(guide, subject.seen(size=guide.input_size), logits)
    return FirstLook(original, top_classes(guide, logits, count=_TOP), subject.novelty(guide))


def say_novelty(look: FirstLook) -> None:
    """Say whether the photograph is unlike everything that the guide learnt: before any figure of it is read."""
    with st.container():  # always there, so that what follows keeps its place in the page
        medical = look.original.guide.domain.treated_as_medical
        if look.novelty.flagged or (look.novelty.unjudged and medical):
            notice("caution", str(look.novelty))
        else:
            st.caption(plain(str(look.novelty)))


def stated_after(case: Case, guide: GuideModel, look: FirstLook) -> str | None:
    """Draw the choice of the class and return it; None, with a sentence, while nobody has named it.

    For medical guides, and foreign ones of unknown domain, the person's answer comes before the guide's.
    """
    guess = None if guide.domain.treated_as_medical else look.choice
    stated_class(case, guide, guess=guess)
    offer_guides(desk().case or case, guide)
    stated = (desk().case or case).stated_for(guide) or guess
    if stated is None:
        with st.container(key=_UNANSWERED):
            notice("info", "Enter what the picture shows first. The guide's own answer appears afterwards.")
    return stated


def render_guess_warning(case: Case, guide: GuideModel, *, stated: str) -> None:
    """Say that the class is only the guide's own guess, where nobody has named it."""
    with st.container():  # always there, so that what follows keeps its place in the page
        if case.guessed_for(guide):
            with st.container(key=_UNANSWERED):
                st.caption(
                    f"You have not said what it is. Everything here uses the guide's own guess: {plain(stated)}. The "
                    "files say so."
                )


def render_target_warning(case: Case, guide: GuideModel, *, stated: str, towards: str) -> None:
    """Say that the picture is enhanced towards what it is not said to show."""
    with st.container():
        if towards != stated:
            shown = "something for which this guide has no class" if stated == SOMETHING_ELSE else stated
            says = _SAYS[case.stated_by_for(guide)].format(shown)
            notice("caution", f"{says}. What appears of {towards} was not in the original.")


_SAYS = {
    StatedBy.GUESS: "The guide takes it for {}",
    StatedBy.SAMPLE: "By its record it shows {}",
    StatedBy.PERSON: "You said it shows {}",
}
