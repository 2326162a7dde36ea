"""Rules of the house that import-linter does not see: which calls may stand where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted((ROOT / "lwise_core").rglob("*.py"))
SHOWN = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
TOOLS = sorted((ROOT / "benchmarks").rglob("*.py"))

RUNS_WHAT_IT_READS = {
    "eval",
    "exec",
    "compile",
    "pickle.load",
    "pickle.loads",
    "dill.load",
    "dill.loads",
    "marshal.loads",
}
ASKS_ITS_OWN = ROOT / "lwise_core" / "batch" / "preparing.py"
"""The two ends of a pipe between a job and the processes that it started: it reads nothing that comes from outside."""

OPENS_IMAGES = {
    "Image.open",
    "PIL.Image.open",
    "imread",
    "skimage.io.imread",
    "cv2.imread",
    "decode_image",
    "read_image",
}


def name_of(node: ast.expr) -> str:
    """Return the dotted name of an expression such as ``Image.open``, empty for others."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute) if inner := name_of(value):
            return f"{inner}.{attribute}"
        case _:
            return ""


def calls(source: str) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def imported(source: str) -> set[str]:
    """Return the packages that ``source`` imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def unsafe(source: str) -> list[str]:
    """Return the calls of ``source`` that would run what they read, with their lines."""
    return [f"{call.lineno}: {ast.unparse(call)}" for call in calls(source) if _is_unsafe(call)]


def _is_unsafe(call: ast.Call) -> bool:
    name = name_of(call.func)
    if name in RUNS_WHAT_IT_READS or name.endswith(".Unpickler"):
        return True
    keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if name == "torch.load":
        return keywords.get("weights_only") != "True"
    return name in ("np.load", "numpy.load") and keywords.get("allow_pickle", "False") != "False"


def opened_images(source: str) -> list[str]:
    """Return the calls of ``source`` that decode image bytes, with their lines."""
    found = []
    for call in calls(source):
        name = name_of(call.func)
        if name in OPENS_IMAGES or name.rpartition(".")[2] == "imread":
            found.append(f"{call.lineno}: {ast.unparse(call)}")
    return found


def in_file(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*CORE, *SHOWN, *TOOLS], ids=in_file)
def test_nothing_runs_what_it_reads(path: Path) -> None:
    found = unsafe(path.read_text(encoding="utf-8"))
    assert bool(found) == (path == ASKS_ITS_OWN), found


def test_pickles_are_read_from_the_other_end_alone() -> None:
    found = [line.partition(": ")[2] for line in unsafe(ASKS_ITS_OWN.read_text(encoding="utf-8"))]
    assert sorted(set(found)) == [
        "pickle.load(self._source)",
        "pickle.load(source)",
        "pickle.loads(pickle.dumps(error))",
    ]


@pytest.mark.parametrize("path", [*CORE, *SHOWN, *TOOLS], ids=in_file)
def test_only_images_opens_image_bytes(path: Path) -> None:
    found = opened_images(path.read_text(encoding="utf-8"))
    assert bool(found) == (path.name == "codec.py" and path.parent.name == "images"), found


@pytest.mark.parametrize("path", CORE, ids=in_file)
def test_the_core_knows_no_page(path: Path) -> None:
    assert not imported(path.read_text(encoding="utf-8")) & {"streamlit", "pages", "app"}


@pytest.mark.parametrize("path", SHOWN, ids=in_file)
def test_pages_hold_no_tensor_maths(path: Path) -> None:
    assert not imported(path.read_text(encoding="utf-8")) & {"torch", "torchvision", "timm", "safetensors", "PIL"}


@pytest.mark.parametrize(
    "line",
    [
        "eval('1')",
        "pickle.loads(data)",
        "pickle.Unpickler(file)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_the_rule_finds_what_it_forbids(line: str) -> None:
    assert unsafe(f"def f():\n    return {line}") == [f"2: {line}"]


@pytest.mark.parametrize("line", ["torch.load(path, weights_only=True)", "np.load(path)", "model.eval()"])
def test_the_rule_lets_pass_what_is_safe(line: str) -> None:
    assert unsafe(line) == []


def test_the_rule_finds_other_doors() -> None:
    assert opened_images("Image.open(file)\nio.imread(path)\nzipfile.open(name)") == [
        "1: Image.open(file)",
        "2: io.imread(path)",
    ]


BROWSER_TESTS = sorted((ROOT / "tests" / "browser").glob("*.py"))


@pytest.mark.parametrize("path", BROWSER_TESTS, ids=in_file)
def test_browser_tests_wait_in_a_way_that_strict_pages_allow(path: Path) -> None:
    """Playwright's ``wait_for_function`` is refused by our policy at its second look: :func:`until` is not."""
    assert [
        name
        for call in calls(path.read_text(encoding="utf-8"))
        if (name := name_of(call.func)).endswith("wait_for_function")
    ] == []


@pytest.mark.parametrize("path", [*CORE, *SHOWN], ids=in_file)
def test_no_process_runs_the_module_of_who_started_it(path: Path) -> None:
    """In the server that is a page, in a script the job itself: see ``lwise_core/batch/preparing.py``."""
    assert not imported(path.read_text(encoding="utf-8")) & {"multiprocessing"}
