"""What a query picks: agreement and closeness of scores that one can read."""

import numpy as np
import pytest
import torch

from alkit.paper.queries import _agreement, _alike, _rounding, _sign


def test_a_score_agrees_with_itself_and_not_with_its_negative():
    values = torch.arange(300.0)
    assert _agreement(values, values) == {"Spearman": pytest.approx(1), "top 10 (%)": 100, "top 100 (%)": 100}
    assert _agreement(values, -values) == {"Spearman": pytest.approx(-1), "top 10 (%)": 0, "top 100 (%)": 0}


def test_ten_images_of_one_class_at_one_place_have_one_class_and_no_distance():
    assert _alike(np.ones((10, 3)), np.full(10, 7), range(10)) == pytest.approx([1, 100, 0, 0])


def test_images_of_two_classes_at_right_angles_have_two_classes_and_cosine_distance_one():
    assert _alike(np.eye(2), np.array([0, 1]), [0, 1]) == pytest.approx([2, 50, 1, 2**0.5])


def test_equal_scores_are_all_tied_with_the_tenth():
    zeros, ten = torch.zeros(200), torch.zeros(200, 10, 4)
    found = _rounding(zeros, ten, zeros, {"entropy": zeros, "mutual information (Eq. 5)": zeros})
    assert (found["spread over ten passes"], found["distinct values"], found["tied with or above the tenth"]) == (0, 1, 200)


def test_minus_the_information_takes_images_that_were_never_hit():
    hits = torch.arange(300) // 150  # half of the pool was never hit, and has no information
    found = _sign(-hits.float(), hits.double(), hits.double(), hits)
    assert found["Spearman with the same passes' information"] == pytest.approx(-1)
    assert (found["never hit, top 100 (%)"], found["never hit, pool (%)"]) == (100, 50)
