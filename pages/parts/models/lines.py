"""A guide on one line: what it knows, its size, how often it is right here and elsewhere, whether fit, not for what."""

from __future__ import annotations

from lwise_core.guides import catalog
from lwise_core.guides.calibration import Calibration
from lwise_core.guides.card_words import accuracy_words, knows_words
from lwise_core.guides.catalog import GuideEntry
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.published_weights import Published
from pages.parts.ui.notices import plain

ICONS = {Fit.FIT: ":material/check_circle:", Fit.UNFIT: ":material/block:", Fit.CANNOT_JUDGE: ":material/help:"}
_FITNESS = {Fit.FIT: "fit to guide", Fit.UNFIT: "unfit to guide", Fit.CANNOT_JUDGE: "fitness unknown"}


def line_of_entry(entry: GuideEntry) -> str:
    """Return the line of a guide of the catalogue that can be used."""
    if entry.card is None:
        said = ("published by others", "accuracy not stated", _FITNESS[fitness_of_entry(entry)])
        return _line(entry.name, *said, *_calibrated(entry.calibration))
    card = entry.card
    return _line(
        entry.name,
        knows_words(card.classes),
        f"{card.input_size} px",
        accuracy_words(card),
        _FITNESS[fitness_of_entry(entry)],
        f"not for {card.not_for}" if card.not_for else "not stated who should not use it",
        *((f"superseded by {card.superseded_by}",) if card.superseded_by else ()),
        *_calibrated(entry.calibration),
        *((f"tuned by you on {card.tuned_on:,} pictures",) if card.tuned_on else ()),
    )


def line_of_session(guide: GuideModel) -> str:
    """Return the line of a guide that was added in this session."""
    on = guide.provenance.calibrated
    return _line(
        guide.name,
        knows_words(guide.classes),
        f"{guide.input_size} px",
        "added in this session",
        "accuracy not measured" if on is None else str(on),
        _FITNESS[guide.provenance.fitness.state],
    )


def line_of_published(published: Published) -> str:
    """Return the line of a guide that others have published and that is not on this machine."""
    return _line(published.title, f"{published.input_size} px", published.licence, "not downloaded")


def fitness_of_entry(entry: GuideEntry) -> Fit:
    """Return whether a guide of the catalogue is fit, by its calibration or its card."""
    return catalog.fitness_of_entry(entry).state


def _calibrated(found: Calibration | None) -> tuple[str, ...]:
    """Return on what a guide was calibrated, and that it was too little where no class has references enough."""
    if found is None:
        return ()
    return (str(found.on), *(() if found.coverage().difficulty else ("too few pictures for a difficulty",)))


def _line(name: str, *said: str) -> str:
    return " · ".join((f"**{plain(name)}**", *map(plain, said)))
