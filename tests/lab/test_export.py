"""A setting that was found is a profile that `make reproduce` runs."""

from dataclasses import replace

import pytest

from alkit.config import Config
from alkit.lab.explore import QUICK
from alkit.lab.export import export
from alkit.run.grid import read_profile


@pytest.mark.parametrize(
    "config", [QUICK, Config(learning_rate=1e-5, noise="gaussian", noise_splits=("train",), seed=7), Config(num_rounds=0)]
)
def test_the_profile_is_that_setting_with_three_seeds(config, tmp_path):
    (experiment,) = read_profile(export(config, "found", tmp_path).stem, params=tmp_path).experiments
    assert experiment.configs == tuple(replace(config, seed=config.seed + i) for i in range(3))


def test_a_setting_of_the_papers_is_called_by_its_scenario(tmp_path):
    paper = next(e for e in read_profile("paper").experiments if e.scenario == "ideal")
    (experiment,) = read_profile(export(paper.configs[0], "found", tmp_path).stem, params=tmp_path).experiments
    assert experiment.scenario == "ideal"


def test_no_file_is_written_over_and_none_outside(tmp_path):
    (tmp_path / "mine.yaml").write_text("hers")
    for name in ("mine", "../mine", "", "a b"):
        with pytest.raises(ValueError, match="is there already" if name == "mine" else "is no name"):
            export(QUICK, name, tmp_path)
    assert (tmp_path / "mine.yaml").read_text() == "hers"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
