"""What teaching was worth, as the paper reports it: the gain above chance, and the time that training took.

The gain is how much further above chance a group's test accuracy is than control's, as a share of control's own margin
(L-WISE, make_figs.ipynb ``print_main_stats``; method notes 8.1). A margin that may be nothing cannot be divided by, so
where control's interval includes chance there is no gain, but a sentence. Intervals are bootstraps over people, 95%.
"""

from __future__ import annotations

import numpy as np

from lwise_core._utils.arrays import Values
from lwise_core.study.estimates import CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses

_MSEC_PER_MINUTE = 60_000.0


def margin_gain(accuracy: float, control: float, *, chance: float) -> float:
    """Return (accuracy − control)/(control − chance), all shares.

    Raises:
        ValueError: Control is not above chance.
    """
    if control <= chance:
        raise ValueError("The gain is a share of control's margin above chance, and control is not above chance.")
    return (accuracy - control) / (control - chance)


def gain(accuracy: float, control: Estimate | CannotJudge, *, chance: float) -> float | CannotJudge:
    """Return the gain above chance, or why there is none.

    Args:
        accuracy: The group's mean test accuracy, a share.
        control: Control's, with its interval.
        chance: What guessing gets, a share.
    """
    if isinstance(control, CannotJudge):
        return CannotJudge(f"The gain cannot be judged without an interval of control's accuracy. {control.sentence}")
    if control.low <= chance:
        return CannotJudge(
            f"The gain above chance cannot be judged: control's accuracy, {control.value:.0%} (95% interval "
            f"{control.low:.0%} to {control.high:.0%}), may be no better than guessing ({chance:.0%})."
        )
    return margin_gain(accuracy, control.value, chance=chance)


def gain_between(accuracies: Values, controls: Values, *, chance: float, seed: int = 0) -> Estimate | CannotJudge:
    """Return the gain above chance with its interval, from the test accuracies of the people of two groups.

    Args:
        accuracies: ``(N,)`` shares, one a person of the group.
        controls: ``(M,)`` of control.
        chance: What guessing gets, a share.
        seed: Of the bootstrap.
    """
    if not len(accuracies):
        return CannotJudge("The gain above chance cannot be judged: nobody of the group has been tested.")
    control = estimated(np.mean, controls, seed=seed)
    value = gain(float(accuracies.mean()), control, chance=chance)
    if isinstance(value, CannotJudge):
        return value

    def ratio(a: Values, c: Values, axis: int) -> Values:
        margin = c.mean(axis=axis) - chance
        # Less than one draw in forty comes near 0, beyond the interval's ends; it must not divide by it.
        gains: Values = (a.mean(axis=axis) - c.mean(axis=axis)) / np.maximum(margin, 1e-9)
        return gains

    return estimated(ratio, accuracies, controls, seed=seed)


def training_minutes(responses: Responses, group: str) -> Values:
    """Return how long training took each person of a group, ``(N,)`` minutes: the time of the last answer in it.

    People who did not reach the test are left out, because leaving early is not being quick; so are those whose times
    were not recorded.
    """
    tested = set(responses.tests["participant"])
    training = responses.training
    mine = training[(training["group"] == group) & training["participant"].isin(tested)]
    last = mine.groupby("participant")["rel_timestamp_response"].max().dropna()
    minutes: Values = last.to_numpy(dtype=np.float64) / _MSEC_PER_MINUTE
    return minutes


def time_saving(responses: Responses, *, group: str, control: str, seed: int = 0) -> Estimate | CannotJudge:
    """Return the share of control's mean training time that a group saved, with its interval."""
    minutes, controls = training_minutes(responses, group), training_minutes(responses, control)
    for name, times in ((group, minutes), (control, controls)):
        if not len(times):
            return CannotJudge(f"The time saved cannot be judged: {_why_no_times(responses, name)}.")
    if controls.min() <= 0:
        return CannotJudge(f"The time saved cannot be judged: a training of the group “{control}” took no time.")

    def saved(m: Values, c: Values, axis: int) -> Values:
        shares: Values = 1 - m.mean(axis=axis) / c.mean(axis=axis)
        return shares

    return estimated(saved, minutes, controls, seed=seed)


def _why_no_times(responses: Responses, group: str) -> str:
    """Return why no training of a group has a time: nobody is in it, nobody finished it, or no time was recorded."""
    if group not in responses.groups:
        return f"nobody of the group “{group}” has answered"
    if not (responses.tests["group"] == group).any():
        return f"nobody of the group “{group}” has reached the test"
    return f"no times of answers in training are recorded of those of the group “{group}” who reached the test"
