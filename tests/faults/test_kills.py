"""A grid that is killed and started again ends as one that was left alone."""

import os
from collections import Counter

import pytest
from kills import GRID, MOMENTS, VICTIMS, Kill, differences, drawn, run

from alkit.files.log import resume
from alkit.run.grid import read_profile

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The grid, left alone."""
    folder = tmp_path_factory.mktemp("alone")
    assert run(folder) == 0
    return folder


def test_kills_come_at_every_moment_and_to_every_victim():
    kills = [kill for one in drawn(20, seed=0) for kill in one]
    assert len(kills) == 20
    assert set(Counter(kill.moment for kill in kills).values()) == {5}
    assert set(Counter(kill.victim for kill in kills)) == set(VICTIMS)
    assert len({(kill.moment, kill.victim) for kill in kills}) == len(MOMENTS) * len(VICTIMS)


def test_three_kills_of_an_experiment_change_nothing_but_times(tmp_path, digits):
    one = {**GRID, "grid": [{"scenario": "constrained", "acquisition": "bald", "noise": "gaussian"}]}
    kills = [Kill("append", "tree", 0.01), Kill("append", "main", 0.03), Kill("notebook", "kernel", 0.1)]
    assert run(tmp_path / "killed", kills, one, whole=False) == 3
    (experiment,) = read_profile("small", tmp_path / "killed/outputs", tmp_path / "killed").experiments
    (config,) = experiment.configs
    list(resume(tmp_path / "alone/seed-0.jsonl", config, digits))
    assert differences(experiment.folder, tmp_path / "alone") == ["notebook.ipynb"]  # which is ours alone
    assert experiment.rounds_done() == 4


@pytest.mark.slow
@pytest.mark.parametrize("kills", drawn(20, seed=0), ids=lambda kills: "-".join(kill.victim for kill in kills))
def test_random_kills_change_nothing_but_times(alone, tmp_path, kills):
    assert run(tmp_path / "killed", kills) >= len(kills) - 1  # on a busy machine a moment may be over before its kill
    assert differences(tmp_path / "killed", alone) == []


@pytest.mark.slow
def test_a_changed_number_is_a_difference(alone, tmp_path):
    assert differences(alone, alone) == []
    (log, *_) = sorted(alone.rglob("*.jsonl"))
    for path in alone.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(alone)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path.relative_to(alone)).write_bytes(path.read_bytes())
    ours = tmp_path / log.relative_to(alone)
    ours.write_bytes(ours.read_bytes().replace(b'"num_labelled": 30', b'"num_labelled": 31'))
    assert differences(tmp_path, alone) == [str(log.relative_to(alone))]
