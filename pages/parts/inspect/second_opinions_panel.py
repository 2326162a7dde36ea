"""What other guides say of the original and of the enhanced picture."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import Opinion, opinion_at
from lwise_core.inspection.wording import opinion_row, others_words
from pages.parts.inspect.inspected import asked_so_far
from pages.parts.picture.reliability import say_altered, say_reliability
from pages.parts.session.guides import available_guides, guides_that_know, load_guide
from pages.parts.session.jobs import known, remembered
from pages.parts.session.paths import Key
from pages.parts.ui.notices import notice, plain

_OPINIONS = "opinions"
_ASKED = 3  # of the other guides, before the person chooses


def known_opinions(key: Key, path: EnhancementPath, *, epsilon: float) -> tuple[Opinion, ...]:
    """Return what guides were heard to say of this path at ``epsilon``, whichever tab is open; none if not asked."""
    others = asked_so_far(key).others
    asked = [path.guide, *map(load_guide, others)] if others else []
    return tuple(known(_OPINIONS, _question(key, epsilon, asked)) or ())


def _question(key: Key, epsilon: float, asked: Sequence[GuideModel]) -> Hashable:
    return (key, epsilon, tuple(guide.provenance.sha256 for guide in asked))


def opinions_panel(key: Key, path: EnhancementPath, *, epsilon: float, towards: str) -> tuple[str, ...]:
    """Draw what other guides of the catalogue say at ``epsilon``, at first those that know the class ``towards``.

    Returns the names of those that were asked.
    """
    others = [name for name in available_guides() if name != path.guide.name]
    if not others:
        notice("info", "There is no other guide here. Fetch or add one on the Models page for a second opinion.")
        return ()
    knowing = [name for name in guides_that_know((towards,)) if name in others]
    if not knowing:
        notice("info", f"No other guide here that is fit to judge knows {towards}; any can say what it sees instead.")
    chosen = st.multiselect("Guides", others, default=knowing[:_ASKED], key=f"opinions-{path.guide.name}")
    asked = [path.guide, *map(load_guide, chosen)]  # the others stay on the disk
    found = remembered(
        _OPINIONS,
        _question(key, epsilon, asked),
        lambda: [opinion_at(path, guide, epsilon=epsilon, class_name=towards) for guide in asked],
    )
    if found[1:]:
        st.markdown(plain(others_words(found[1:], towards=towards)))
    st.dataframe(
        [opinion_row(one, class_name=towards) for one in found],
        hide_index=True,
        width="stretch",
        alt="What each guide says before and after the change",
    )
    for guide, opinion in zip(asked, found, strict=True):
        say_reliability(guide, opinion.before[1])
    say_altered(*asked)
    st.caption(
        "A guide that sees no gain says that the change is private to the one that painted it. One that agrees clears "
        "nothing: robust networks paint alike."
    )
    return tuple(chosen)
