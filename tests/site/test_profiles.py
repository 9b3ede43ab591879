"""The page of a profile."""

from alkit.paper.results import read
from alkit.site.profiles import cells, finished

GRID = [{"scenario": "constrained", "dataset": "mnist", "acquisition": ["random", "bald"], "num_rounds": 2}]


def text(found):
    return "\n".join([cell.source for cell in found] + [o.data["text/html"] for c in found for o in c.get("outputs", [])])


def test_it_says_what_was_run_where_it_differs_and_leads_to_every_experiment(logged):
    results = read(logged(GRID, about="A & B"))
    page = text(cells(results, {}, False))
    assert "A &amp; B\n\n4 of 4 runs are finished." in page
    assert "100 → 2" in page
    assert (
        "[AL, constrained data: MNIST, LeNet, BALD, no noise](../experiments/mine/constrained-mnist-lenet-bald-none.html)"
        in page
    )
    assert "## Table 2" in page


def test_the_tables_of_the_first_pages_profile_are_there_alone(logged):
    assert "## Table 2" not in text(cells(read(logged(GRID)), {}, True))


def test_an_experiment_without_a_finished_run_has_no_page(logged):
    profile = logged(GRID)
    for path in profile.experiments[0].folder.glob("*.jsonl"):
        path.unlink()
    assert [e.name for e in finished(read(profile))] == ["constrained-mnist-lenet-bald-none"]
