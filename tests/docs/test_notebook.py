"""The notebook runs from its first cell to its last, without network, and shows what it talks about."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "notebook" / "first-steps.ipynb"
CODE = [cell for cell in nbformat.read(FILE, as_version=4).cells if cell.cell_type == "code"]


def test_no_output_is_committed() -> None:
    assert [cell.id for cell in CODE if cell.outputs or cell.execution_count] == []


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the notebook in a kernel of its own; return everything that its cells wrote or showed, as text."""
    here = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(FILE, as_version=4)
    client = NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(here)}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("LWISE_HOME", str(here / "home"))
        patch.setenv("TMPDIR", str(here))
        patch.setenv("IPYTHONDIR", str(here / "ipython"))
        client.execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    return "\n".join(output.get("text") or output.data["text/plain"] for output in outputs)


@pytest.mark.parametrize(
    "words",
    [
        "house cat",
        "Harder than ",
        "AI-altered towards house cat, ε = 1.4",
        "easier.png",
        "Was the evidence there? ",
        "Are there artefacts? ",
        "24 pictures, 0 failed",
        "spotted roundtail",
    ],
)
def test_it_scores_enhances_inspects_and_ranks(said: str, words: str) -> None:
    assert words in said
