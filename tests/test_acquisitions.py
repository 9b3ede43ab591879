"""Scores against closed forms, their bounds, and scikit-activeml's independent implementations."""

import math

import numpy as np
import pytest
import torch
from skactiveml.pool import batch_bald, uncertainty_scores

from alkit.acquisitions import ACQUISITIONS, bald, entropy, highest
from alkit.prediction import SAMPLERS


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_bald_agrees_with_scikit_activeml(dtype, random_log_probs):
    log_probs = random_log_probs(dtype=dtype)
    samples_first = log_probs.double().exp().transpose(0, 1).numpy().copy()
    reference = batch_bald(samples_first, batch_size=1, eps=1e-15)[0]  # a greedy batch's first step scores by BALD
    assert np.ptp(reference) > 0.1
    np.testing.assert_allclose(bald(log_probs).numpy(), reference, atol=1e-6)


def test_entropy_agrees_with_scikit_activeml(random_log_probs):
    log_probs = random_log_probs()
    reference = uncertainty_scores(log_probs.exp().mean(dim=1).numpy(), method="entropy")
    np.testing.assert_allclose(entropy(log_probs).numpy(), reference, atol=1e-6)


def test_bald_ranks_by_mutual_information_not_by_entropy(random_log_probs):
    log_probs = random_log_probs()
    by_hand = []
    for p in log_probs.exp():  # KL divergence of each sample from the mean, averaged: another form of the same
        by_hand.append((p * (p / p.mean(dim=0)).log()).sum(dim=1).mean().item())
    order = sorted(range(len(by_hand)), key=lambda i: -by_hand[i])
    assert highest(bald(log_probs), 10) == order[:10]
    assert highest(entropy(log_probs), 10) != order[:10]


@pytest.mark.parametrize("seed", range(5))
def test_bald_lies_between_zero_and_entropy_and_entropy_below_log_classes(seed, random_log_probs):
    log_probs = random_log_probs(seed=seed, dtype=torch.float32)
    assert (bald(log_probs) >= 0).all()
    assert (bald(log_probs) <= entropy(log_probs) + 1e-6).all()
    assert (entropy(log_probs) <= math.log(5) + 1e-6).all()


def test_bald_is_log_2_when_two_certain_samples_disagree():
    log_probs = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]).log()
    assert bald(log_probs).item() == pytest.approx(math.log(2))


def test_bald_is_zero_when_samples_agree_however_uncertain():
    log_probs = torch.full((1, 4, 10), 0.1).log()
    assert bald(log_probs).item() == pytest.approx(0, abs=1e-6)
    assert entropy(log_probs).item() == pytest.approx(math.log(10))


def test_entropy_is_zero_for_a_certain_prediction():
    assert entropy(torch.tensor([[[1.0, 0.0]]]).log()).item() == 0


def test_highest_breaks_ties_in_pool_order():
    assert highest(torch.tensor([1.0, 3.0, 3.0, 2.0, 3.0]), 4) == [1, 2, 4, 3]


def test_every_acquisition_names_a_sampler_that_exists():
    assert {acquisition.sampler for acquisition in ACQUISITIONS.values()} <= set(SAMPLERS)
