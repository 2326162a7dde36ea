"""The README.txt of an experiment that runs without this server: how to run it, and what its files hold."""

from __future__ import annotations

from collections.abc import Sequence

from lwise_core.teaching.design.study_terms import StudyTerms

_NAMED = 5  # labels


def readme(title: str, caution: str, labels: Sequence[str], terms: StudyTerms) -> bytes:
    """Return the README of an experiment whose sequences of trials have ``labels``."""
    few = ", ".join(labels[:_NAMED]) + (", …" if len(labels) > _NAMED else "")
    return _README.format(
        title=title,
        underline="=" * len(title),
        caution=caution,
        count=len(labels),
        labels=few,
        terms=_terms(terms),
    ).encode()


def _terms(terms: StudyTerms) -> str:
    """Return what to know of consent, completion and the number of people; empty where the course has none of them."""
    said = []
    if terms.consent or terms.instructions:
        said.append(_READ)
    if terms.completion_code or terms.completion_link:
        said.append(_COMPLETION)
    if terms.target:
        said.append(_TARGET.format(target=terms.target))
    return "".join(said) and f"The study\n---------\n{''.join(said)}\n"


_READ = """Before the first trial the page shows the instructions and the consent of the course, and nobody goes on who
does not agree. Whoever has answers in this tab has agreed.
"""
_COMPLETION = """After the last trial it shows the completion code and a button to the completion link. Under JATOS that
button, or "Go on" where there is a code only, ends the component once the rows are submitted.
"""
_TARGET = """The study is meant for {target} people. Files count nobody: set that number where people are found (the
places of a study on Prolific, the batch in JATOS) and give each of them a sequence of their own.
"""

_README = """{title}
{underline}

{caution}

To run it
---------
Unpack the zip and serve the folder as files, over http or https; opening index.html from the disk does not work,
because browsers then refuse to load modules. To try it on your own machine:

    python3 -m http.server 8000

and open http://localhost:8000/. It needs nothing from any other server and has no inline script, so a strict
Content-Security-Policy such as "default-src 'self'; img-src 'self' data:" fits.

There are {count} sequences of trials ({labels}). index.html?participant=LABEL, or a number from 1, chooses one; without
it one is drawn by lot. What was chosen is the column "participant" of the answers, and the address's query is kept in
"query_string", so identifiers of a recruiting service may be added to it.

{terms}Answers
-------
A tab keeps its answers until it is closed; reloading it goes on where it was. At the end the page offers them as CSV
and as JSON, and says what was done. Nothing is sent anywhere, unless the page runs under JATOS: then the rows are
submitted as the component's result (JSON). For JATOS, make a study, put these files into its assets folder and give a
component index.html.

The columns are those of the published L-WISE sessions, then what was measured besides: frames_asked, frames_shown and
frames_dropped count frames of the screen, onset_ms and choices_ms are when picture and choices were drawn, by the
page's own clock. i_choice is -1 and choice empty when time ran out. "left" is 1 when the window was hidden or lost the
focus during the trial. Where two pictures stand side by side, the columns from "foil" to "side" say what stood beside
the right one and where that stood, and i_choice is 0 for the left one; "sureness" is 1 to 4 where it was asked. Times
say what the browser prepared, not what a photodiode would see.

Files
-----
index.html, start.js   the page
runner/, shared/       shows the trials
jatos.js               empty; JATOS puts its own in its place
trials.json            every participant's trials. It holds the right answers: do not give its address to participants.
trialsets.csv          the same sequences for the paper's own tool (trialset_id is the participant); of two pictures it
                       has the right one
stimuli/               the pictures, each named by the SHA-256 of its content
"""
