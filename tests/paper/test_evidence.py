"""Quantities are measured once a seed, paired, from the runs they should be."""

import numpy as np
import pytest

from alkit.paper.evidence import Evidence, Quantity
from alkit.paper.results import read, together
from alkit.paper.verdicts import table


def test_an_interval_is_students():
    low, high = Quantity("what", np.array([1.0, 2.0, 3.0])).interval
    half = 4.302652729911275 / np.sqrt(3)  # t(0.975, 2 degrees of freedom) times sd 1 over root n
    assert (low, high) == pytest.approx((2 - half, 2 + half))


def test_evidence_is_paired_by_seed(logged):
    grid = [{"scenario": "supervised", "model": "resnet18", "num_rounds": 0}, {"scenario": "constrained", "model": "resnet18"}]
    level = {0: 0.9, 100: 0.92}
    profile = logged(
        grid, seeds=[0, 1, 2], accuracy=lambda c, n: level[c.num_rounds] + 0.01 * c.seed
    )  # the seed's share cancels
    results = read(profile)
    more, less = ({"model": "resnet18", "scenario": scenario} for scenario in ("constrained", "supervised"))
    assert Evidence(results).difference("what", more, less).values == pytest.approx([2, 2, 2])
    found = table(results).set_index("claim")
    row = found.loc["Active learning beats supervised learning at equal labels, ResNet-18 (random queries)"]
    assert row.verdict == "holds"
    assert "2.0 [2.0, 2.0] points (n = 3)" in row["ours: mean [95 % interval]"]


def test_claims_are_judged_by_the_profiles_own_runs_not_by_those_beside_it(logged):
    grid = [{"scenario": "constrained", "model": "resnet18"}]
    logged(grid, name="other", label="other", accuracy=lambda config, n: 0.1)
    evidence = Evidence(together(logged(grid, beside=["other"], accuracy=lambda config, n: 0.9)))
    assert evidence.per_seed(model="resnet18").tolist() == pytest.approx([90, 90])
