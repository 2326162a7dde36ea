"""Whether brief pictures are shown for exactly as many frames as asked, and whether the runner knows when they are not.

    PYTHONPATH=. python -m benchmarks.trial_timing

200 trials each of 17, 50 and 200 ms in a headless Chromium, answered by script. An observer that shares no code with
the runner notes when the picture came and went, by two clocks: the time of the browser's frame (document.timeline) and
the time at which that frame was really prepared (performance.now). A trial is exact when both say as many frames as
asked; the first alone would not do, because a frame that comes late keeps the time at which it was due. In every tenth
trial the page's thread is blocked for 40 ms while the picture is up: such trials have to be flagged.

This is by the page's clock, not by photons: it says for how many frames the browser prepared the picture, and nothing
of what a screen does with them. Headless Chromium has no screen; it draws in software, at 60 frames a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from lwise_core.teaching.design.timing import Timing
from tests.browser.conftest import _FLAGS, _chromium
from tests.browser.test_runner import Course, Shown, begin, serving

DURATIONS_MS = (17.0, 50.0, 200.0)
TRIALS = 200
STALL_EVERY = 10
TIMING = Timing(blank_ms=50, choice_ms=600_000, lockout_ms=0, feedback_correct_ms=0, feedback_wrong_ms=0, between_ms=20)

# Notes when the picture came and went, answers as soon as there are choices, and stalls the thread now and then.
_OBSERVER = """([every]) => {
    const frame = document.querySelector(".runner");
    const seen = [];
    let now = null;
    const onPhase = () => {
        const phase = frame.dataset.phase;
        const time = [document.timeline.currentTime, performance.now()];
        if (phase === "stimulus") {
            now = { on: time, off: null, stalled: seen.length % every === every - 1 };
            seen.push(now);
            if (now.stalled) setTimeout(() => {
                const until = performance.now() + 40;
                while (performance.now() < until);
            });
        } else if (now && now.off === null) now.off = time;
        if (phase === "choices") window.dispatchEvent(new KeyboardEvent("keydown", { key: "f" }));
    };
    new MutationObserver(onPhase).observe(frame, { attributes: true, attributeFilter: ["data-phase"] });
    window.seen = seen;
}"""


@dataclass(frozen=True)
class Outcome:
    """One trial: what the runner recorded, and for how many frames the observer saw the picture, by its two clocks."""

    asked: int
    shown: int
    dropped: int
    observed: tuple[int, ...]
    stalled: bool

    @property
    def flagged(self) -> bool:
        """Whether the record says that something was amiss."""
        return self.shown != self.asked or self.dropped > 0

    @property
    def exact(self) -> bool:
        """Whether the observer saw the picture for exactly as many frames as were asked for."""
        return set(self.observed) == {self.asked}


def outcomes(page: Page, *, stimulus_ms: float) -> list[Outcome]:
    """Run one course and return its trials."""
    course = Course(
        [Shown("cat", feedback=False)] * TRIALS,
        timing=replace(TIMING, stimulus_ms=stimulus_ms),
    )
    with serving(course) as served:
        page.goto(served.url)
        expect(page.get_by_role("button", name="Start")).to_be_enabled()
        page.evaluate(_OBSERVER, [STALL_EVERY])
        begin(page)
        expect(page.get_by_role("heading", name="Finished")).to_be_visible()
        seen = page.evaluate("window.seen")
        page.goto("about:blank")
    return [_outcome(record, one) for record, one in zip(course.answers, seen, strict=True)]


def _outcome(record: dict[str, Any], seen: dict[str, Any]) -> Outcome:
    interval = 1000 / 60
    return Outcome(
        asked=record["frames_asked"],
        shown=record["frames_shown"],
        dropped=record["frames_dropped"],
        observed=tuple(round((off - on) / interval) for on, off in zip(seen["on"], seen["off"], strict=True)),
        stalled=seen["stalled"],
    )


def main() -> None:
    expect.set_options(timeout=300_000)
    print("By the page's clock, not by photons; headless Chromium, 60 frames a second.")
    print(f"{'asked':>14}  {'':8} {'trials':>7} {'exact':>7} {'flagged':>8} {'missed':>7} {'cautious':>9}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for duration in DURATIONS_MS:
            trials = outcomes(page, stimulus_ms=duration)
            for name, part in (
                ("left be", [t for t in trials if not t.stalled]),
                ("stalled", [t for t in trials if t.stalled]),
            ):
                exact = sum(t.exact for t in part)
                missed = sum(not t.exact and not t.flagged for t in part)
                cautious = sum(t.exact and t.flagged for t in part)
                print(
                    f"{duration:>5.0f} ms = {part[0].asked:>2} fr. {name:8} {len(part):>7} {exact / len(part):>7.1%} "
                    f"{sum(t.flagged for t in part):>8} {missed:>7} {cautious:>9}",
                    flush=True,
                )
        browser.close()
    print("missed: not exact and not flagged. cautious: exact, and flagged because a frame about it came late.")


if __name__ == "__main__":
    main()
