"""Guide models: what is there, what others have published, and adding one's own."""

from __future__ import annotations

from contextlib import closing

import streamlit as st

from lwise_core.guides import catalog
from lwise_core.guides.catalog import GuideEntry, GuideStatus, GuideUnavailable, Origin
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.downloads import DownloadError, DownloadProgress
from lwise_core.guides.hub import is_hub_address
from pages.parts.models.add_guide import add_guide, refused
from pages.parts.models.cards import broken_card, published_facts
from pages.parts.models.comparison import comparison
from pages.parts.models.guide_list import domain_choice, guide_list, listed_guides
from pages.parts.models.lines import line_of_published
from pages.parts.models.tune_panel import tune_panel
from pages.parts.picture.card_link import GUIDE
from pages.parts.session.access import is_teacher
from pages.parts.session.case import desk
from pages.parts.session.guides import available_guides, guide_catalog
from pages.parts.ui.notices import notice

_CLOUD = ":material/cloud_download:"
_FETCHING = "guide_fetching"
_FAILED = "guide_fetch_failed"


def main() -> None:
    """Draw the page."""
    st.title("Guide models")
    st.markdown(
        "A guide is the network that says how hard a picture is and what would make it easier. Each line says how "
        "often it is right: **at home**, on pictures like those that it learnt from, and **elsewhere**, on other "
        "collections (means over its classes). Open a line for the rest. You can also [add a "
        "checkpoint](#add-a-checkpoint), or [tune a guide to your own classes](#tune-a-guide-to-your-own-classes)."
    )
    entries = guide_catalog()
    present, linked = _present(), st.query_params.get(GUIDE)
    listed = listed_guides([e for e in entries if e.state is GuideStatus.READY], first=(linked or present, present))
    published = [e.published.domain for e in entries if e.published is not None]
    shown = domain_choice([*(guide.domain for guide in listed), *published])
    with st.container():  # however many cards there are, the uploader below them keeps its place
        guide_list([guide for guide in listed if shown(guide.domain)], present=present, opened=linked)
        for entry in (e for e in entries if e.state is GuideStatus.BROKEN and e.origin is not Origin.PUBLISHED):
            broken_card(entry)
    comparison(first=linked or present)
    st.header("Add a checkpoint")
    with st.container(border=True):
        add_guide()
    st.header("Tune a guide to your own classes")
    with st.container(border=True):
        tune_panel()
    away = [e for e in entries if e.state is not GuideStatus.READY]
    _published([e for e in away if e.published is not None and shown(e.published.domain)])
    _from_hub()


def _present() -> str:
    """Return the guide of the photograph that is open, else the one that every page begins with."""
    case, names = desk().case, available_guides()
    if case is not None and case.guide in names:
        return case.guide
    return names[0] if names else ""


def _published(entries: list[GuideEntry]) -> None:
    """Draw what others have published and is not usable yet; fetch the one that was asked for, last of all."""
    if not entries:
        return
    st.header("Published by others")
    st.markdown(
        "None of these comes with this program. A download can be stopped and goes on where it stopped; leaving this "
        "page pauses it."
    )
    asked: str | None = st.session_state.get(_FETCHING) if is_teacher() else None
    place = None
    for entry in entries:
        if entry.published is None:
            continue
        with st.container():  # always there: a line that moves would lose its place in the page
            if entry.state is GuideStatus.BROKEN:
                notice("error", entry.reason)
            _say_failure(entry.name)
        here = entry.name == asked
        box = st.expander(
            line_of_published(entry.published), key=f"published-{entry.name}", icon=_CLOUD, on_change="rerun"
        )
        if box.open:
            with box:
                published_facts(entry.published)
                _offer(entry.name, disabled=here)
        if here:
            place = st.container()
    if asked is not None and place is not None:
        with place:
            _fetch(asked)


def _from_hub() -> None:
    """Ask for the address of a model on the Hub; nobody is asked for anything before it is given."""
    if not is_teacher():
        return
    with st.form("hub", border=False):
        address = st.text_input(
            "An image model of timm on the Hugging Face Hub",
            placeholder="hf-hub:timm/resnet18.a1_in1k",
            help="Fetched are its config.json and model.safetensors, and no program. It becomes a guide for everybody.",
            key="hub-address",
        ).strip()
        if st.form_submit_button("Fetch it") and address:
            _ask_for(address if is_hub_address(address) else f"hf-hub:{address}")
            st.rerun()
    failed, asked = st.session_state.get(_FAILED), st.session_state.get(_FETCHING)
    if failed is not None and is_hub_address(failed[0]):
        _say_failure(failed[0])
    if asked is not None and is_hub_address(asked):
        _fetch(asked)


def _offer(name: str, *, disabled: bool) -> None:
    """Draw the button that fetches a guide, for whoever may fill the server's disk and change everybody's guides."""
    if is_teacher():
        st.button("Download", key=f"fetch-{name}", on_click=_ask_for, args=(name,), disabled=disabled)
    else:
        st.caption("It is downloaded for everybody, so only whoever gives the courses can do it (see Curriculum).")


def _ask_for(name: str) -> None:
    st.session_state[_FETCHING] = name
    st.session_state.pop(_FAILED, None)


def _stop() -> None:
    st.session_state.pop(_FETCHING, None)


def _fetch(name: str) -> None:
    """Fetch a published guide with its progress. Any click ends this run of the page, and with it the download."""
    bar = st.progress(0.0, text="Connecting …")
    st.button("Stop", on_click=_stop)
    shown = ""
    try:
        with closing(catalog.here().download(name)) as arriving:
            for progress in arriving:
                share, text = _words(progress)
                if text != shown:
                    bar.progress(share, text=text)
                    shown = text
    except (DownloadError, CheckpointError, GuideUnavailable) as error:
        st.session_state[_FAILED] = (name, error)
    _stop()
    st.rerun()


def _words(progress: DownloadProgress) -> tuple[float, str]:
    done = f"{progress.done / 2**20:,.0f}"
    if not progress.total:
        return 0.0, f"{done} MB"
    return progress.done / progress.total, f"{done} of {progress.total / 2**20:,.0f} MB"


def _say_failure(name: str) -> None:
    failed: tuple[str, Exception] | None = st.session_state.get(_FAILED)
    if failed is None or failed[0] != name:
        return
    if isinstance(failed[1], CheckpointError):
        refused(failed[1])
    else:
        notice("error", str(failed[1]))


main()
