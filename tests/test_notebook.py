"""The notebook of the documents gives what it shows."""

import json
from pathlib import Path

import pytest

from tests.notebook import executed
from tests.shown import WRITING, steady

NOTEBOOK = Path(__file__).parents[1] / "docs/notebook.ipynb"


@pytest.mark.slow
def test_the_notebook_gives_what_it_shows(tmp_path, monkeypatch):
    text = NOTEBOOK.read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    found = executed(text)
    if WRITING:
        NOTEBOOK.write_text(found, "utf-8", newline="\n")
    else:
        assert steady(without_pixels(found)) == steady(without_pixels(text))


def without_pixels(text):
    """The notebook without drawn images, which differ in their last bits between machines."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for kind, shown in output.get("data", {}).items():
                if "<img" in shown:
                    output["data"][kind] = shown.partition("<img")[0]
    return json.dumps(notebook, indent=1)
