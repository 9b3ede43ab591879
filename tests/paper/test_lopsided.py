"""Queries of one class: said where they are, and nowhere else."""

import pytest
import torch

from alkit.loop import Round
from alkit.paper.lopsided import lopsided


@pytest.fixture
def bought(digits):
    """A round whose query has so many images of class 3, the rest of class 5."""

    def of(number, count, size, accuracy=0.1):
        threes, fives = ((digits.y_train == label).nonzero().flatten().tolist() for label in (3, 5))
        return Round(number, 20, accuracy, None, (*threes[:count], *fives[: size - count]), 0.0, 0.0, 0.0)

    return of


def test_a_query_of_nearly_one_class_is_said_with_its_seed_round_and_class(digits, bought):
    last = Round(2, 80, 0.1, 0.1, (), 0.0, 0.0, 0.0)
    lines = lopsided({0: [bought(0, 15, 30), bought(1, 29, 30), last], 1: [bought(0, 5, 30)]}, digits)
    assert lines[0] == "Seed 0: 1 of 2 queries took nearly one class alone: 29 of 30 images from 3 (round 1)."
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("accuracies", "words"),
    [
        ([0.1, 0.12], "So it is here: validation accuracy in those rounds 10 to 12 %, by guessing 10 %"),
        ([0.1, 0.9], "Here validation accuracy in those rounds 10 to 90 %"),
        ([None, None], "Look at its accuracy"),
    ],
)
def test_what_it_means_depends_on_whether_the_network_had_trained(digits, bought, accuracies, words):
    rounds = [bought(n, 10, 10, accuracy) for n, accuracy in enumerate(accuracies)]
    assert words in lopsided({0: rounds}, digits)[-1]
    assert "has not trained" in lopsided({0: rounds}, digits)[-1]


def test_small_queries_balanced_ones_and_a_class_that_is_nearly_all_there_is_are_not_said(digits, bought):
    from dataclasses import replace

    assert lopsided({0: [bought(0, 2, 2), bought(1, 5, 10)]}, digits) == []
    one_class = replace(digits, y_train=torch.where(digits.y_train < 9, 3, digits.y_train))
    assert lopsided({0: [bought(0, 10, 10)]}, one_class) == []


def test_of_many_such_queries_the_first_four_are_named(digits, bought):
    (line, _) = lopsided({7: [bought(n, 10, 10) for n in range(9)]}, digits)
    assert line.startswith("Seed 7: 9 of 9 queries") and line.endswith("(round 3) and 5 more.")
