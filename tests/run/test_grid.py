"""Params files: what they expand to, and the errors that bad ones get."""

from dataclasses import replace

import pytest

from alkit.config import Config
from alkit.files.log import resume
from alkit.paths import PARAMS
from alkit.run.grid import check_all, read_profile


def test_the_paper_profile_is_the_paper():
    profile = read_profile("paper")
    by_scenario = {}
    for e in profile.experiments:
        by_scenario.setdefault(e.scenario, []).append(e)
    assert {k: len(v) for k, v in by_scenario.items()} == {"supervised": 2, "constrained": 54, "ideal": 6, "ideal_fine": 3}
    noises, number = ("none", "gaussian", "salt_and_pepper"), {e.name: len(e.configs) for e in profile.experiments}
    assert all([c.seed for c in e.configs] == list(range(number[e.name])) for e in profile.experiments)
    assert {name: n for name, n in number.items() if n > 3} == {
        **{f"constrained-mnist-lenet-bald-{noise}": 16 for noise in noises},
        **{f"constrained-cifar10-{model}-random-{noise}": 5 for model in ("lenet", "resnet18") for noise in noises},
        **{f"constrained-fashion_mnist-{model}-random-{noise}": 7 for model in ("lenet", "resnet18") for noise in noises},
        **{f"constrained-{name}-lenet-random-none": 7 for name in ("mnist", "cifar10")},
    }
    for e in by_scenario["constrained"]:
        first = e.configs[0]
        condition = {k: getattr(first, k) for k in ("dataset", "model", "acquisition", "noise")}
        assert replace(first, evaluate_every=1) == Config(**condition)
        # How often a run is evaluated changes no number; only random queries get by without training in between.
        assert first.evaluate_every == (100 if (first.model, first.acquisition) == ("resnet18", "random") else 1)
    assert {c.budget for s in ("supervised", "constrained") for e in by_scenario[s] for c in e.configs} == {1_100}
    ideal, fine = by_scenario["ideal"][0].configs[0], by_scenario["ideal_fine"][0].configs[0]
    assert (ideal.num_initial, ideal.num_valid, ideal.num_rounds, ideal.query_size) == (1000, 5000, 10, 1000)
    assert (fine.num_initial, fine.num_valid, fine.num_rounds, fine.query_size) == (1000, 5000, 100, 100)
    assert {c.model for e in by_scenario["ideal_fine"] for c in e.configs} == {"lenet"}


def test_mini_has_every_condition_of_the_paper():
    assert {e.name for e in read_profile("mini").experiments} == {e.name for e in read_profile("paper").experiments}


def test_every_profile_can_be_read():
    for path in PARAMS.glob("*.yaml"):
        assert read_profile(path.stem).about


def test_an_experiment_of_two_blocks_has_the_seeds_of_both(write):
    grid = [{"scenario": "a", "dataset": ["digits", "mnist"]}, {"scenario": "a", "dataset": "mnist", "seeds": [5, 3]}]
    profile = write({"seeds": [0, 1], "grid": grid})
    assert [[c.seed for c in e.configs] for e in profile.experiments] == [[0, 1], [0, 1, 5, 3]]
    assert {e.configs[0].dataset: len({replace(c, seed=0) for c in e.configs}) for e in profile.experiments} == {
        "digits": 1,
        "mnist": 1,
    }


def test_lists_stand_for_each_of_their_values(write):
    profile = write(
        {
            "seeds": [3, 4],
            "defaults": {"dataset": "digits", "epochs": 5},
            "grid": [
                {"scenario": "a", "model": ["lenet", "resnet18"], "noise": ["none", "gaussian"], "epochs": 7},
                {"scenario": "b", "acquisition": "bald", "noise_splits": ["train"], "seeds": [0]},
            ],
        }
    )
    assert [e.name for e in profile.experiments] == [
        "a-digits-lenet-random-none", "a-digits-lenet-random-gaussian",
        "a-digits-resnet18-random-none", "a-digits-resnet18-random-gaussian", "b-digits-lenet-bald-none",
    ]  # fmt: skip
    first, *_, last = profile.experiments
    assert [(c.seed, c.epochs) for c in first.configs] == [(3, 7), (4, 7)]
    assert last.configs == (Config(dataset="digits", acquisition="bald", epochs=5, noise_splits=("train",)),)


GRID = {"grid": [{"scenario": "a", "dataset": "digits"}]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("grid: [", ["no YAML"]),
        ("just text", ["mapping", "grid"]),
        ({**GRID, "default": {}}, ["'default'", "defaults"]),
        ({**GRID, "defaults": {"learning_rat": 0.1}}, ["'learning_rat'", "learning_rate"]),
        ("defaults: {learning_rate: 1e-3}\ngrid: [{scenario: a}]", ["learning_rate='1e-3'", "0.001"]),
        ({**GRID, "defaults": {"model": "alexnet"}}, ["'alexnet'", "lenet"]),
        ({**GRID, "defaults": {"epochs": [1, 2]}}, ["epochs=[1, 2]", "list"]),
        ({**GRID, "defaults": {"seed": 1}}, ["seeds"]),
        ({**GRID, "seeds": 3}, ["seeds=3"]),
        ({**GRID, "seeds": [0, 0]}, ["seeds=[0, 0]"]),
        ({**GRID, "seeds": ["a"]}, ["seed='a'"]),
        ({"grid": [{"dataset": "digits"}]}, ["scenario"]),
        ({"grid": []}, ["grid", "list of blocks"]),
        ({"grid": [{"scenario": "a", "model": []}]}, ["model=[]"]),
        ({"grid": [{"scenario": "../../x"}]}, ["scenario='../../x'", "letters"]),
        ({"grid": [{"scenario": ""}]}, ["scenario=''"]),
        ({"grid": [{"scenario": "a" * 250}]}, ["scenario='aaa", "100 characters"]),
        ({"grid": [{"scenario": "a", "dataset": ["digits", "b/c"]}]}, ["dataset='b/c'"]),
        ({**GRID, "defaults": {"batch_size": 10**12}}, ["batch_size=1000000000000", "at most"]),
        ("about: &a [x]\nseeds: [*a, *a]\ngrid: [{scenario: a}]", ["line 1", "aliases"]),
        ("about: !!binary x\ngrid: [{scenario: a}]", ["line 1", "tags"]),
        ("about: " + "[" * 3000 + "]" * 3000 + "\ngrid: [{scenario: a}]", ["line 1", "levels deep"]),
        ("about: x\nseeds: [1]\nseeds: [2]\ngrid: [{scenario: a}]", ["'seeds' stands 2 times"]),
        ("grid: [{scenario: a, epochs: 1, epochs: 2}]", ["'epochs' stands 2 times"]),
        ("about: 2026-02-31\ngrid: [{scenario: a}]", ["no YAML", "day"]),
        ("about: \0\ngrid: [{scenario: a}]", ["no YAML"]),
        (
            {"grid": [{"scenario": "a", "model": ["lenet", "released_lenet"]}]},
            ["a-mnist-lenet-", "a-mnist-released_lenet-", "place"],
        ),
        ({"grid": [{"scenario": "a", "acquisition": ["released_bald", "bald"]}]}, ["one place of the tables"]),
        ({"grid": [{"scenario": "supervised", "acquisition": ["random", "bald"]}]}, ["one place of the tables"]),
        ({"grid": GRID["grid"] * 2}, ["a-digits-lenet-random-none", "twice with seed 0"]),
        (
            {"grid": [{"scenario": "a", "seeds": [0], "epochs": 2}, {"scenario": "a", "seeds": [1], "epochs": 3}]},
            ["a-mnist-lenet-random-none", "{'epochs': 2} and {'epochs': 3}"],
        ),
    ],
)
def test_a_bad_params_file_is_named_with_its_fault(write, content, words):
    with pytest.raises(ValueError) as caught:
        write(content)
    assert all(word in str(caught.value) for word in [*words, "mine.yaml"]), str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_log_of_a_shorter_run_or_of_another_evaluate_every_does_not_stop_the_grid(write, digits, tiny):
    profile = write({"seeds": [0], "defaults": tiny.settings, **GRID})
    (experiment,) = profile.experiments
    (config,) = experiment.configs
    list(resume(experiment.log_path(config), replace(config, num_rounds=1, evaluate_every=2, num_samples=3), digits))
    check_all(profile, {"digits": digits})


def test_a_round_that_is_now_to_be_evaluated_is_not_done(write, digits, tiny):
    profile = write({"seeds": [0], "defaults": tiny.settings, **GRID})
    (experiment,) = profile.experiments
    (config,) = experiment.configs
    list(resume(experiment.log_path(config), replace(config, evaluate_every=2), digits))  # rounds 0 and 2, and 3, the last
    assert [experiment.rounds_of(replace(config, evaluate_every=every)) for every in (1, 2, 3)] == [3, 4, 4]
    assert experiment.rounds_done() == 3
    list(resume(experiment.log_path(config), config, digits))
    assert experiment.rounds_done() == 4


def test_an_unknown_profile_is_answered_with_the_choices():
    with pytest.raises(ValueError, match="unknown profile 'papers'; choose .*digits.*mini.*paper"):
        read_profile("papers")


def test_outputs_of_another_configuration_stop_the_grid_before_any_work(write, digits, tiny):
    settings = {k: v for k, v in tiny.as_dict().items() if k not in ("seed", "dataset", "model", "acquisition", "noise")}
    profile = write({"seeds": [0], "defaults": settings, **GRID})
    (experiment,) = profile.experiments
    (config,) = experiment.configs
    check_all(profile, {"digits": digits})
    list(resume(experiment.log_path(config), replace(config, epochs=9), digits))
    with pytest.raises(ValueError, match=r"seed-0.jsonl holds a run of another configuration \(epochs: 9 -> 4\)"):
        check_all(profile, {"digits": digits})


def test_what_a_report_shows_beside_a_profile_is_said_in_its_params(write):
    grid = [{"scenario": "a", "dataset": "digits"}]
    assert [getattr(write({"grid": grid}), key) for key in ("label", "beside", "claims")] == ["ours", (), False]
    write({"grid": grid, "label": "ours, coarse"}, "coarse")
    profile = write({"grid": grid, "beside": ["coarse"], "claims": True})
    assert (profile.label, profile.beside, profile.claims) == ("ours", ("coarse",), True)
    assert read_profile("paper").claims
    for change, words in (
        ({"beside": ["course"]}, "beside names 'course'; choose coarse"),
        ({"beside": "mine"}, "beside names 'mine'"),
        ({"claims": "yes"}, "claims='yes' is str"),
        ({"label": "paper"}, "label='paper' cannot name our line in tables"),
    ):
        with pytest.raises(ValueError, match=words):
            write({"grid": grid, **change})
