"""The guides that can be used, a line each; only the cards that are open are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lwise_core.guides.catalog import GuideEntry
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import Domain, GuideModel
from pages.parts.models.calibrate_panel import calibrate_panel
from pages.parts.models.cards import DOMAINS, ready_card, session_card
from pages.parts.models.lines import ICONS, fitness_of_entry, line_of_entry, line_of_session
from pages.parts.session.calibrations import laid_over
from pages.parts.session.guides import remove_session_guide, session_guides

_ALL = "All"
_FILTERS = {Domain.NATURAL: "Natural images", Domain.FINE_GRAINED: "Fine-grained", Domain.MEDICAL: "Medical"}


@dataclass(frozen=True, eq=False)
class ListedGuide:
    """A guide of the list: its line, and what draws its card once it is open."""

    name: str
    domain: Domain
    fitness: Fit
    line: str
    card: Callable[[], None]
    own: bool = False


def listed_guides(ready: Sequence[GuideEntry], *, first: Sequence[str]) -> list[ListedGuide]:
    """Return those of the catalogue that are ``ready`` and the session's own; those called ``first`` come first."""
    listed = [*map(_of_entry, ready), *map(_of_session, session_guides().values())]
    places = {name: i for i, name in reversed(list(enumerate(first)))}
    return sorted(listed, key=lambda guide: places.get(guide.name, len(first)))


def guide_list(guides: Sequence[ListedGuide], *, present: str, opened: str | None) -> None:
    """Draw a line for each of ``guides``.

    ``present`` is the guide that is in use, ``opened`` the one whose card is open at first.
    """
    for guide in guides:
        in_use = " · **in use**" if guide.name == present else ""
        box = st.expander(
            guide.line + in_use,
            expanded=guide.own or guide.name == opened,
            key=f"card-{guide.name}",
            icon=ICONS[guide.fitness],
            on_change="rerun",
        )
        if box.open:
            with box:
                guide.card()


def domain_choice(domains: Iterable[Domain]) -> Callable[[Domain], bool]:
    """Draw the choice among ``domains``, where there are several, and return what says whether one is shown."""
    there = set(map(_counts_as, domains))
    names = [words for domain, words in _FILTERS.items() if domain in there]
    if len(names) < 2:
        return lambda _: True
    chosen = st.segmented_control("Show", [_ALL, *names], default=_ALL, required=True, key="domain-shown")
    return lambda domain: chosen in (_ALL, _FILTERS[_counts_as(domain)])


def _counts_as(domain: Domain) -> Domain:
    return Domain.MEDICAL if domain.treated_as_medical else domain


def _of_entry(entry: GuideEntry) -> ListedGuide:
    known = entry.card or entry.published
    domain = Domain.UNKNOWN if known is None else known.domain
    return ListedGuide(entry.name, domain, fitness_of_entry(entry), line_of_entry(entry), partial(ready_card, entry))


def _of_session(guide: GuideModel) -> ListedGuide:
    known = laid_over(guide)
    fitness = known.provenance.fitness.state
    return ListedGuide(guide.name, guide.domain, fitness, line_of_session(known), partial(_own, guide), own=True)


def _own(guide: GuideModel) -> None:
    """Draw the card of one of the session's own guides, with what the person can do about it."""
    session_card(guide)
    domain = st.selectbox(
        "Domain",
        list(Domain),
        index=list(Domain).index(guide.domain),
        format_func=DOMAINS.__getitem__,
        key=f"domain-{guide.name}-{guide.domain}",
    )
    if domain is not None and domain is not guide.domain:
        session_guides()[guide.name] = guide.with_domain(domain)
        st.rerun()
    st.button("Remove", key=f"remove-{guide.name}", on_click=remove_session_guide, args=(guide.name,))
    calibrate_panel(guide.name)
