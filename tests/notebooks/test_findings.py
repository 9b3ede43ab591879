"""Findings run at their small defaults into a folder of the test's; what their titles state is what was measured."""

import json

import pytest

from alkit.paper import readme
from alkit.paths import NOTEBOOKS, PARAMS, PROJECT
from alkit.run.execute import execute

FOUND = PROJECT / "outputs/findings"
ARGUMENTS = ("intervals", "statistics", "undertraining", "when_it_works")


def numbers(name: str) -> dict:
    return json.loads((FOUND / name / "numbers.json").read_text(encoding="utf-8"))


def prose_and_code(name: str) -> tuple[int, int]:
    """Characters of prose and of code, the header and empty lines left out."""
    cells = (NOTEBOOKS / "findings" / f"{name}.py").read_text(encoding="utf-8").split("\n# %%")[1:]
    found = {True: 0, False: 0}
    for cell in cells:
        kind, *lines = cell.split("\n")
        found["markdown" in kind] += sum(len(line.removeprefix("# ").strip()) for line in lines)
    return found[True], found[False]


def test_every_finding_has_its_parameters_and_the_readme_names_those_that_were_made():
    for source in (NOTEBOOKS / "findings").glob("*.py"):
        assert (PARAMS / "findings" / f"{source.stem}.yaml").exists()
        notebook = FOUND / f"{source.stem}.ipynb"
        if not notebook.exists():
            continue
        title = next(line[4:] for line in source.read_text().splitlines() if line.startswith("# # "))
        assert title in notebook.read_text()
        assert f"(outputs/findings/{source.stem}.ipynb): {title}" in readme.README.read_text()


@pytest.mark.parametrize("name", ARGUMENTS)  # the others have a third to nearly half as much prose as code
def test_a_finding_is_an_argument_rather_than_a_program(name):
    assert len((NOTEBOOKS / "findings" / f"{name}.py").read_text().splitlines()) <= 200
    prose, code = prose_and_code(name)
    assert 2 * prose >= code


def test_published_differences_are_beyond_chance_between_networks_and_label_budgets_and_mostly_not_others():
    found = numbers("statistics")
    beyond, judged = found["beyond_chance_by_what_differs"], found["judged_by_what_differs"]
    assert sum(judged.values()) == found["judged"] > 40
    assert sum(beyond.values()) == found["beyond_chance_adjusted"]
    for kinds, low, high in ((("model", "scenario"), 0.6, 1), (("acquisition", "noise"), 0, 0.4)):
        assert low < sum(beyond[kind] for kind in kinds) / sum(judged[kind] for kind in kinds) < high


def test_students_interval_of_three_seeds_keeps_its_promise_and_the_bootstrap_misses_once_in_four_times():
    three = numbers("intervals")["coverage"]["3"]
    assert three["t"] > 0.93
    assert 0.2 < 1 - three["percentile"] < 0.3


def test_lenet_fits_its_labels_and_errs_little_where_it_is_trained():
    found = numbers("undertraining")
    assert found["verdict"] == "does not hold"
    assert found["paper_setting_training_error"]["low"] > 50
    assert found["chosen_training_error"]["high"] < 5


def test_queries_by_uncertainty_win_on_mnist_alone_not_with_resnet18_on_cifar10_and_lose_with_few_labels():
    found = numbers("when_it_works")
    tuned = [d for d in found["differences"] if d["profile"] == "tuned"]
    assert len(tuned) == 4
    assert all((d["verdict"] == "beats random") == (d["data"] == "mnist") for d in tuned)
    resnet = [d for d in found["differences"] if d["profile"] == "tuned_resnet18"]
    assert [d["verdict"] for d in resnet] == ["cannot be told"] * 2
    assert all(d["minus random (points)"]["mean"] < 0 for d in resnet)
    assert {name.partition(":")[0] for name, gap in found["variants"].items() if gap["high"] < 0} == {"LeNet"}
    assert all(gap["n"] == 5 for name, gap in found["variants"].items() if "unchanged" in name)
    assert found["verdict"] == "holds in part"


def test_pytorchs_initial_weights_are_nearer_to_the_published_numbers():
    found = numbers("initial_weights")
    assert set(found["verdicts"].values()) == {"holds"}
    assert found["nearer"] == len(found["conditions"]) == 4


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in (NOTEBOOKS / "findings").glob("*.py")))
def test_a_finding_runs_at_its_defaults_and_writes_into_its_folder_alone(name, tmp_path):
    source, before = NOTEBOOKS / "findings" / f"{name}.py", (FOUND / name / "numbers.json").read_bytes()
    folders = {"folder": str(tmp_path / "found")} | ({"logs": str(tmp_path / "logs")} if name == "noise_kinds" else {})
    execute(source, tmp_path / "finding.ipynb", folders)
    assert json.loads((tmp_path / "found/numbers.json").read_text(encoding="utf-8"))
    assert (FOUND / name / "numbers.json").read_bytes() == before
