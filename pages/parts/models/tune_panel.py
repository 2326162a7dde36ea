"""Tuning a guide on a page: a labelled folder of one's own in, a guide of the catalogue with its card out."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core._utils.durations import in_words
from lwise_core._utils.errors import LWiseError
from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.scheduler import QueueFull, ScheduledJob
from lwise_core.training.nearest_guide import GuideSearch, PictureSample, ranked_guides, search_guides
from lwise_core.training.own_pictures import FEWEST_TO_LEARN, OwnPictures
from lwise_core.training.tuning import TuningProgress, tune
from lwise_core.training.tuning_recipe import EXPERIENCE, TuningRecipe
from lwise_core.training.tuning_request import TuningRequest, seconds_a_pass
from lwise_core.training.tuning_store import TuningStore
from pages.parts.models.cards import DOMAINS
from pages.parts.models.use_guide import use_guide
from pages.parts.picture.labelled_set import labelled_set
from pages.parts.session.access import is_teacher
from pages.parts.session.guides import guide_catalog
from pages.parts.session.jobs import (
    asked,
    finished,
    followed,
    forget_job,
    job_for,
    once,
    progress_of,
    remembered,
)
from pages.parts.ui.notices import notice, plain

_TUNING, _SEARCH = "tuning", "tuning-search"
_QUESTION = "tuning_question"
_READY = "tuned_guide"
_ANSWERS = (Domain.NATURAL, Domain.FINE_GRAINED, Domain.MEDICAL)


def tune_panel() -> None:
    """Draw the way from a labelled folder to a guide that knows its classes."""
    with st.container():  # always there, so that what follows keeps its place
        _ready()
    st.markdown(
        "A class that no guide knows can be learnt from your own labelled pictures, beginning with the guide that "
        f"comes nearest: a folder for each class, called after it, with at least {FEWEST_TO_LEARN} pictures in each."
    )
    if not st.toggle("Tune a guide", key="tune"):
        return
    if not is_teacher():
        notice(
            "info",
            "A tuned guide is there for everybody on this server, so whoever runs it tunes guides. In the shell, "
            "“tune” does the same on a machine of your own.",
        )
        return
    store = TuningStore(catalog.here())
    _begun(store)
    pictures = _pictures()
    if pictures is None:
        return
    sample, request = _choices(pictures)
    if _at_work():
        followed(_TUNING, _progress)
    elif request is not None and sample is not None:
        _begin(request, sample, store)


def _ready() -> None:
    """Draw which guide was tuned last, whether it is fit, and the way to use it."""
    name = st.session_state.get(_READY)
    entry = next((e for e in guide_catalog() if e.name == name and e.card is not None), None)
    if entry is None or entry.card is None:
        return
    notice(
        "done", f"“{entry.name}” is among the guides on this page, tuned by you on {entry.card.tuned_on:,} pictures."
    )
    st.markdown(plain(catalog.fitness_of_entry(entry).sentence))
    use_guide(entry.name, key="use-tuned")


def _begun(store: TuningStore) -> None:
    """Say which tunings were begun and are not complete, and draw the way to remove each."""
    for name in store.begun():
        if _at_work():
            return
        columns = st.columns([4, 1], vertical_alignment="center")
        columns[0].caption(
            f"“{plain(name)}” was begun and is not complete: with the same pictures, choices and name it goes on."
        )
        if columns[1].button("Remove it", key=f"untune-{name}"):
            try:
                store.remove(name)
            except LWiseError as error:
                notice("error", str(error))
            else:
                st.rerun()


def _pictures() -> OwnPictures | None:
    """Take labelled pictures and say what they are; None while something is missing."""
    taken = labelled_set("tune")
    if taken is None:
        return None
    key, found = taken
    try:
        on_the_server = found.place is not None  # where pictures may be added while the page is open
        pictures = (
            OwnPictures.of(found) if on_the_server else once("tuning-pictures", key, lambda: OwnPictures.of(found))
        )
    except LWiseError as error:
        notice("caution", str(error))
        return None
    classes = counted(len(pictures.counts), "class", "classes")
    st.caption(f"{counted(len(pictures), 'picture')} of {classes}. {plain(' '.join(pictures.notes))}")
    rows = [
        {"Class": name, "Pictures": n, "Missing": pictures.missing.get(name, 0)} for name, n in pictures.counts.items()
    ]
    st.dataframe(rows, hide_index=True, width="stretch", alt="Pictures of each class, and how many are missing")
    try:
        pictures.check_enough()
    except LWiseError as error:
        notice("caution", str(error))
        return None
    return pictures


def _choices(pictures: OwnPictures) -> tuple[PictureSample | None, TuningRequest | None]:
    """Ask what the pictures show, with which guide to begin, and how the new one is called."""
    fixed = _at_work()
    domain = st.radio(
        "What do they show?",
        _ANSWERS,
        index=None,
        format_func=DOMAINS.__getitem__,
        key="tune-domain",
        disabled=fixed,
    )
    turned = st.checkbox("They have no up, as skin, tissue and cells: turn them too", key="tune-turned", disabled=fixed)
    found = _searched(pictures)
    if found is None or found.sample is None:
        return None, None
    if domain is None:
        st.caption("What they show decides how large the changes are that the guide learns to withstand.")
        return None, None
    ranked = {guide.name: guide for guide in ranked_guides(found.guides, domain=domain)}
    guide = st.selectbox("Begin with the guide", list(ranked), key=f"tune-from-{domain}", disabled=fixed)
    if guide is None:
        notice("caution", "There is no guide to begin with; download or add one first.")
        return None, None
    st.caption(plain(f"{guide}: {ranked[guide].sentence()}"))
    name = st.text_input("What your guide is called", max_chars=60, key="tune-name", disabled=fixed).strip()
    if not name:
        st.caption("Letters, digits, dots, hyphens and underscores.")
        return found.sample, None
    return found.sample, TuningRequest(name, pictures, guide, domain, TuningRecipe(any_way_up=turned))


def _searched(pictures: OwnPictures) -> GuideSearch | None:
    """Return how well each guide tells the classes apart, None while that is computed."""
    if not asked(_SEARCH, pictures.fingerprint):
        entries = guide_catalog()
        try:
            job_for(_SEARCH, pictures.fingerprint, lambda: search_guides(pictures, entries), total=len(pictures))
        except QueueFull as error:
            notice("error", str(error))
            return None
    search: GuideSearch | None = finished(_SEARCH)
    if search is None:
        followed(_SEARCH, _search_progress)
    return search


def _search_progress(job: ScheduledJob[GuideSearch]) -> None:
    over = progress_of(_SEARCH, job, what="Looking for the nearest guide", how_far=_how_far_the_search)
    if over:
        st.rerun()


def _how_far_the_search(search: GuideSearch) -> tuple[float, str]:
    return search.done / max(1, search.total), f"Looking for the nearest guide: {search.done} of {search.total}"


def _begin(request: TuningRequest, sample: PictureSample, store: TuningStore) -> None:
    """Say how long it takes and how it is judged, and tune."""
    question = request.key()
    try:
        store.check_name(request.name)
        pace = remembered("tuning-pace", question, lambda: seconds_a_pass(request, sample))
    except LWiseError as error:
        notice("caution", str(error))
        return
    count = len(request.pictures)
    st.markdown(
        f"Takes about **{in_words(request.seconds(pace))}** on this machine, by the pace of a few batches, and goes on "
        f"only while this page is open; what was done is kept. {request.recipe.described(count)}"
    )
    st.caption(
        f"{plain(EXPERIENCE)} While it is at work, the pictures lie decoded in this server's data folder; afterwards "
        "only the guide, its figures and hashes of the pictures are kept."
    )
    label = "Go on tuning" if request.name in store.begun() else "Tune"
    if not st.button(label, type="primary", key="tune-begin"):
        return
    st.session_state.pop(_READY, None)
    try:
        job_for(_TUNING, question, lambda: tune(request, store), total=request.recipe.passes(count))
    except QueueFull as error:
        notice("error", str(error))
        return
    st.session_state[_QUESTION] = question
    st.rerun()


def _at_work() -> bool:
    """Return whether a tuning of this session is under way, or has just come to its end."""
    question = st.session_state.get(_QUESTION)
    return question is not None and asked(_TUNING, question)


def _progress(job: ScheduledJob[TuningProgress]) -> None:
    """Draw how far the tuning is; once its guide is there, draw the page with it."""
    over = progress_of(_TUNING, job, what="Tuning", how_far=_how_far)
    if job.error is not None:
        st.button("Try again", key="tune-again", on_click=forget_job, args=(_TUNING,))
    if over and job.latest is not None:
        st.session_state[_READY] = job.latest.guide
        forget_job(_TUNING)
        st.rerun()


def _how_far(progress: TuningProgress) -> tuple[float, str]:
    """Return the share that is done, and in words what is done and how long it will take."""
    left = f", about {in_words(progress.seconds_left)} left" if progress.seconds_left else ""
    return progress.share, f"{progress.what}{left}"
