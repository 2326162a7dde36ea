"""Going on with a ranking of another day: its file is taken in, and handed out."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.counting import counted
from lwise_core.batch.ranking_session import MAX_SESSION_BYTES, RankingSession, RankingSessionError, read_session
from lwise_core.guides.guide import GuideModel
from pages.parts.picture.downloads import download
from pages.parts.rank.folder_panel import decide
from pages.parts.rank.state import GuideRanking, resume, resumed
from pages.parts.session.jobs import once
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.upload_limit import megabytes

_NAMED = 5


def session_intake(guide: GuideModel) -> None:
    """Draw the way to bring the file of another day, and remember what it says for the photographs of then."""
    if not st.toggle("Go on with a ranking of another day", key="rank-resumes"):
        return
    upload = st.file_uploader(
        "Session file of this page (JSON)",
        type=["json"],
        max_upload_size=megabytes(MAX_SESSION_BYTES),
        key="rank-session",
    )
    if upload is None:
        return
    try:
        session = once("rank-session", upload.file_id, lambda: read_session(upload.getvalue()))
    except RankingSessionError as error:
        notice("error", str(error))
        return
    resume(session)
    once("rank-session-folders", (upload.file_id, guide.provenance.sha256), lambda: _decide(session, guide))
    st.caption(
        f"It knows {counted(len(session.photographs), 'photograph')}, ranked by {plain(session.guide)}. Hand over the "
        "same photographs too: once they are ranked, your labels and choices are there again."
    )
    if session.weights_sha256 != guide.provenance.sha256:
        notice("caution", f"For the same figures choose the guide {session.guide}, as then.")


def _decide(session: RankingSession, guide: GuideModel) -> None:
    decide(session.meanings(guide.classes), others=session.other_folders)


def session_download(place: DeltaGenerator, ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw the button that saves labels and choices for another day."""
    download(place, "Session (JSON)", lambda: _as_file(ranked, guide), "ranking-session.json", "application/json")


def _as_file(ranked: GuideRanking, guide: GuideModel) -> bytes:
    weights = guide.provenance.sha256
    return RankingSession.of(
        ranked.ranking, guide=guide.name, weights_sha256=weights, chosen=ranked.chosen, marked=ranked.marked
    ).as_file()


def say_resumed(ranked: GuideRanking) -> None:
    """Say which photographs of another day are not here."""
    session = resumed()
    if session is None:
        return
    missing = session.missing(ranked.ranking)
    if missing and len(missing) == len(session.photographs):
        none = f"none of its {counted(len(missing), 'photograph')} is here"
        notice(
            "caution",
            f"The session file is of other photographs: {none}, so no label and no choice was taken over. "
            "Start over with the photographs of then.",
        )
    elif missing:
        names = ", ".join(f"“{plain(name)}”" for name in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
        lacking = f"{counted(len(missing), 'photograph')} {'is' if len(missing) == 1 else 'are'} missing here"
        st.caption(f"Of the ranking of another day {lacking}: {names}{more}.")
