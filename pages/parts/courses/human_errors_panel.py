"""People's errors beside a guide's logits: two files, what goes together in them, and what that is worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lwise_core._utils.counting import counted
from lwise_core.study.error_agreement import ErrorAgreement, MeasuredAgreement, error_agreement
from lwise_core.study.estimates import CannotJudge
from lwise_core.study.human_errors import MAX_HUMAN_ERRORS_BYTES, read_human_errors
from lwise_core.study.ranked_pictures import read_ranked_pictures
from lwise_core.study.response_columns import ResponsesError
from pages.parts.courses.results_plots import errors_figure
from pages.parts.session.jobs import remembered
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show
from pages.parts.ui.upload_limit import megabytes


def human_errors_panel() -> None:
    """Draw the first experiment of the paper, for a ranking and answers that people bring."""
    st.markdown(
        "Do people err more on the pictures that a guide finds hard? That was the paper's first experiment; here it is "
        "with your own pictures and people."
    )
    columns = st.columns(2)
    ranking = columns[0].file_uploader(
        "Ranking: the CSV of Rank or score-set",
        type="csv",
        max_upload_size=megabytes(MAX_HUMAN_ERRORS_BYTES),
        key="errors-ranking",
    )
    answers = columns[1].file_uploader(
        "People's answers: CSV", type="csv", max_upload_size=megabytes(MAX_HUMAN_ERRORS_BYTES), key="errors-people"
    )
    st.caption(
        "Ranking: one row a picture with “picture” and “robust_gt_logit”, the guide's logit of what it shows; "
        "“log_probability” is compared too where it is there."
    )
    st.caption(
        "Answers: one row a picture with “picture”, “right” and “wrong”, or one row an answer with “picture” and "
        "“right” (1 or 0). Pictures are found by their path or their file name. Both files stay in this session."
    )
    if ranking is None or answers is None:
        return
    try:
        found = _found(ranking, answers)
    except ResponsesError as error:
        notice("error", str(error))
        return
    if isinstance(found, CannotJudge):
        notice("caution", found.sentence)
    else:
        _draw(found)


def _found(ranking: UploadedFile, answers: UploadedFile) -> ErrorAgreement | CannotJudge:
    """Return what the two files say together, computed once."""
    return remembered(
        "human errors",
        (ranking.file_id, answers.file_id),
        lambda: error_agreement(read_ranked_pictures(ranking.getvalue()), read_human_errors(answers.getvalue())),
    )


def _draw(found: ErrorAgreement) -> None:
    st.markdown(f"**{plain(found.sentence)}**")
    for caution in found.cautions:
        notice("caution", caution)
    for measured in found.measured:
        st.markdown(_figures(measured))
    st.caption(
        f"{counted(len(found.pictures), 'picture')}, {counted(int(found.answers.sum()), 'answer')}, mean error "
        f"{found.mean_error:.1%}. "
        "ρ is over pictures, from −1 (people err where the guide's number is low) to 1, with its 95% bootstrap "
        "interval; the AUC is over answers (logistic regression, ten held-out parts), 0.5 by chance."
    )
    show(errors_figure(found), key="errors")
    for sentence in found.notes:
        st.caption(plain(sentence))
    with st.expander("Every picture"):
        st.dataframe(_pictures(found), hide_index=True, alt="Every picture with its errors")


def _figures(found: MeasuredAgreement) -> str:
    """Return the figures of one measure of the guide, as a line that wraps where a table would be cut off."""
    rho = found.rho
    said = f"Spearman's ρ {rho.value:.3f} (95% {rho.low:.3f} to {rho.high:.3f}), AUC {found.auc:.3f}"
    return f"- The guide's **{plain(found.measure)}**: {said.replace('-', '−')}"


def _pictures(found: ErrorAgreement) -> pd.DataFrame:
    """Return a row for each picture, those with most errors first."""
    table = pd.DataFrame(
        {
            "picture": found.pictures,
            "answers": found.answers,
            "errors, %": (100 * found.errors).round(1),
            "logit": found.logits.round(2),
        }
    )
    return table.sort_values("errors, %", ascending=False, kind="stable")
