"""What the browser tests do on a page, and wait for, as a person does: by what is seen, never by a moment."""

from __future__ import annotations

from playwright.sync_api import Error, Locator, Page, Request, Route, expect

PATIENCE_MS = 120_000  # the first page loads torch and a guide, on a machine that may be busy
REOPENED_MS = 20_000
_TRIES = 3

PICTURES_HAVE_COME = "() => [...document.images].every((one) => one.complete && one.naturalWidth)"

# What asks again where nobody has answered asks ten times later: a busy machine answers, only not at once, and a second
# question would be counted as one too many.
ASKS_AGAIN_LATER = """(() => {
    const wait = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => {
        const [, , caller] = new Error().stack.split("\\n");
        const again = (ms === 3000 || ms === 4000) && caller?.includes("/viewer/");
        return wait(act, again ? 10 * ms : ms, ...more);
    };
})();"""

# Keys rest when the test says so (`rest`), and not half a second after the last one: a busy machine may take longer
# from one key to the next.
_HOLD_THE_REST = """() => {
    const wait = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => {
        const [, , caller] = new Error().stack.split("\\n");
        if (!caller?.includes("/shared/revisions.js")) return wait(act, ms, ...more);
        window.rest = act;
        return 0;
    };
}"""


def hold_the_rest(page: Page) -> None:
    """Let keys count as being pressed until :func:`rest`."""
    page.evaluate(_HOLD_THE_REST)


def rest(page: Page) -> None:
    """Let the keys rest, as half a second without one does."""
    page.evaluate("() => rest()")


def at_rest(page: Page) -> None:
    """Wait until the page computes nothing, no part of it waits for its script, and its letters are those to stay."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-waits]")).to_have_count(0)
    page.evaluate("() => document.fonts.ready.then(() => true)")


def seen(page: Page, words: str, *, exact: bool = False) -> Locator:
    """Return what is seen with these words on it: while a run replaces another, they may stand there twice."""
    return page.get_by_text(words, exact=exact).filter(visible=True).first


def until(page: Page, condition: str, argument: object = None, *, patience_ms: int = PATIENCE_MS) -> None:
    """Wait until ``condition``, a JavaScript function of ``argument``, is true on the page that stands there.

    Playwright's own ``wait_for_function`` evaluates its text at every look, and a page's Content Security Policy lets
    only the first one pass.
    """
    page.evaluate(
        f"""async ([argument, patience]) => {{
            const met = {condition};
            const end = performance.now() + patience;
            while (!met(argument)) {{
                if (performance.now() > end) throw new Error(`Not so within ${{patience}} ms: ${{met}}`);
                await new Promise((next) => setTimeout(next, 50));
            }}
        }}""",
        [argument, patience_ms],
    )


def expect_to_fit(page: Page, *, width: int) -> None:
    """Expect that the page, at rest, needs no sideways scrolling on a screen of ``width`` px."""
    at_rest(page)
    until(
        page,
        "width => document.documentElement.clientWidth === width && document.documentElement.scrollWidth <= width",
        width,
    )


def choose(page: Page, label: str, option: str) -> None:
    """Choose as a person does, who opens the list again where the page closed it, or drew it anew, meanwhile."""
    choice = page.get_by_role("combobox", name=label).first
    wanted = page.get_by_role("option", name=option, exact=True)
    expect(choice).to_be_visible()
    for tries_left in reversed(range(_TRIES)):
        try:
            choice.scroll_into_view_if_needed()
            choice.click()
            choice.fill(option)  # options out of sight are not there
            wanted.click(timeout=REOPENED_MS)
        except Error:
            if not tries_left:
                raise
            choice.press("Escape")
        else:
            return


class Gate:
    """Keeps requests on their way until it is opened, as a slow network would; those that come later pass."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._held: list[Route] = []
        self._is_open = False
        page.route(pattern, self._take)

    def passes(self, request: Request) -> bool:  # noqa: ARG002 - others let some pass
        """Return whether a request passes although the gate is shut."""
        return False

    def _take(self, route: Route) -> None:
        if self._is_open or self.passes(route.request):
            route.continue_()
        else:
            self._held.append(route)

    def open(self) -> None:
        """Let everything go on."""
        self._is_open = True
        for route in self._held:
            route.continue_()
        self._held.clear()
