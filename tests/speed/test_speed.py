"""The method without alkit/speed: the same numbers to float rounding."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from alkit import models
from alkit.loop import run, scores
from alkit.paths import PROJECT
from alkit.split import split
from alkit.training import fit


@pytest.mark.parametrize(("model", "epochs"), [("lenet", 20), pytest.param("resnet18", 2, marks=pytest.mark.slow)])
def test_without_the_folder_weights_and_scores_change_by_rounding_and_a_short_log_not_at_all(
    digits, tiny, monkeypatch, model, epochs
):
    config = replace(tiny, acquisition="bald", model=model, epochs=epochs, num_rounds=2, last_batch="merge")
    labelled, _, pool = split(config, digits)
    results = []
    for quicker in (models.quicker, lambda features, shape: None):
        monkeypatch.setattr(models, "quicker", quicker)
        net = fit(config, digits, labelled, 0)
        log = [(r.valid_accuracy, r.test_accuracy, set(r.query)) for r in run(config, digits)]
        results.append((net, scores(config, digits, net, pool, 0), log))
    if model == "lenet":  # of ResNet-18 the folder keeps only a part of some kernels
        for ours, plain in zip(results[0][0].parameters(), results[1][0].parameters(), strict=True):
            torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(results[0][1], results[1][1], atol=1e-4, rtol=1e-3)
    assert results[0][2] == results[1][2]


def test_the_method_runs_where_the_folder_was_deleted():
    code = """
import sys
sys.modules["alkit.speed"] = None  # an import of it fails as if it were not there
import alkit
data = alkit.load("digits")
config = alkit.Config(dataset="digits", num_initial=20, num_valid=50, num_rounds=1, epochs=2, acquisition="bald")
print([r.num_labelled for r in alkit.run(config, data)], [m for m in sys.modules if m.startswith("alkit.speed.")])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.strip() == "[20, 30] []"
