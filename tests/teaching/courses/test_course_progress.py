"""How far the making of a course is: pictures are counted one by one, and work by what it takes."""

from lwise_core.scheduler import Effort
from lwise_core.teaching.courses.course_progress import Tally, effort_of


def test_what_was_made_before_costs_nothing_and_is_left_no_more() -> None:
    tally = Tally(total=3, effort=90)
    assert effort_of(tally.progress()) == Effort(0, 90)
    tally.made(effort=40, before=True)
    assert effort_of(tally.progress()) == Effort(0, 50)
    tally.made(effort=40, before=False)
    assert effort_of(tally.progress()) == Effort(40, 10)
    tally.leave_out("It cannot be read.", effort=10)
    end = tally.progress()
    assert (end.done, end.total, end.left_out, effort_of(end)) == (3, 3, ("It cannot be read.",), Effort(40, 0))
