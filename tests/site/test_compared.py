"""A profile beside the paper."""

import pytest

from alkit.paper.page import Link
from alkit.paper.results import together
from alkit.site.compared import cells

GRID = [{"scenario": "constrained", "dataset": "mnist", "acquisition": ["random", "bald"], "num_rounds": 3}]


def test_every_point_and_every_line_names_its_experiment(logged):
    results = together(logged(GRID))
    names = list(results.rounds.experiment.unique())
    behind = {name: Link(f"e/{name}.html", name) for name in names}
    shown = [o.data["text/html"] for cell in cells(results, behind, "") for o in cell.get("outputs", [])]
    pairs, table2, table3, figure5, figure6 = shown  # Figure 4 has nothing to show
    for name in names:
        assert pairs.count(f"<title>{name}</title>") == 2  # in Table 2 and in Table 3
        assert f'title="{name}"' in table2
        assert f'title="{name}"' in table3
        assert figure5.count(f"<title>{name}</title>") == 1
    assert "<title>mine/constrained-mnist-lenet-bald-none</title>" in figure6


def test_a_figure_leads_to_its_function_and_to_the_line_of_the_notebook(logged):
    shown = [o.data["text/html"] for cell in cells(together(logged(GRID)), {}, "../") for o in cell.get("outputs", [])]
    for figure in (shown[0], *shown[3:]):
        assert 'Drawn by <a href="../code/alkit/paper/figures.html#L' in figure
        assert 'in <a href="../code/notebooks/report.html#L' in figure


@pytest.mark.parametrize(
    ("planned", "why"), [([], "This profile does not have it."), ([{"scenario": "ideal_fine"}], "Not run yet.")]
)
def test_a_figure_of_which_nothing_was_run_is_not_drawn(logged, planned, why):
    profile = logged([*GRID, *planned])
    for path in profile.folder.glob("ideal_fine-*/*.jsonl"):
        path.unlink()
    (text,) = [cell.source for cell in cells(together(profile), {}, "") if cell.source.startswith("## Figure 4")]
    assert text.endswith(f". {why}")


def test_nothing_is_compared_where_none_of_the_papers_numbers_was_run(logged):
    results = together(logged([{"scenario": "constrained", "dataset": "digits", "num_rounds": 1}]))
    assert not any("## All of the paper's numbers" in cell.source for cell in cells(results, {}, ""))
