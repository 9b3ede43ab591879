"""The notebook label runs as it stands, and again on the same file of labels."""

import re

import jupytext
import pytest

from alkit.paths import NOTEBOOKS
from alkit.run.execute import NotebookFailed, execute


@pytest.mark.slow
def test_the_notebook_shows_a_panel_and_goes_on_from_its_file(tmp_path):
    for _ in range(2):
        execute(NOTEBOOKS / "label.py", tmp_path / "label.ipynb", {"folder": str(tmp_path / "labels")})
        cells = jupytext.read(tmp_path / "label.ipynb").cells
        outputs = [output for cell in cells if "Panel(" in cell.source for output in cell.outputs]
        assert "application/vnd.jupyter.widget-view+json" in outputs[-1].data
        assert re.match(r'\{"data": \{"name": "digits"', (tmp_path / "labels/labels.jsonl").read_text())


@pytest.mark.slow
def test_a_wrong_parameter_is_said_in_a_line(tmp_path):
    with pytest.raises(NotebookFailed, match="unknown dataset 'digitz'; choose digits") as caught:
        execute(NOTEBOOKS / "label.py", tmp_path / "label.ipynb", {"dataset": "digitz"})
    assert "Traceback" not in str(caught.value)
