"""Designing a course: which pictures, which guide, what each block shows, and which groups of learners there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.data.errors import DatasetError
from lwise_core.enhancement.objectives import OBJECTIVES
from lwise_core.guides.catalog import GuideUnavailable
from lwise_core.guides.guide import GuideModel
from lwise_core.teaching.courses.builder import check_filled
from lwise_core.teaching.courses.course import CourseError, Design
from lwise_core.teaching.courses.edited_pictures import EditedPictures
from lwise_core.teaching.courses.pictures import Pictures
from lwise_core.teaching.courses.treated_pictures import TreatedPictures
from lwise_core.teaching.design.fitting import fitted
from lwise_core.teaching.design.schedules import SCHEDULES, SLOTS, Block, Group, Schedule, ScheduleError, TrialQuestion
from lwise_core.teaching.design.study_terms import StudyTerms, StudyTermsError
from lwise_core.teaching.design.timing import BRIEF, LEARNING, UNHURRIED
from pages.parts.courses.edits_field import edits_field
from pages.parts.courses.factorial_fields import factorial_fields
from pages.parts.courses.pictures_fields import ChosenPictures, chosen_pictures
from pages.parts.courses.schedule_plot import schedule_figure
from pages.parts.courses.terms_fields import terms_fields
from pages.parts.picture.card_link import card_link
from pages.parts.session.guides import guide_that_lacks_fewest, is_unfit, load_guide, ready_for
from pages.parts.session.reader import language_field
from pages.parts.ui.notices import notice
from pages.parts.ui.plots import show

_PAPERS_ALIASES = "Leda, Tyro, Eris, Ajax"
_TIMINGS = {
    "until the answer": LEARNING,
    "for 17 ms, one frame": BRIEF,
    "until the answer, for at most 2 min": UNHURRIED,
    "for 200 ms": replace(BRIEF, stimulus_ms=200.0),
}
_COLUMNS = {
    "name": st.column_config.TextColumn("Block", required=True),
    "fraction": st.column_config.NumberColumn("Easiest, %", min_value=1, max_value=100, required=True),
    "epsilon_224": st.column_config.NumberColumn("ε₂₂₄", min_value=0.0, format="%g", required=True),
    "mixed": st.column_config.TextColumn(
        "or several ε₂₂₄", help="Compared within each learner, with commas: 0, 5, 10."
    ),
    "feedback": st.column_config.CheckboxColumn("Feedback"),
    "per_class": st.column_config.NumberColumn("Pictures a class", min_value=1, step=1, required=True),
    "calibration": st.column_config.NumberColumn("Calibration", min_value=0, max_value=2, step=2, required=True),
    "repeats": st.column_config.NumberColumn("Repeats", min_value=0, step=1, required=True),
    "split": st.column_config.TextColumn("Split", required=True),
    "question": st.column_config.SelectboxColumn(
        "Asks", options=[str(q) for q in TrialQuestion], required=True, help="Of one picture, or of two side by side."
    ),
    "catch": st.column_config.NumberColumn(
        "Catch",
        min_value=0,
        step=1,
        required=True,
        help="Catch trials of every class, where two of one original stand.",
    ),
}
_ONE, _TWO = "one picture", "two pictures side by side"

FIRST = "pictures and a guide, under “Pictures and guide”"
"""What the other parts of the form wait for."""


@dataclass(frozen=True)
class CourseOrder:
    """A course that can be made: its design, its guide, its classes and its pictures."""

    design: Design
    guide: GuideModel
    classes: tuple[str, ...]
    pictures: Pictures
    edits: EditedPictures | None = None


def course_form() -> CourseOrder | None:
    """Draw the form and return the course that it describes; None where something is lacking, which is said."""
    pictures, texts, blocks, learners = st.tabs(
        ["Pictures and guide", "Texts", "Study design: blocks", "Study design: groups"]
    )
    with texts:  # drawn first: what was written must stay where something else cannot be
        terms = terms_fields()
    blocks_wait, learners_wait = blocks.empty(), learners.empty()
    blocks_wait.caption(f"First choose {FIRST}.")
    learners_wait.caption(f"First choose {FIRST}, and fill in the blocks.")
    try:
        with pictures:
            chosen = chosen_pictures()
            guide = _guide(chosen) if chosen else None
        if chosen is None or guide is None:
            return None
        blocks_wait.empty()
        with blocks:
            schedule, shortened = _schedule(chosen, guide)
        learners_wait.empty()
        with learners:
            design = _design(schedule, chosen.classes, terms)
            edits = edits_field(design)
        listed = list(chosen.pictures.listed())
        check_filled(design, listed)
        TreatedPictures(design, edits).check((c.name, c.split) for c in listed)
        if shortened:
            notice("info", shortened)
        return CourseOrder(design, guide, chosen.classes, chosen.pictures, edits)
    except (ScheduleError, CourseError, StudyTermsError, DatasetError, GuideUnavailable) as error:
        notice("caution", str(error))
        return None


def _guide(chosen: ChosenPictures) -> GuideModel | None:
    """Ask which guide ranks and enhances, among those that know every class."""
    names = ready_for(chosen.classes)
    if not names:
        _say_which_are_unknown(chosen)
        return None
    guide = load_guide(
        st.selectbox(
            "Guide model that ranks and enhances",
            names,
            format_func=lambda name: f"{name} (unfit to guide)" if is_unfit(name) else name,
        )
    )
    card_link(guide.name)
    for caution in guide.cautions:
        notice("caution", caution)
    return guide


def _say_which_are_unknown(chosen: ChosenPictures) -> None:
    """Say which of the classes the guide that comes nearest does not know, and what can be done."""
    counts = Counter(candidate.class_name for candidate in chosen.pictures.listed())
    found = guide_that_lacks_fewest(chosen.classes)
    lacking = chosen.classes if found is None else found[1]
    named = ", ".join(f"“{name}” ({counted(counts[name], 'picture')})" for name in lacking)
    begins = f"No guide knows any of these classes: {named}."
    if found is not None:
        begins = f"No guide knows all of these classes. {found[0]} comes nearest and does not know {named}."
    notice(
        "caution",
        f"{begins} Leave out what it does not know, call the folders as a guide calls its classes, or tune a guide to "
        "them on Models.",
    )


def _schedule(chosen: ChosenPictures, guide: GuideModel) -> tuple[Schedule, str]:
    """Draw the schedule as a table to edit, and as curves; return it, and how it was shortened, if it was."""
    preset = st.segmented_control(
        "Schedule",
        list(SCHEDULES),
        default="moths",
        required=True,
        help="The paper's, and that of the study in which clinicians find the wrongly enhanced one of two pictures.",
    )
    base = SCHEDULES[preset].with_splits(training=chosen.training, tests=chosen.tests, repeats=chosen.training)
    shown = st.segmented_control(
        "A trial shows",
        [_ONE, _TWO],
        default=_ONE,
        required=True,
        help="Of two pictures, one is of the class that is asked for and one of a class like it. Chance is 50%.",
    )
    if shown == _TWO:
        base = base.in_pairs()
    base, shortened = _shortened(base, chosen)
    sizes = "-".join(f"{b.name}-{b.per_class}" for b in base.blocks) if shortened else ""
    key = f"blocks-{preset}-{shown}-{chosen.training}-{chosen.tests}{sizes}"
    table = st.data_editor(
        _table(base),
        key=key,
        column_config=_COLUMNS,
        hide_index=True,
        num_rows="dynamic",
        width="stretch",
        alt="Blocks of the schedule, one a row, which can be edited",
    )
    schedule = replace(base, name=preset, blocks=_blocks(table))
    show(schedule_figure(schedule.blocks), key="schedule")
    scale, trials = guide.epsilon_scale, schedule.trials(len(chosen.classes))
    most = max(schedule.epsilons_224, default=0.0)
    st.caption(
        f"{trials} trials a learner. ε₂₂₄ is the L2 norm of the change at 224 px; this guide sees "
        f"{scale.input_size} px, where equal RMS is ε₂₂₄ × {scale.input_size}/224: the strongest block has "
        f"ε = {scale.from_224(most):.3g}, {scale.grey_levels(scale.from_224(most)):.1f} grey levels RMS. "
        "“Easiest” ranks the pictures of each class by the guide's ground-truth logit."
    )
    return schedule, shortened


def _shortened(wanted: Schedule, chosen: ChosenPictures) -> tuple[Schedule, str]:
    """Return the schedule at first, as long as these pictures fill, and a sentence where that is not the whole one."""
    counts = Counter((c.split, c.class_name) for c in chosen.pictures.listed())
    fewest = {split: min(counts[split, name] for name in chosen.classes) for split, _ in counts}
    found = fitted(wanted, fewest, SLOTS[wanted.name], as_published=False)
    if found is None or found is wanted:
        return wanted, ""
    learning, testing = len(found.blocks) - len(found.tests), len(found.tests)
    return found, (
        f"The schedule is shortened to what there is: {counted(learning, 'block')} to learn from and "
        f"{counted(testing, 'test')}, {found.scored(1)} pictures of each class for a learner; the whole one shows "
        f"{wanted.scored(1)}. With more photographs it is longer; “Study design: blocks” has every block."
    )


def _table(schedule: Schedule) -> pd.DataFrame:
    rows = [
        {c: getattr(b, c) for c in _COLUMNS}
        | {"fraction": 100 * b.fraction, "question": str(b.question), "mixed": ", ".join(f"{e:g}" for e in b.mixed)}
        for b in schedule.blocks
    ]
    return pd.DataFrame(rows)


def _blocks(table: pd.DataFrame) -> tuple[Block, ...]:
    """Return the blocks of an edited table.

    Raises:
        ScheduleError: A cell is empty, or a block cannot be.
    """
    if table.drop(columns=["feedback", "mixed"]).isna().to_numpy().any():
        raise ScheduleError("Fill every cell of the table of blocks, or remove the row.")
    return tuple(
        Block(
            name=str(row["name"]).strip(),
            fraction=float(row["fraction"]) / 100,
            epsilon_224=float(row["epsilon_224"]),
            feedback=bool(row["feedback"]) and not pd.isna(row["feedback"]),
            per_class=int(row["per_class"]),
            calibration=int(row["calibration"]),
            repeats=int(row["repeats"]),
            split=str(row["split"]).strip(),
            mixed=_budgets(row["mixed"]),
            question=TrialQuestion(row["question"]),
            catch=int(row["catch"]),
        )
        for row in table.to_dict("records")
    )


def _budgets(cell: object) -> tuple[float, ...]:
    """Return the budgets that a cell lists.

    Raises:
        ScheduleError: Something in it is not a number.
    """
    words = [w.strip() for w in cell.split(",") if w.strip()] if isinstance(cell, str) else []
    try:
        return tuple(float(w) for w in words)
    except ValueError as error:
        raise ScheduleError(f"“{cell}” is not a list of budgets; write 0, 5, 10.") from error


def _design(schedule: Schedule, classes: tuple[str, ...], terms: Callable[[], StudyTerms]) -> Design:
    harm = st.toggle(
        "Research on harm: allow pictures that are enhanced towards wrong classes, to teach a group or to be found out",
        help="Who learns from them learns what is false. Only for a study that was approved, and never for teaching.",
    )
    groups = [g for g in Group if g is not Group.PRACTICE and (harm or g is not Group.WRONG_CLASS)]
    slots = st.multiselect(
        "Groups, in the order in which learners are assigned to them",
        groups,
        default=list(dict.fromkeys(SLOTS[schedule.name])),
        format_func=str,
        help="Yoked learners are shown what an adaptive one was shown, whatever they answer.",
    )
    twice = Group.CONTROL in slots and st.checkbox("Control is twice as large as every other group", value=True)
    further = factorial_fields()
    named = st.text_input(
        "Names that hide the classes, one for each, with commas between; empty: the real names",
        _PAPERS_ALIASES if len(classes) == 4 else "",
    )
    columns = st.columns(3)
    timing = columns[0].selectbox("Each picture is shown", list(_TIMINGS), index=_usual_timing(slots, schedule))
    objective = columns[1].selectbox(
        "Enhancement raises", list(OBJECTIVES), format_func=lambda name: OBJECTIVES[name].raises
    )
    seed = columns[2].number_input("Seed", 0, 10**6, 0, help="The same seed gives every learner the same trials.")
    together = _together()
    examples = _examples()
    language, class_names = _language(classes)
    sureness = st.checkbox("Ask after every answer how sure the learner is, 1 to 4", _spots(schedule))
    name = st.text_input("Name of the course, which learners see", f"Telling {len(classes)} kinds apart")
    cells = further()
    return Design(
        name=name.strip(),
        schedule=schedule,
        slots=((Group.CONTROL,) if twice else ()) + tuple(slots) + (Group.L_WISE,) * len(cells),
        aliases=tuple(a.strip() for a in named.split(",") if a.strip()),
        timing=_TIMINGS[timing],
        objective=objective,
        seed=seed,
        as_published=not together,
        research_on_harm=harm,
        examples=examples,
        language=language,
        class_names=class_names,
        sureness=sureness,
        terms=terms(),
        cells=cells,
    )


def _together() -> bool:
    return st.checkbox(
        "Keep pictures of one origin together (one lesion is never in training and test)",
        value=True,
        help="The published experiment does not. It needs a column lesion_id or origin in the dirmap.",
    )


def _examples() -> int:
    return st.number_input(
        "Examples of every class before the first trial",
        0,
        12,
        0,
        help="Natural pictures with their names, none of a split that a test draws from. The paper shows none.",
    )


def _spots(schedule: Schedule) -> bool:
    return TrialQuestion.SPOT in schedule.questions


def _usual_timing(slots: Sequence[Group], schedule: Schedule) -> int:
    """Return which timing is chosen at first: the paper's, or one without hurry for a study of two versions."""
    usual = UNHURRIED if _spots(schedule) else BRIEF if Group.WITHIN in slots else LEARNING
    return list(_TIMINGS.values()).index(usual)


def _language(classes: tuple[str, ...]) -> tuple[str, Mapping[str, Mapping[str, str]]]:
    """Ask which language learners read, and what the classes are called in it.

    Raises:
        CourseError: There are more or fewer names than classes.
    """
    language = language_field("Language", at_first="", key="course-language", none="each learner's own")
    if not language:
        return "", {}
    said = st.text_input(
        "Names of the classes in that language, with commas between; empty: as they are", placeholder=", ".join(classes)
    )
    names = [name.strip() for name in said.split(",") if name.strip()]
    if names and len(names) != len(classes):
        raise CourseError(f"There are {len(classes)} classes and {len(names)} names for them; match them.")
    return language, {language: dict(zip(classes, names, strict=True))} if names else {}
