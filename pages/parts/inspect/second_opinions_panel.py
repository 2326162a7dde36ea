"""What other guides say of the original and of the enhanced picture."""

from __future__ import annotations

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.examine import Opinion, opinion_at
from pages.parts.session.guides import available_guides, guides_that_know, is_unfit, load_guide
from pages.parts.session.jobs import remembered
from pages.parts.session.paths import Key
from pages.parts.ui.notices import notice

_ASKED = 3  # of the other guides, before the person chooses


def opinions_panel(key: Key, path: EnhancementPath, *, epsilon: float, towards: str) -> None:
    """Draw what other guides of the catalogue say at ``epsilon``, at first those that know the class ``towards``."""
    others = [name for name in available_guides() if name != path.guide.name]
    if not others:
        notice("info", "There is no other guide here. Fetch or add one on the Models page for a second opinion.")
        return
    knowing = [name for name in guides_that_know((towards,)) if name in others and not is_unfit(name)]
    if not knowing:
        notice("info", f"No other guide here that is fit to judge knows {towards}; any can say what it sees instead.")
    chosen = st.multiselect("Guides", others, default=knowing[:_ASKED], key=f"opinions-{path.guide.name}")
    asked = [path.guide, *map(load_guide, chosen)]  # the others stay on the disk
    rows = remembered(
        "opinions",
        (key, epsilon, tuple(guide.provenance.sha256 for guide in asked)),
        lambda: [_row(path, guide, epsilon=epsilon, towards=towards) for guide in asked],
    )
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(
        "A guide that sees no gain says that the change is private to the one that painted it. One that agrees clears "
        "nothing: robust networks paint alike."
    )


def _row(path: EnhancementPath, guide: GuideModel, *, epsilon: float, towards: str) -> dict[str, str]:
    opinion = opinion_at(path, guide, epsilon=epsilon, class_name=towards)
    return {
        "Guide": guide.name,
        "Original": f"{opinion.before[0]} ({opinion.before[1]:.0%})",
        "Enhanced": f"{opinion.after[0]} ({opinion.after[1]:.0%})",
        f"Logit of {towards}": _logits(opinion),
    }


def _logits(opinion: Opinion) -> str:
    if opinion.logits is None:
        return "does not know this class"
    before, after = opinion.logits
    return f"{before:.2f} → {after:.2f} ({after - before:+.2f})".replace("-", "−")
