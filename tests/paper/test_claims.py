"""Verdicts follow from intervals by rule, and the paper's evidence is what the paper published."""

import json
import re

import numpy as np
import pytest

from alkit.paper.claims import CLAIMS, Claim, table, verdict
from alkit.paper.evidence import Evidence, Quantity
from alkit.paper.published import published

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
    found = table(tmp_path)
    assert len(found) == len(CLAIMS)
    assert set(found.verdict) == {"cannot be told"}
    assert found["ours: mean [95 % interval]"].str.contains("not run").all()


def test_evidence_is_paired_by_seed(tmp_path):
    from alkit.run.grid import read_profile

    for experiment in read_profile("paper", tmp_path).experiments:
        wanted = {"supervised-mnist-resnet18-random-none": 0.9, "constrained-mnist-resnet18-random-none": 0.92}
        if experiment.name not in wanted:
            continue
        for config in experiment.configs:
            path = experiment.log_path(config)
            path.parent.mkdir(parents=True, exist_ok=True)
            header = {"config": config.as_dict(), "data": {"digest": "d", "source": "s"}, "device": "cpu", "versions": {}}
            rounds = [
                {"number": n, "num_labelled": config.num_labelled(n), "valid_accuracy": 0.5, "test_accuracy": None, "query": [],
                 "train_seconds": 0.0, "evaluate_seconds": 0.0, "query_seconds": 0.0} for n in range(config.num_rounds + 1)
            ]  # fmt: skip
            rounds[-1]["test_accuracy"] = wanted[experiment.name] + 0.1 * config.seed  # paired: the seed's share cancels
            path.write_text("".join(json.dumps(line) + "\n" for line in [header, *rounds]))
    (difference,) = (
        Evidence(tmp_path)
        .difference("what", {"model": "resnet18", "acquisition": "random"}, {"model": "resnet18", "scenario": "supervised"})
        .values.round(6)
        .tolist()[:1]
    )
    assert difference == pytest.approx(2)
    row = (
        table(tmp_path)
        .set_index("claim")
        .loc["Active learning beats supervised learning at equal labels, ResNet-18 (random queries)"]
    )
    assert row.verdict == "holds"
    assert "2.0 [2.0, 2.0] points (n = 3)" in row["ours: mean [95 % interval]"]
