"""Verdicts follow from intervals by rule, and the paper's evidence is what the paper published."""

import re

import numpy as np
import pytest

from alkit.paper.claims import CLAIMS, Claim, verdict
from alkit.paper.evidence import Quantity
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
