"""What came out of a course: learning curves, the test by people, and who answered what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lwise_core._utils.counting import counted
from lwise_core.study.accuracy import LearnerScore, accuracies, group_scores, learner_scores, learning_curves, pictures
from lwise_core.study.agreement import agreement
from lwise_core.study.chance import chance_by_block, chance_of
from lwise_core.study.comparisons import BY_TRIAL_SENTENCE, Comparison, Difference, primary, trial_tests
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.from_records import responses_in
from lwise_core.study.gains import gain_between, time_saving
from lwise_core.study.mixed_model import mixed_model
from lwise_core.study.pair_accuracy import spot_trials
from lwise_core.study.power import Spread, effect_found, people_needed, sentence
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import MAX_RESPONSES_BYTES, as_csv, as_jspsych, read_csv
from lwise_core.study.responses import Responses
from lwise_core.study.within_subject import accuracy_by_budget
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.records.store import RecordsError
from lwise_core.teaching.records.values import KnownCourse
from lwise_core.teaching.server import CourseServer
from pages.parts.courses.block_words import titles_of
from pages.parts.courses.confusions_panel import confusions_panel
from pages.parts.courses.factorial_panel import factorial_panel
from pages.parts.courses.human_errors_panel import human_errors_panel
from pages.parts.courses.later_tests_panel import later_tests_panel
from pages.parts.courses.learners_line import learners_line
from pages.parts.courses.pair_results import pair_results
from pages.parts.courses.plateau_panel import plateau_panel
from pages.parts.courses.results_plots import accuracies_figure, curves_figure, difficulty_figure
from pages.parts.courses.running_panel import running_panel
from pages.parts.courses.sureness_panel import sureness_panel
from pages.parts.session.access import teachers_only
from pages.parts.session.course_server import course_server
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show
from pages.parts.ui.upload_limit import megabytes

_TABS = ("What came out", "People", "Planning", "With a guide")  # all four in sight at 390 px
_FILE = "A file of answers (the official CSV)"


def main() -> None:
    """Draw the page."""
    st.title("Results")
    teachers_only()
    found, people, planning, beside = st.tabs(_TABS)
    with planning:
        _planning()
    with beside:
        human_errors_panel()
    try:
        here = course_server()
        courses = {c.digest: c for c in here.records.courses()}
        with people:  # first: where nobody has answered yet, it says who has begun
            _people(here, courses)
        with found:
            answers = _chosen(here, courses)
            if answers is not None:
                _results(answers)
                if answers.course is not None:
                    factorial_panel(answers.responses, answers.course)
                    plateau_panel(answers.responses, answers.course)
                    later_tests_panel(here, answers.course)
    except (RecordsError, ResponsesError) as error:
        with found:
            notice("caution", str(error))


@dataclass(frozen=True)
class _Answers:
    """What was answered, of so many classes: more, perhaps, than were met so far; in ``course``, or in a file."""

    responses: Responses
    classes: int
    course: Course | None = None


def _why_no_test(answers: _Answers) -> str:
    """Return why there is nothing of a test: there is none, or nobody has reached it."""
    if answers.course is None:
        return "These answers hold no test."
    has_one = bool(answers.course.design.schedule.tests)
    return "Nobody has reached the test of this course yet." if has_one else "This course has no test."


def _chosen(here: CourseServer, courses: dict[str, KnownCourse]) -> _Answers | None:
    """Let the person choose a course or a file, and return its answers."""
    choice = st.selectbox(
        "Answers of",
        [*courses, _FILE],
        format_func=lambda d: courses[d].name if d in courses else d,
        key="answers-of",
        bind="query-params",
    )
    if choice == _FILE:
        upload = _upload()
        st.caption(
            "The layout of the paper's published data, or what JATOS and jsPsych export. What the file lacks is said; "
            "it stays on this server."
        )
        if upload is None:
            return None
        responses = read_csv(upload.getvalue())
        for sentence in responses.notes:
            notice("info", sentence)
        return _Answers(responses, len(responses.classes))
    course = here.library.courses().get(choice)
    if course is None:
        notice("caution", "The folder of this course is gone, so its answers cannot be read beside it; put it back.")
        return None
    responses = responses_in(here.records, course)
    _downloads(responses, course)
    return _Answers(responses, len(course.classes), course)


def _upload() -> UploadedFile | None:
    return st.file_uploader(
        "CSV or JSON, one row a trial",
        type=["csv", "json", "jsonl", "txt", "tsv", "zip", "jrzip"],
        max_upload_size=megabytes(MAX_RESPONSES_BYTES),
    )


def _downloads(responses: Responses, course: Course) -> None:
    columns = st.columns(2)
    stem = f"answers-{course.digest[:8]}"
    columns[0].download_button("Answers as CSV", as_csv(responses), f"{stem}.csv", "text/csv", width="stretch")
    columns[1].download_button(
        "Answers as jsPsych's JSON", as_jspsych(responses), f"{stem}.json", "application/json", width="stretch"
    )


def _results(answers: _Answers) -> None:
    """Draw everything that a study found."""
    responses, classes = answers.responses, answers.classes
    chance = chance_of(responses.trials, classes=classes)
    if responses.simulated:
        notice(
            "caution", "These are simulated learners, not people: they rehearse an experiment and show nothing more."
        )
    people = len(responses.participants)
    said = counted(people, "person", "people")
    given = counted(len(responses.trials), "answer")
    st.caption(f"{said}, {given}. Chance is {chance:.0%}. Intervals need two people a group.")
    learners_line(responses, chance=chance)
    st.subheader("How they learned")
    by_block = chance_by_block(responses.scored, classes=classes)
    titles = titles_of(answers.course.design.schedule) if answers.course else {}
    show(curves_figure(learning_curves(responses), chance=by_block, titles=titles), key="curves")
    _by_budget(responses)
    pair_results(responses)
    if responses.tests.empty:
        st.caption(_why_no_test(answers))
        return
    st.subheader("The test")
    chance = chance_of(responses.tests, classes=classes)
    show(accuracies_figure(accuracies(responses), chance=chance), key="accuracies")
    _main_test(responses)
    _gains(responses, chance=chance)
    _by_picture(responses)
    sureness_panel(responses)
    with st.expander("Other looks at the same answers"):
        _sensitivity(responses)
        confusions_panel(responses)


def _by_budget(responses: Responses) -> None:
    """Draw the comparison within each learner, where the course was made for one and nothing below has it by ε."""
    if Group.WITHIN not in responses.groups or not spot_trials(responses).empty:
        return
    budgets = accuracy_by_budget(responses)
    st.subheader("Each person at every strength of enhancement")
    for b in budgets:
        right = plain(_percent(b.accuracy))
        compared = b.epsilon_224 and isinstance(b.gain, Estimate)
        better = f"; {plain(_percent(b.gain, sign='+'))} to their own on natural pictures" if compared else ""
        st.markdown(f"- **ε₂₂₄ = {b.epsilon_224:g}** ({counted(b.people, 'person', 'people')}): {right}{better}")


def _percent(found: Estimate | CannotJudge, *, sign: str = "") -> str:
    if isinstance(found, CannotJudge):
        return found.sentence
    return f"{found.value:{sign}.0%} (95% {found.low:{sign}.0%} to {found.high:{sign}.0%})"


def _main_test(responses: Responses) -> None:
    """Draw the permutation test by people, first of everybody, then of those who attended."""
    result = primary(responses)
    if not result.everybody:
        st.caption(
            "The answers are of one group only, so nothing is compared."
            if len(responses.groups) == 1
            else "Nobody of the group “control” has answered, so no group is compared with it."
        )
        return
    st.markdown(f"**Each group against control.** {_method(result.everybody)}")
    _comparisons(result.everybody)
    st.caption("Everybody who was tested counts, in the group that they were put into.")
    if isinstance(result.attentive, CannotJudge):
        st.caption(plain(result.attentive.sentence))
    elif result.inattentive:
        st.markdown(f"**Without {len(result.inattentive)} who missed calibration trials** (fewer than 90% right)")
        _comparisons(result.attentive)
    else:
        st.caption("Nobody missed so many calibration trials that they would be left out.")


def _method(comparisons: tuple[Comparison, ...]) -> str:
    """Return how p was found, as far as there is one; it is adjusted only where several groups were compared."""
    judged = sum(isinstance(c.result, Difference) for c in comparisons)
    if not judged:
        return ""
    adjusted = "; p is adjusted for the number of groups (Holm)" if judged > 1 else ""
    return f"People are permuted{adjusted}."


def _comparisons(comparisons: tuple[Comparison, ...]) -> None:
    for c in comparisons:
        people = counted(c.people, "person", "people")
        st.markdown(f"- **{plain(c.group)}** ({people}, control {c.controls}): {plain(_difference(c))}")


def _difference(comparison: Comparison) -> str:
    found = comparison.result
    if not isinstance(found, Difference):
        return found.sentence
    interval = (
        f" (95% {_points(found.interval.low)} to {_points(found.interval.high)})"
        if isinstance(found.interval, Estimate)
        else ""
    )
    p = "p < 0.001" if found.p_holm < 0.001 else f"p = {found.p_holm:.3f}"
    return f"{_points(found.difference)} points{interval}, {p}{' (all permutations)' if found.exact else ''}."


def _gains(responses: Responses, *, chance: float) -> None:
    """Draw the paper's two figures, gain above chance and training time, where there is a control to compare with."""
    if Group.CONTROL not in responses.groups:
        return
    control = group_scores(responses, Group.CONTROL)
    for group in (g for g in responses.groups if g != Group.CONTROL):
        gain = gain_between(group_scores(responses, group), control, chance=chance)
        saved = time_saving(responses, group=group, control=Group.CONTROL)
        st.markdown(
            f"**{plain(group)}.** Gain above chance: {plain(_share(gain))} Training time saved: {plain(_share(saved))}"
        )
    if len(responses.groups) > 1:
        st.caption("Gain: how much further above chance than control, as the paper reports it (there +33% to +73%).")


def _share(found: Estimate | CannotJudge) -> str:
    return found.sentence if isinstance(found, CannotJudge) else _percent(found, sign="+") + "."


def _by_picture(responses: Responses) -> None:
    """Draw human error against difficulty, and the table of pictures."""
    found = pictures(responses)
    if not found:
        return
    st.subheader("Which pictures were hard")
    tests = responses.tests.dropna(subset=["difficulty"])
    difficulty = dict(zip(tests["picture"], tests["difficulty"], strict=True))
    if difficulty:
        show(difficulty_figure(found, difficulty), key="difficulty")
        told = agreement(responses, groups=responses.groups)
        if isinstance(told, CannotJudge):
            st.caption(plain(told.sentence))
        else:
            rho = told.rank_correlation
            st.caption(
                f"Spearman of difficulty and error {rho.value:.2f} (95% {rho.low:.2f} to {rho.high:.2f}) over "
                f"{counted(told.pictures, 'picture')}; the paper's AUC by trial {told.auc:.2f} (0.5 is chance)."
            )
    with st.expander(counted(len(found), "picture")):
        rows = [
            {
                "picture": p.picture,
                "class": p.class_name,
                "answers": p.trials,
                "right, %": round(100 * p.accuracy),
                "mean time, s": None if p.reaction_msec is None else round(p.reaction_msec / 1000, 2),
            }
            for p in found
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Right answers and times by picture")


def _sensitivity(responses: Responses) -> None:
    compared = Group.CONTROL in responses.groups and len(responses.groups) > 1
    if compared and st.button("Fit the mixed model", help="It may take half a minute."):
        found = mixed_model(responses)
        if isinstance(found, CannotJudge):
            notice("caution", found.sentence)
        else:
            for effect in found.effects:
                e = effect.log_odds
                st.markdown(f"- {plain(effect.group)}: {e.value:+.2f} log-odds (95% {e.low:+.2f} to {e.high:+.2f})")
            st.caption("Logistic mixed model with people and pictures crossed, fitted by a variational approximation.")
    tests = trial_tests(responses)
    if tests:
        st.markdown("**The paper's chi-square test by trial.** " + plain(BY_TRIAL_SENTENCE))
    for test in tests:
        if isinstance(test, CannotJudge):
            st.caption(plain(test.sentence))
        else:
            st.markdown(f"- {plain(test.group)}: χ² = {test.statistic:.1f}, p = {test.p:.3f}")


def _people(here: CourseServer, courses: dict[str, KnownCourse]) -> None:
    """Draw who sits what, their links, and the way to delete somebody."""
    if not courses:
        st.markdown("Nobody has begun a course yet.")
        return
    digest = st.selectbox("Course", list(courses), format_func=lambda d: courses[d].name, key="people-of")
    running_panel(digest)
    sittings, course = here.records.sittings(course=digest), here.library.courses().get(digest)
    scores = _scores(here, course)
    rows = [
        {
            "code": s.participant,
            "group": course.design.name_of(s.slot) if course else str(s.group),
            **_right(scores.get(s.participant)),
            "begun": s.started,
            "finished": s.finished,
            "to go on": f"learn?sitting={s.token}",
        }
        for s in sittings
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Who sits the course, how far, and how many were right")
    st.caption(
        "“Right” is what learners read at the end: circles, triangles and the picture that comes again do not count."
    )
    st.caption("“To go on” is the end of the address at which somebody goes on who has lost the page.")
    with st.form("delete"):
        code = st.text_input("Delete everything about the code")
        if st.form_submit_button("Delete"):
            gone = here.records.delete_participant(course=digest, participant=code.strip())
            notice("done", f"Everything about “{code.strip()}” was deleted: {counted(gone, 'answer')}.")


def _scores(here: CourseServer, course: Course | None) -> Mapping[str, LearnerScore]:
    """Return how many of everybody's answers were right; of nobody where nobody has answered."""
    if course is None:
        return {}
    try:
        return learner_scores(responses_in(here.records, course))
    except ResponsesError:
        return {}


def _right(score: LearnerScore | None) -> dict[str, str]:
    """Return the two cells of a learner's right answers, empty where there was nothing to answer yet."""
    learnt = f"{score.learning_right} of {score.learning}" if score and score.learning else ""
    tested = f"{score.tested_right} of {score.tested}" if score and score.tested else ""
    return {"right while learning": learnt, "right in the test": tested}


def _planning() -> None:
    """Draw how many people a group a study needs."""
    columns = st.columns(4)
    effect = columns[0].number_input("Difference to find, points", 1.0, 50.0, 10.0, 0.5)
    between = columns[1].number_input("SD between people, points", 1.0, 40.0, 13.0, 0.5)
    trials = columns[2].number_input("Test trials a person", 1, 1000, 40)
    groups = columns[3].number_input("Groups", 2, 20, 2)
    spread = Spread(between=between / 100, test_trials=int(trials))
    people = people_needed(effect / 100, spread)
    st.markdown(f"### {people} people a group")
    st.markdown(plain(sentence(people, spread, effect=effect / 100, groups=int(groups))))
    st.caption(
        f"With half as many it finds {100 * effect_found(max(2, people // 2), spread):.0f} points. "
        "Simulated learners rehearse a whole experiment: python -m lwise_core rehearse --help."
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


main()
