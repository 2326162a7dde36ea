"""What the folders of a set stand for: those called after a class are said, the others are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.data.folder_labels import FolderLabels, Instead, folder_of
from lwise_core.guides.guide import GuideModel
from pages.parts.session.guides import ask_for_guide, guide_that_knows_more
from pages.parts.ui.notices import notice, plain

_ROWS = 40
_NAMED = 8
_INSTEAD = {
    Instead.LEFT_OUT: "Leave out",
    Instead.GUESSED: "Let the guide guess each, marked as its guess",
}


def folder_panel(names: Sequence[str], guide: GuideModel) -> FolderLabels | None:
    """Draw which folders of the files called ``names`` are matched, and a row for each that is not.

    Returns None while somebody has to decide on one.
    """
    counts = Counter(folder_of(name) for name in names)
    folders = FolderLabels(guide.classes)
    unknown = folders.unknown(counts)
    _matched(counts, folders)
    if not unknown:
        return folders
    advice = st.container()  # always there: what follows keeps its place when the last folder is decided on
    everything = _offer([f for f in counts if f], guide)
    with st.expander("Or say by hand what each folder stands for") if everything else st.container():
        rows = {f: _row(f, counts[f], folders) for f in unknown[:_ROWS]}
        others = _others(len(unknown)) if len(unknown) > 1 else None
    stated = {folder: meaning for folder, meaning in rows.items() if meaning is not None}
    decided = FolderLabels(guide.classes, stated, others)
    left = decided.undecided(counts)
    if left:
        with advice:
            _advice(left, guide, known_elsewhere=everything)
        if len(unknown) > 1 and not everything:  # of a single one the advice stands right above
            st.caption(f"Undecided: {_list(left)}.")
    return None if left else decided


def decide(meanings: Mapping[str, str | Instead], *, others: Instead | None) -> None:
    """Choose on the panel, before it is drawn, what folders stand for."""
    for folder, meaning in meanings.items():
        st.session_state[f"folder-{folder}"] = meaning
    if others is not None:
        st.session_state["folders-without-a-choice"] = others


def said_of(folders: FolderLabels) -> str:
    """Return, as Markdown, what a person has decided on folders; empty without it."""
    said = [f"“{plain(f)}” {_outcome(meaning)}" for f, meaning in folders.stated.items()]
    if folders.others is not None:
        said.append(f"every other folder without a class of its name {_outcome(folders.others)}")
    return f"As you decided: {'; '.join(said)}." if said else ""


def _outcome(meaning: str | Instead) -> str:
    if isinstance(meaning, str):
        return f"stands for {plain(meaning)}"
    return "is left out" if meaning is Instead.LEFT_OUT else "is guessed by the guide"


def _matched(counts: Mapping[str, int], folders: FolderLabels) -> None:
    matched = [f"{f} → {name}" if f != name else f for f in sorted(counts) if f and (name := folders.match(f))]
    if matched:
        st.caption(f":material/check: Matched by their names: {_list(matched)}.")
    if alone := counts.get("", 0):
        lie = f"{counted(alone, 'file')} {'lies' if alone == 1 else 'lie'} in no folder"
        st.caption(f"{lie}: the guide guesses what each shows, and it is marked as its guess.")


def _advice(unknown: Sequence[str], guide: GuideModel, *, known_elsewhere: bool) -> None:
    if known_elsewhere:
        notice("info", f"{guide.name} has no class called {_list(unknown, as_markdown=False)}; another guide has.")
        return
    notice(
        "caution",
        f"{guide.name} has no class called {_list(unknown, as_markdown=False)}. Say what each folder stands for. Where "
        "the guide only guesses, wrong labels cannot be found.",
    )


def _offer(folders: Sequence[str], guide: GuideModel) -> bool:
    """Draw the way to the guide that knows more of the folders, where there is one; return whether it knows all."""
    better = guide_that_knows_more(folders, guide)
    if better is None:
        return False
    name, known = better
    everything = known == len(folders)
    st.button(
        f"Take {plain(name)}, which knows {_share(known, of=len(folders))}",
        type="primary" if everything else "secondary",
        on_click=ask_for_guide,
        args=(name,),
    )
    return everything


def _share(known: int, *, of: int) -> str:
    if known < of:
        return f"{known} of the {of} folders"
    return {1: "this folder", 2: "both folders"}.get(of, f"all {of} folders")


def _row(folder: str, count: int, folders: FolderLabels) -> str | Instead | None:
    """Draw the choice for one folder, the classes of near names first, and return it; None before there is one.

    It is kept for other guides, as far as they have the class.
    """
    near = folders.suggestions(folder)
    options: list[str | Instead] = [*near, *Instead, *(c for c in folders.classes if c not in near)]
    return st.selectbox(
        f"“{plain(folder)}”, {counted(count, 'file')}",
        options,
        index=None,
        format_func=lambda meaning: meaning if isinstance(meaning, str) else _INSTEAD[meaning],
        placeholder=f"Perhaps {' or '.join(f'“{n}”' for n in near)}? Choose."
        if near
        else "Choose a class, or leave it out",
        key=f"folder-{folder}",
        persist_state="session",
    )


def _others(count: int) -> Instead | None:
    above = "above" if count <= _ROWS else f"above, and the {count - _ROWS:,} more"
    return st.selectbox(
        f"All folders without a choice {above}",
        list(Instead),
        index=None,
        format_func=_INSTEAD.__getitem__,
        placeholder="Choose for each, or for all at once here",
        key="folders-without-a-choice",
        persist_state="session",
    )


def _list(names: Sequence[str], *, as_markdown: bool = True) -> str:
    shown = [f"“{plain(n) if as_markdown else n}”" for n in names[:_NAMED]]
    return ", ".join(shown) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
