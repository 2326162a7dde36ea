"""A preregistration, written from a course: what it shows to whom, and the analysis as this package does it.

Every figure in it is read from the course or from the constants of the analysis, so that the text cannot say something
else than what happens. What no course knows, such as why a difference is expected, is left to its author in brackets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lwise_core.study.accuracy import ATTENTIVE, ATTENTIVE_TO_CATCHES
from lwise_core.study.chance import OF_TWO
from lwise_core.study.comparisons import PERMUTATIONS
from lwise_core.study.estimates import BOOTSTRAPS, FEWEST_PEOPLE
from lwise_core.study.power import ALPHA, BETWEEN_PEOPLE, POWER, Spread, effect_found
from lwise_core.teaching.courses.course import Course, Design
from lwise_core.teaching.design.schedules import Block, Group, Schedule, TrialQuestion
from lwise_core.teaching.design.study_terms import paragraphs
from lwise_core.teaching.design.timing import UNTIL_RESPONSE, Timing
from lwise_core.teaching.records.standing import AT_IT

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")
"""What Markdown would make something else of in the words of a course's author."""


def preregistration_of(course: Course) -> str:
    """Return the preregistration of a study with this course, Markdown in British English.

    Args:
        course: Made, and not yet sat: its digest stands in the text, so that what was sat can be told from it later.
    """
    parts = (
        ("The course", _course(course)),
        ("Hypotheses", _hypotheses(course.design)),
        ("Groups and assignment", _groups(course.design)),
        ("What a participant does", _procedure(course)),
        ("Sample size and stopping", _sample(course)),
        ("Exclusions", _exclusions(course.design.schedule)),
        ("Outcomes", _outcomes(course)),
        ("Analysis", _analysis(course.design)),
        ("Left to the author", (f"- [{gap}]" for gap in _GAPS)),
        ("What participants read", _texts(course.design)),
    )
    written = [f"# Preregistration: {_said(course.design.name)}"]
    for title, lines in parts:
        if body := list(lines):
            written.append(f"## {title}\n\n" + "\n".join(body))
    return "\n\n".join(written) + "\n"


def _said(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _course(course: Course) -> Iterator[str]:
    guide, design = course.manifest.guide, course.design
    pictures = Counter((p.candidate.class_name, p.candidate.split) for p in course.manifest.pictures)
    yield f"- Digest (SHA-256 of its manifest): `{course.digest}`"
    yield f"- Guide that ranks and enhances: {_said(guide.name)}, {guide.input_size} px, SHA-256 `{guide.sha256}`"
    yield f"- What enhancement raises: {_said(design.objective)}"
    yield f"- Classes: {_said(', '.join(course.classes))}"
    counted = "; ".join(f"{n} of {_said(name)} in “{_said(split)}”" for (name, split), n in sorted(pictures.items()))
    yield f"- Pictures: {counted}"
    yield f"- Seed: {design.seed}; trials and names of every participant follow from it, their number and their code"
    together = "may occur in training and in the test" if design.as_published else "are kept together"
    yield f"- Pictures of one origin {together}"


def _hypotheses(design: Design) -> Iterator[str]:
    if TrialQuestion.SPOT in design.schedule.questions:
        yield f"- The wrongly enhanced picture of two is found more or less often than by guessing ({OF_TWO:.0%})."
    for group in _compared(design):
        yield (
            f"- The mean test accuracy of the group “{group}” differs from that of “{Group.CONTROL}” (two-sided). "
            "[Direction expected, and why]"
        )
    if design.cells:
        yield "- The share of the easiest pictures, and ε₂₂₄, each change the mean test accuracy. [Direction, and why]"
    if Group.WITHIN in design.slots:
        yield "- People's accuracy at an ε₂₂₄ above 0 differs from their own on natural pictures. [Direction, and why]"


def _compared(design: Design) -> tuple[str, ...]:
    """Return the groups that are compared with control, none where there is no control or no test."""
    if Group.CONTROL not in design.slots or not design.schedule.tests:
        return ()
    return tuple(name for name in design.group_names if name != Group.CONTROL)


def _places(design: Design) -> Counter[str]:
    """Return group → how many places in the rotation it has."""
    return Counter(map(design.name_of, range(len(design.slots))))


def _groups(design: Design) -> Iterator[str]:
    yield "| group | places in the rotation | what it gets before the tests |"
    yield "|---|---|---|"
    kinds = {design.name_of(place): place for place in range(len(design.slots))}
    for name, count in _places(design).items():
        yield f"| {_said(name)} | {count} of {len(design.slots)} | {_gets(design, kinds[name])} |"
    yield ""
    yield (
        "A newcomer is given the place at which fewest have finished or are at it, of equals the next in turn. Who has "
        f"answered nothing for {AT_IT.total_seconds() / 60:.0f} min and has not finished is taken to have left. "
        "Participants are not told their group before the end."
    )
    if design.aliases:
        yield f"The classes have other names, assigned by participant: {_said(', '.join(design.aliases))}."


def _gets(design: Design, place: int) -> str:
    """Return in words what the group at a place in the rotation gets, from what the code asks of it."""
    group, cell = design.group(place), design.cell(place)
    if cell:
        return f"in every block before the first natural one the {cell.name}"
    if group in _OTHERWISE:
        return _OTHERWISE[group]
    drawn = "the easiest pictures of the share in the table" if group.selects else "pictures of the whole class"
    shown = "enhanced as in the table" if group.enhances else _TREATED.get(group, "as they are")
    order = ", in an order that was shuffled over these blocks" if group.shuffled else ""
    where = "; feedback shows where the class's evidence grew" if group.shows_where else ""
    return f"{drawn}, {shown}{order}{where}"


_TREATED: Mapping[Group, str] = {
    Group.EXPERT: "as an expert edited them in every block with an ε₂₂₄ above 0",
    Group.CLAHE: "after contrast-limited adaptive histogram equalisation in every block with an ε₂₂₄ above 0",
    Group.MSRCR: "after multiscale retinex with colour restoration in every block with an ε₂₂₄ above 0",
    Group.LEVELS: "after automatic levels in every block with an ε₂₂₄ above 0",
}

_OTHERWISE: Mapping[Group, str] = {
    Group.ADAPTIVE: "a level of the table, harder by one after a right answer and easier by four after a wrong one",
    Group.YOKED: "what an adaptive participant was shown, whatever they answer themselves",
    Group.WRONG_CLASS: "pictures of the whole class, enhanced towards a wrong class",
    Group.WITHIN: "every class at every ε₂₂₄ of a block that compares several",
    Group.PRACTICE: "a practice that goes on until every class is known",
}


def _procedure(course: Course) -> Iterator[str]:
    design, classes = course.design, len(course.classes)
    yield "| block | asks | easiest, % | ε₂₂₄ | scored | calibration or catch | repeated | feedback | split |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for b in design.schedule.blocks:
        yield (
            f"| {_said(b.name)} | {b.question} | {100 * b.fraction:g} | {_budgets(b)} | {b.per_class * classes} | "
            f"{b.calibration + b.catch * classes} | {b.repeats} | {'yes' if b.feedback else 'no'} | {_said(b.split)} |"
        )
    yield ""
    yield f"{design.schedule.trials(classes)} trials. {_timing(design.timing)}"
    if design.examples:
        yield f"Before the first trial stand {design.examples} natural examples of every class."
    if design.sureness:
        yield "After every answer participants say how sure they are, 1 (guessed) to 4."


def _budgets(block: Block) -> str:
    return ", ".join(f"{e:g}" for e in block.mixed or (block.epsilon_224,))


def _timing(timing: Timing) -> str:
    stays = "until the answer" if timing.stimulus_ms == UNTIL_RESPONSE else f"for {timing.stimulus_ms:g} ms"
    return (
        f"A picture is shown {stays}; answers count from {timing.lockout_ms:g} ms after the choices are drawn until "
        f"{timing.choice_ms / 1000:g} s, after which time is out, which is wrong."
    )


def _sample(course: Course) -> Iterator[str]:
    design = course.design
    if not design.terms.target:
        yield "- [How many participants, and when recruitment ends; this course sets no number]"
        return
    yield f"- Nobody may begin once {design.terms.target:,} have finished or are at it, in all groups together."
    yield from _power(course)


def _power(course: Course) -> Iterator[str]:
    """Yield what the smallest group can find against control, where groups are compared."""
    design, compared = course.design, _compared(course.design)
    trials = sum(b.per_class for b in design.schedule.tests) * len(course.classes)
    each = design.terms.target // len(design.slots)
    places = _places(design)
    smallest = min((places[g] for g in compared), default=0) * each
    if smallest < FEWEST_PEOPLE:
        return
    spread = Spread(test_trials=trials)
    alpha = ALPHA / len(compared)
    found = effect_found(smallest, spread, alpha=alpha, control_ratio=places[Group.CONTROL] * each / smallest)
    yield (
        f"- With {smallest} people in the smallest group and {places[Group.CONTROL] * each} in “{Group.CONTROL}”, a "
        f"difference of {100 * found:.1f} points is found with a power of {POWER:.0%} (two-sided, α = {ALPHA} divided "
        f"by {len(compared)}, which is on the safe side of Holm; normal approximation), if true accuracies have an SD "
        f"of {100 * BETWEEN_PEOPLE:.0f} points between people around 50% and each has {trials} scored test trials."
    )
    yield "- [Why that SD, and the smallest difference that matters]"


def _exclusions(schedule: Schedule) -> Iterator[str]:
    yield "- The main analysis leaves out nobody who answered a test trial: all count in the group they were put into."
    missed = []
    if any(b.calibration for b in schedule.blocks):
        missed.append(f"fewer than {ATTENTIVE:.0%} of the calibration trials (circle or triangle)")
    if any(b.catch for b in schedule.blocks):
        missed.append(f"fewer than {ATTENTIVE_TO_CATCHES:.0%} of the catch trials")
    if missed:
        yield f"- A second figure leaves out who got right {' or '.join(missed)}."
    yield "- [Other reasons to leave somebody out, decided before looking at their answers]"


def _outcomes(course: Course) -> Iterator[str]:
    schedule = course.design.schedule
    if schedule.tests:
        names = ", ".join(_said(b.name) for b in schedule.tests)
        yield (
            f"- Primary: each person's share of right answers in the scored trials of {names}. Calibration, catch and "
            "repeated trials do not count; no answer in time is wrong."
        )
    asked = schedule.questions
    chance = [f"{1 / len(course.classes):.0%} where a class is named"] if TrialQuestion.NAME in asked else []
    chance += [f"{OF_TWO:.0%} of two pictures"] if asked - {TrialQuestion.NAME} else []
    yield f"- By guessing: {'; '.join(chance)}."
    yield "- Secondary: accuracy by block; time to the last answer of the training; accuracy by picture and difficulty."


def _analysis(design: Design) -> Iterator[str]:
    compared = _compared(design)
    if compared:
        yield (
            f"- Difference of mean test accuracies, each group less “{Group.CONTROL}”: two-sided permutation test by "
            f"people, every division where there are up to {PERMUTATIONS:,}, else so many drawn (seed 0); p adjusted "
            f"by Holm over {len(compared)} {'comparison' if len(compared) == 1 else 'comparisons'}, α = {ALPHA}. "
            f"A group of fewer than {FEWEST_PEOPLE} is not compared."
        )
        yield (
            f"- Intervals: 95% percentile bootstraps, {BOOTSTRAPS:,} draws (seed 0), over people and pictures, crossed."
        )
        yield (
            "- Gain above chance, (group − control)/(control − chance), with a bootstrap over people; it is not given "
            "where control's 95% interval holds chance. Training time saved, as a share of control's, the same way."
        )
        yield "- For replication only: the chi-square test by trial of L-WISE (arXiv 2412.09765); it decides nothing."
        yield "- Sensitivity: a logistic mixed model with people and pictures crossed."
    if design.cells:
        yield (
            f"- Main effects of the share of the easiest pictures and of ε₂₂₄ over the {len(design.cells)} cells: "
            f"people permuted within the levels of the other factor, {PERMUTATIONS:,} draws (seed 0)."
        )
        yield (
            f"- Interaction of the two: residuals of the sum of both permuted, {PERMUTATIONS:,} draws (seed 0), and "
            "Welch's 95% interval of the difference of differences between the cells at the four ends."
        )
    if Group.WITHIN in design.slots:
        yield (
            "- Accuracy at every ε₂₂₄, and each person's difference to their own at 0 where there is one: 95% "
            f"bootstrap over people, {BOOTSTRAPS:,} draws (seed 0)."
        )
    if TrialQuestion.SPOT in design.schedule.questions:
        yield f"- At every ε₂₂₄: t test over people of the share found against {OF_TWO:.0%}, inattentive ones left out."


def _texts(design: Design) -> Iterator[str]:
    for title, text in (("Instructions", design.terms.instructions), ("Consent", design.terms.consent)):
        if text:
            yield f"{title}:\n"
            yield "\n>\n".join("\n".join(f"> {_said(line)}" for line in part) for part in paragraphs(text)) + "\n"


_GAPS: Sequence[str] = (
    "Who takes part, how they are found, and what they are paid",
    "Which ethics board approved the study, and under which number",
    "Whether any answers existed when this was written",
    "What else is analysed, and called exploratory",
)
