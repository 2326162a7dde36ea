"""What learners are told when a course is over: what was done, and what altered pictures were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.picture_keys import PictureKey
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trials import Foil, Trial
from lwise_core.teaching.languages.catalogue import Catalogue, Message

GROUPS = {
    Group.CONTROL: Message("control"),
    Group.SELECTION: Message("selection"),
    Group.SELECTION_SHUFFLED: Message("selection, shuffled"),
    Group.ENHANCEMENT: Message("enhancement, tapered"),
    Group.ENHANCEMENT_SHUFFLED: Message("enhancement, shuffled"),
    Group.L_WISE: Message("L-WISE"),
    Group.ADAPTIVE: Message("adaptive"),
    Group.YOKED: Message("yoked to adaptive"),
    Group.WRONG_CLASS: Message("enhancement towards a wrong class"),
    Group.WITHIN: Message("within each learner"),
    Group.PRACTICE: Message("practice"),
    Group.SHOWN_WHERE: Message("L-WISE, shown where"),
    Group.EXPERT: Message("edited by an expert"),
    Group.CLAHE: Message("CLAHE"),
    Group.MSRCR: Message("MSRCR"),
    Group.LEVELS: Message("automatic levels"),
}
"""What learners read of the group that they were in."""

ABOUT = Message("What this was about")
MAY_NOT_BE_THERE = Message("What a network painted may never have been there. Nothing here is for diagnosis.")

PAIRS = Message("Every picture again")
PAIRS_EXPLAINED = Message(
    "Each original stands beside its two versions. Both were altered by a network: the one towards what the picture "
    "shows, the other towards what it does not show."
)
SHOWN_AS_IS = Message("Shown unchanged")

_EXAMPLES = 4


@dataclass(frozen=True)
class SeenAgain:
    """A picture that is shown again: its rendering, its file, and a line about it, in the learner's language."""

    key: PictureKey
    file: Path
    said: str


@dataclass(frozen=True, kw_only=True)
class Debriefing:
    """What a learner reads after the last trial; ``altered`` are rows of altered pictures beside what they were.

    ``pairs`` are, after a study of two pictures of one original, the original and both versions of every trial.
    """

    heading: str
    paragraphs: tuple[str, ...]
    caution: str
    altered: tuple[tuple[SeenAgain, ...], ...] = ()
    pairs_heading: str = ""
    pairs_explained: str = ""
    pairs: tuple[tuple[SeenAgain, ...], ...] = ()

    @property
    def seen(self) -> tuple[SeenAgain, ...]:
        """Every picture that is shown again."""
        return tuple(chain.from_iterable((*self.altered, *self.pairs)))


def debriefing_of(
    course: Course, group: Group, trials: Sequence[Trial], *, participant: str, words: Catalogue
) -> Debriefing:
    """Return what somebody of ``group`` reads who was shown ``trials`` under the names that ``participant`` has."""
    scored = [t for t in trials if t.scored]
    pairs = pairs_again(course, trials, words)
    said = (what_it_was(group, scored, words), what_names_stand_for(course, participant, words))
    return Debriefing(
        heading=words.translate(ABOUT),
        paragraphs=tuple(filter(None, said)),
        caution=words.translate(MAY_NOT_BE_THERE),
        altered=altered_again(course, scored, words),
        pairs_heading=words.translate(PAIRS) if pairs else "",
        pairs_explained=words.translate(PAIRS_EXPLAINED) if pairs else "",
        pairs=pairs,
    )


def what_it_was(group: Group, scored: Sequence[Trial], words: Catalogue) -> str:
    """Return what the course asks, which group it was, and how many of the pictures that counted had been altered.

    Of a test alone no group is named: nobody was taught anything there, whatever group they had learnt in.
    """
    if any(t.spots for t in scored):
        return _what_spotting_was(len(scored), words)
    altered = sum(t.altered for t in scored)
    in_group = words.translate("You were in the group “{group}”.", group=words.translate(GROUPS[group]))
    return " ".join(
        (
            words.translate(
                "A neural network that was trained to withstand small changes can say which pictures are hard for it, "
                "and can make them easier for it. People may find other pictures hard. The course asks whether people "
                "learn faster from easy and enhanced pictures that become harder and natural."
            ),
            *([in_group] if any(t.feedback for t in scored) else []),
            _how_many(group, altered=altered, of=len(scored), words=words)
            if altered
            else words.translate("All your pictures were natural."),
        )
    )


def _what_spotting_was(pairs: int, words: Catalogue) -> str:
    """Return what a study of two versions of one original asks; all are shown both kinds, so no group is named."""
    return words.translate(
        "A neural network altered each picture twice: once towards what it shows, and once towards what it does not "
        "show. The study asks whether people can tell which is which. Of the {all} pairs that count, the network had "
        "altered both pictures.",
        all=pairs,
    )


def _how_many(group: Group, *, altered: int, of: int, words: Catalogue) -> str:
    """Return how many pictures had been altered, and by what."""
    if group.treatment is None:
        return words.translate(
            "Of the {all} pictures that count, {altered} had been altered by the network.", all=of, altered=altered
        )
    if group is Group.EXPERT:
        return words.translate(
            "Of the {all} pictures that count, {altered} had been edited by a person.", all=of, altered=altered
        )
    return words.translate(
        "Of the {all} pictures that count, {altered} had been changed by a filter that does not know what they show.",
        all=of,
        altered=altered,
    )


def what_names_stand_for(course: Course, participant: str, words: Catalogue) -> str:
    """Return what the names of ``participant`` stand for, empty where they hid nothing."""
    language = words.language.code
    real = course.names(language)
    said = ", ".join(
        words.translate("{name} is {kind}", name=label, kind=real[name])
        for name, label in course.labels(participant, language=language).items()
        if label != real[name]
    )
    return words.translate("What the names stand for: {pairs}.", pairs=said) if said else ""


def altered_again(course: Course, trials: Sequence[Trial], words: Catalogue) -> tuple[tuple[SeenAgain, ...], ...]:
    """Return the most strongly altered of single pictures, a few, each with what it was."""
    altered = [t for t in trials if t.altered and t.scored and not t.spots]
    strongest = sorted(altered, key=lambda t: -t.epsilon_224)[:_EXAMPLES]
    return tuple(
        (
            SeenAgain(PictureKey.of(t), shown, _as_seen(t, words)),
            SeenAgain(PictureKey(t.picture), course.original(t), words.translate("as it was")),
        )
        for t in strongest
        if (shown := course.stimulus(t)) is not None
    )


def _as_seen(trial: Trial, words: Catalogue) -> str:
    if trial.treatment:
        return words.translate("as you saw it")
    return words.translate("as you saw it, ε₂₂₄ {epsilon}", epsilon=trial.epsilon_224)


def pairs_again(course: Course, trials: Sequence[Trial], words: Catalogue) -> tuple[tuple[SeenAgain, ...], ...]:
    """Return, for every trial of two pictures of one original: the original, its own and its wrong version."""
    return tuple(tuple(_pair(course, t, t.foil, words)) for t in trials if t.spots and t.foil is not None)


def _pair(course: Course, trial: Trial, foil: Foil, words: Catalogue) -> Iterator[SeenAgain]:
    original = words.translate("The original: {shown}", shown=foil.answer)
    yield SeenAgain(PictureKey(trial.picture), course.original(trial), original)
    for shown, file in ((foil, course.foil(trial)), (trial, course.stimulus(trial))):
        if file is not None:
            yield SeenAgain(PictureKey.of(shown), file, _towards(shown, words))


def _towards(shown: Trial | Foil, words: Catalogue) -> str:
    if not shown.towards:
        return words.translate(SHOWN_AS_IS)
    return words.translate(
        "AI-altered towards {towards}, ε₂₂₄ {epsilon}", towards=shown.towards, epsilon=shown.epsilon_224
    )
