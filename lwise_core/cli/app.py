"""The shell: its verbs, and how it ends.

Errors are one line on standard error and exit code 2; docs/exit-codes.md has every code of every verb.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

import lwise_core
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import DISK_FULL
from lwise_core.cli.batch import enhance_set_command, inspect_set_command, score_set_command
from lwise_core.cli.calibrate import calibrate_command, calibrations_command, uncalibrate_command
from lwise_core.cli.correlate import correlate_command
from lwise_core.cli.course import course_app
from lwise_core.cli.data import data_app
from lwise_core.cli.enhance import enhance_command
from lwise_core.cli.guides import download_command, models_command
from lwise_core.cli.inspect import inspect_command
from lwise_core.cli.inspect_pair import inspect_pair_command
from lwise_core.cli.options import StoppedByHand, help_without_verb
from lwise_core.cli.phantom import phantom_command
from lwise_core.cli.rehearse import rehearse_command
from lwise_core.cli.score import score_command
from lwise_core.cli.train import train_command
from lwise_core.cli.tune import tune_command
from lwise_core.guides.checkpoint_error import CheckpointError

STOPPED = 130
"""The code of a command that was stopped by hand: 128 and the number of the signal."""

_PROGRAMS_WORDS = (
    (re.compile(r"Input should be a valid integer\b.*"), "it must be a whole number."),
    (re.compile(r"Input should be a valid number\b.*"), "it must be a number."),
    (re.compile(r"Input should be (.*)"), r"it must be \1."),
    (re.compile(r"Value error, "), ""),
)

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Score how hard photographs are for people, and enhance them, with a robust guide model. Not for diagnosis.",
)


app.command("score")(score_command)
app.command("enhance")(enhance_command)
app.command("inspect")(inspect_command)
app.command("inspect-pair")(inspect_pair_command)
app.command("score-set")(score_set_command)
app.command("enhance-set")(enhance_set_command)
app.command("inspect-set")(inspect_set_command)
app.command("correlate")(correlate_command)
app.command("models")(models_command)
app.command("download")(download_command)
app.command("train")(train_command)
app.command("tune")(tune_command)
app.command("calibrate")(calibrate_command)
app.command("calibrations")(calibrations_command)
app.command("uncalibrate")(uncalibrate_command)
app.command("phantom")(phantom_command)
app.add_typer(course_app, name="course")
app.add_typer(data_app, name="data")
app.command("rehearse")(rehearse_command)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Score how hard photographs are for people, and enhance them, with a robust guide model. Not for diagnosis."""
    if version:
        typer.echo(f"L-WISE Studio {lwise_core.__version__}")
        raise typer.Exit
    help_without_verb(context)


def main() -> NoReturn:
    """Run the command line: one line and exit code 2 for everything that was asked wrongly.

    A mistake in the code keeps its trace, and ends with code 1.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name of any bytes, on a terminal of any encoding
        sys.stdout.reconfigure(errors="backslashreplace")
    _one_line_errors(lambda: app(prog_name=_called(), standalone_mode=False))


def _called() -> str:
    """Return how this program was called, for its help: as the installed command, or as a module."""
    return "lwise" if Path(sys.argv[0]).stem == "lwise" else "python -m lwise_core"


def _one_line_errors(run: Callable[[], object]) -> NoReturn:
    try:
        result = run()
    except TyperException as error:
        _fail(_plain(error.format_message()))
    except CheckpointError as error:
        _fail(str(error), program=error.conversion)
    except LWiseError as error:
        _fail(str(error), code=STOPPED if isinstance(error, StoppedByHand) else 2)
    except BrokenPipeError:  # whoever read the output has read enough, such as `head`
        _give_up_output()
        sys.exit(1)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _give_up_output()
        _fail("The output cannot be written, as there is no room left where it goes; make room and try again.")
    if result == STOPPED:  # as Typer ends where nothing has caught it
        _fail("Stopped before the end; repeat the command.", code=STOPPED)
    sys.exit(result if isinstance(result, int) else 0)


def _give_up_output() -> None:
    """Let what was not written yet go nowhere: it would fail again as the program ends."""
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(message: str) -> str:
    """Return what is said of a wrong option without the words that programs have for kinds of values."""
    for pattern, words in _PROGRAMS_WORDS:
        message = pattern.sub(words, message)
    return message


def _fail(sentence: str, *, program: str = "", code: int = 2) -> NoReturn:
    typer.echo(f"Error: {' '.join(sentence.split())}", err=True)
    if program:
        typer.echo(f"\n{program}", err=True)
    sys.exit(code)
