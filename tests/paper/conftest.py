"""Logs as runs would leave them, without running anything."""

import json

import pytest
import yaml

from alkit.run.grid import read_profile


def bought(config, number):
    """The images of a round's query: others in each round, none in the last."""
    size = config.query_size
    return list(range(number * size, (number + 1) * size)) if number < config.num_rounds else []


@pytest.fixture
def logged(tmp_path):
    """Write <tmp_path>/<name>.yaml and a finished log for each of its runs; the profile.

    `accuracy(config, number)` is the share that a round measures, in validation and, in the last, on the test set.
    """

    def write(grid, name="mine", accuracy=lambda config, number: 0.5, source="s", **content):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({"seeds": [0, 1], "grid": grid, **content}))
        profile = read_profile(name, tmp_path / "outputs", tmp_path)
        for experiment in profile.experiments:
            for config in experiment.configs:
                path = experiment.log_path(config)
                path.parent.mkdir(parents=True, exist_ok=True)
                header = {"config": config.as_dict(), "data": {"digest": f"{config.dataset}-1", "source": source},
                          "device": "cpu", "versions": {"torch": "2"}}  # fmt: skip
                rounds = [
                    {"number": n, "num_labelled": config.num_labelled(n), "query": bought(config, n), "train_seconds": 0.0,
                     "valid_accuracy": accuracy(config, n) if config.evaluated(n) else None,
                     "test_accuracy": accuracy(config, n) if n == config.num_rounds else None,
                     "evaluate_seconds": 0.0, "query_seconds": 0.0} for n in range(config.num_rounds + 1)
                ]  # fmt: skip
                path.write_text("".join(json.dumps(line) + "\n" for line in [header, *rounds]))
        return profile

    return write
