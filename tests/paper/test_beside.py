"""Published numbers stand beside runs at the paper's settings alone."""

from dataclasses import replace

import pandas as pd
import pytest

from alkit.config import Config
from alkit.paper.beside import beside, error_beside, limits
from alkit.paper.published import published
from alkit.run.grid import read_profile


def test_the_papers_own_settings_have_the_papers_number():
    found, words = beside(Config(acquisition="bald"), "constrained")
    assert sorted(zip(found.table, found.accuracy.round(2), strict=True)) == [(2, 20.77), (3, 20.77)]
    assert words == ""


def test_every_published_number_stands_beside_one_experiment_of_the_paper():
    experiments = read_profile("paper").experiments
    found = [row for e in experiments for row in beside(e.configs[0], e.scenario)[0].drop(columns="accuracy").values.tolist()]
    assert sorted(map(str, found)) == sorted(map(str, published().values.tolist()))


def test_what_changes_no_number_may_differ_and_the_seed():
    assert not beside(Config(acquisition="random", evaluate_every=100, num_samples=3, seed=9), "constrained")[0].empty


def test_fifty_labels_and_five_epochs_have_no_published_number_and_say_why():
    found, words = beside(Config(num_initial=50, epochs=5), "constrained")
    assert found.empty
    assert words == "not at the paper's settings: num_initial 50 (the paper: 100), epochs 5 (the paper: 100)"
    assert beside(Config(num_initial=50, device="cpu"))[1] == "not at the paper's settings: num_initial 50 (the paper: 100)"
    many = beside(Config(num_initial=50, epochs=5, momentum=0.5, batch_size=8, query_size=3))[1]
    assert many.endswith("and 2 more")


@pytest.mark.parametrize(
    ("config", "scenario"),
    [
        (Config(dataset="digits"), None),
        (Config(), "my own"),
        (Config(noise="gaussian"), "ideal"),
        (Config(dataset="digits", acquisition="released_bald"), None),
        (Config(acquisition="released_bald"), "my own"),
    ],
)
def test_a_condition_that_the_paper_does_not_have_says_so(config, scenario):
    found, words = beside(config, scenario)
    assert found.empty
    assert words == "the paper has no number for this condition"


def test_a_run_of_what_the_released_code_does_is_set_beside_the_papers_in_the_reports_tables():
    for config in (Config(model="released_lenet"), Config(acquisition="released_bald"), Config(noise="released_pepper")):
        found, words = beside(config, "constrained")
        assert found.empty
        assert words.startswith("this is by what the released code does")


def test_the_spread_is_over_splits_only_where_every_seed_has_its_own():
    assert "over seeds: splits, weights, shuffling and noise." in limits(Config())
    for shared in (Config(split="released"), Config(split_seed=3)):
        assert "over seeds: weights, shuffling and noise, on one split." in limits(shared)


def test_without_a_scenario_the_settings_say_which_it_is():
    ideal = next(e.configs[0] for e in read_profile("paper").experiments if e.scenario == "ideal")
    assert set(beside(ideal)[0].scenario) == {"ideal"}
    assert beside(replace(ideal, num_rounds=9))[0].empty


def test_the_test_error_is_that_of_the_last_rounds_with_its_spread_beside_the_published_one():
    runs = pd.DataFrame({"seed": [0, 0, 1, 1], "test_accuracy": [None, 80.0, None, 90.0]})
    ours = "Test error after 1,100 labels: **15.00 ± 5.00 (2) %**, mean ± standard error (seeds). "
    assert error_beside(Config(acquisition="bald"), "constrained", runs) == (
        ours + "Published: 79.23 % (Table 2) and 79.23 % (Table 3)."
    )
    assert error_beside(Config(acquisition="bald"), "my own", runs) == (
        ours + "No published number beside it: the paper has no number for this condition."
    )
