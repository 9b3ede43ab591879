"""Verdicts follow from intervals by rule, and the paper's evidence is what the paper published."""

import re

import numpy as np
import pytest

from alkit.paper.claims import CLAIMS, Claim, verdict
from alkit.paper.evidence import Evidence, Quantity
from alkit.paper.published import published
from alkit.paper.results import read, together
from alkit.paper.verdicts import table
from alkit.run.grid import read_profile

UP, DOWN, WIDE = np.array([2.0, 2.2, 1.9]), np.array([-2.0, -2.2, -1.9]), np.array([5.0, -5.0, 1.0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([UP], "holds"),
        ([DOWN], "does not hold"),
        ([WIDE], "cannot be told"),
        ([UP, UP], "holds"),
        ([UP, WIDE], "cannot be told"),
        ([UP, DOWN], "does not hold"),
        ([UP[:1]], "cannot be told"),
        ([UP, UP[:0]], "cannot be told"),
    ],
)
def test_a_verdict_follows_from_the_intervals(values, expected):
    claim = Claim("text", "5", "evidence", lambda e: [], "notebook")
    assert verdict(claim, [Quantity("what", v) for v in values]) == expected


def test_an_artefact_is_said_only_when_its_statement_holds():
    claim = Claim("text", "5", "evidence", lambda e: [], "notebook", if_so="artefact of x")
    assert verdict(claim, [Quantity("what", UP)]) == "artefact of x"
    assert verdict(claim, [Quantity("what", WIDE)]) == "cannot be told"
    assert verdict(claim, [Quantity("what", DOWN)]) == "cannot be told"


def test_an_interval_is_students():
    low, high = Quantity("what", np.array([1.0, 2.0, 3.0])).interval
    half = 4.302652729911275 / np.sqrt(3)  # t(0.975, 2 degrees of freedom) times sd 1 over root n
    assert (low, high) == pytest.approx((2 - half, 2 + half))


def test_thresholds_count():
    claim = Claim("text", "5", "evidence", lambda e: [], "notebook")
    assert verdict(claim, [Quantity("what", 70 + UP, 70)]) == "holds"
    assert verdict(claim, [Quantity("what", 70 + UP, 91)]) == "does not hold"


def test_the_papers_evidence_is_what_it_published():
    numbers = set(published().percent.map("{:.2f}".format))
    accuracy = published().query("table == 2 and dataset == 'mnist' and acquisition == 'random'")
    accuracy = accuracy.set_index(["model", "noise"]).percent
    derived = set()
    for model in ("lenet", "resnet18"):
        derived.add(f"{accuracy[model].max() - accuracy[model].min():.2f}")
        derived |= {f"{abs(accuracy[model, noise] - accuracy[model, 'none']):.2f}" for noise in ("gaussian", "salt_and_pepper")}
    for claim in CLAIMS:
        for number in re.findall(r"\d+\.\d+", claim.paper):
            assert f"{float(number):.2f}" in numbers | derived, (claim.text, number)


def test_without_any_run_every_claim_cannot_be_told(tmp_path):
    found = table(read(read_profile("paper", tmp_path)))
    assert len(found) == len(CLAIMS)
    assert set(found.verdict) == {"cannot be told"}
    assert found["ours: mean [95 % interval]"].str.contains("not run").all()


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
