"""Rates and extremes of the noises."""

import pytest
import torch

from alkit.determinism import generator
from alkit.noise import gaussian, salt_and_pepper

BLACK, WHITE = torch.tensor([-1.0, -2.0, -3.0])[:, None, None], torch.tensor([1.0, 2.0, 3.0])[:, None, None]


def test_gaussian_noise_has_mean_zero_and_the_given_sd():
    change = gaussian(torch.full((50, 1, 28, 28), 0.3), generator(0, "noise-train"), sd=1.0) - 0.3
    assert change.mean().item() == pytest.approx(0, abs=0.02)
    assert change.std().item() == pytest.approx(1, abs=0.02)


def test_salt_and_pepper_sets_a_tenth_of_the_pixels_to_the_two_extremes_equally_often():
    images = torch.zeros(200, 3, 16, 16)
    noisy = salt_and_pepper(images, generator(0, "noise-train"), (BLACK, WHITE), pixels=0.1)
    black, white = (noisy == BLACK).all(dim=1), (noisy == WHITE).all(dim=1)
    untouched = (noisy == 0).all(dim=1)
    assert (black | white | untouched).all()  # all channels of a pixel go together
    assert black.double().mean().item() == pytest.approx(0.05, abs=0.005)
    assert white.double().mean().item() == pytest.approx(0.05, abs=0.005)
