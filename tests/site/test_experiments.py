"""The page of an experiment, from its logs."""

from alkit.paper.page import verdict_of
from alkit.paper.results import read
from alkit.site.experiments import executed, from_logs, in_words

GRID = [{"scenario": "constrained", "dataset": "mnist", "acquisition": "bald", "num_rounds": 3}]


def html(notebook):
    return "".join(o.data.get("text/html", "") for cell in notebook.cells for o in cell.get("outputs", []))


def test_an_experiment_is_called_by_its_condition(logged):
    block = {"dataset": "cifar10", "model": "resnet18"}
    active, supervised = logged([{**block, "scenario": "constrained", "acquisition": "bald", "noise": "gaussian"},
                                 {**block, "scenario": "supervised"}]).experiments  # fmt: skip
    assert in_words(active) == "CIFAR-10, ResNet-18, BALD, Gaussian noise"
    assert in_words(supervised) == "CIFAR-10, ResNet-18, no noise"


def test_logs_say_the_settings_the_curve_and_the_test_error_beside_the_papers(logged):
    results = read(logged(GRID, accuracy=lambda config, number: 0.2 + config.seed / 10))
    notebook = from_logs(results.profile.experiments[0], results, "../../")
    assert "<td>100 → 3</td>" in html(notebook)  # rounds
    assert "mean of 2 seeds: from 25.0 at 100 to 25.0 at 130" in html(notebook)
    assert verdict_of(notebook) == (
        "Test error after 130 labels: **75.00 ± 5.00 (2) %**, mean ± standard error (seeds). "
        "No published number beside it: not at the paper's settings: num\\_rounds 3 (the paper: 100)."
    )
    assert "<td>20.00</td>" in html(notebook)  # a row a seed


def test_without_rounds_there_is_no_curve(logged):
    results = read(logged([{"scenario": "supervised", "dataset": "mnist", "num_initial": 1100, "num_rounds": 0}]))
    (experiment,) = results.profile.experiments
    assert "<svg" not in html(from_logs(experiment, results, ""))


def test_an_experiment_that_was_not_executed_has_no_notebook(logged):
    assert executed(logged(GRID).experiments[0]) is None
