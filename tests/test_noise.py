"""Rates, extremes and which images are hit, when."""

from dataclasses import replace

import pytest
import torch

from alkit import loop, noise, training
from alkit.config import Config
from alkit.determinism import generator
from alkit.loop import run
from alkit.noise import View, gaussian, released_pepper, salt_and_pepper, view

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


def test_released_pepper_sets_a_tenth_of_the_pixels_to_the_mean_grey_and_none_to_an_extreme():
    noisy = released_pepper(torch.ones(200, 3, 16, 16), generator(0, "noise-train"), pixels=0.1)
    hit = (noisy == 0).all(dim=1)
    assert (hit | (noisy == 1).all(dim=1)).all()
    assert hit.double().mean().item() == pytest.approx(0.1, abs=0.005)


def test_extremes_are_a_black_and_a_white_pixel(digits):
    pixels = torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None].expand(2, *digits.image_shape)
    black, white = digits.standardised(pixels)
    torch.testing.assert_close(black, digits.extremes[0].expand_as(black))
    torch.testing.assert_close(white, digits.extremes[1].expand_as(white))


@pytest.mark.parametrize("noise", ["gaussian", "salt_and_pepper"])
def test_one_image_in_ten_is_hit_and_the_others_stay_as_they_are(digits, noise):
    config = Config(noise=noise)
    everything = torch.arange(len(digits.y_train))
    seen = view(config, digits, "train", everything, 0)
    changed = (seen[:] != digits.standardised(digits.x_train)).flatten(1).any(dim=1)
    assert changed.double().mean().item() == pytest.approx(0.1, abs=0.025)
    assert torch.equal(changed, seen.place >= 0)


def test_a_pass_does_not_depend_on_how_it_is_cut_into_batches(digits):
    seen = view(Config(noise="gaussian"), digits, "pool", torch.arange(300), 0)
    assert torch.equal(torch.cat([seen[i : i + 7] for i in range(0, 300, 7)]), seen[:])


def test_noise_is_drawn_anew_every_round_and_epoch_by_default(digits):
    config, index = Config(noise="gaussian"), torch.arange(200)
    assert not torch.equal(view(config, digits, "train", index, 0)[:], view(config, digits, "train", index, 1)[:])
    draw = generator(0, "noise-train")
    first, second = (View(config, digits, "train", index, draw)[:] for _ in range(2))
    assert not torch.equal(first, second)


def test_noise_drawn_once_is_the_same_in_every_round_and_split(digits):
    config = Config(noise="salt_and_pepper", noise_draw="once")
    index = torch.tensor([5, 900, 7, 300, *range(400, 500)])
    seen = view(config, digits, "pool", index, 0)[:]
    assert (seen != digits.standardised(digits.x_train[index])).any()
    assert torch.equal(seen, view(config, digits, "pool", index, 3)[:])
    assert torch.equal(seen[2:], view(config, digits, "train", index[2:], 1)[:])


@pytest.mark.parametrize("splits", [("train",), ("pool", "test"), ("valid",)])
@pytest.mark.parametrize("draw", ["access", "once"])
def test_a_run_sees_noise_in_the_named_splits_alone_and_anew_as_often_as_said(digits, tiny, monkeypatch, splits, draw):
    seen = []

    class Spy(View):
        def __init__(self, config, data, split, indices, draw):
            super().__init__(config, data, split, indices, draw)
            changed = not torch.equal(self[:], data.standardised(self.images[self.indices]))
            seen.append((split, changed, self[:10].sum().item()))

    monkeypatch.setattr(noise, "View", Spy)
    monkeypatch.setattr(training, "View", Spy)
    monkeypatch.setattr(loop, "View", Spy)
    settings = {"noise": "gaussian", "noise_probability": 0.5, "noise_splits": splits, "noise_draw": draw}
    list(run(replace(tiny, acquisition="entropy", num_rounds=1, epochs=3, **settings), digits))
    assert {split for split, changed, _ in seen if changed} == set(splits)
    assert {split for split, changed, _ in seen if not changed} == {"train", "pool", "valid", "test"} - set(splits)
    sums = [total for split, _, total in seen if split == "train"]
    # Two rounds of three epochs: noise at every access is another in each epoch; else the first ten images stay the same.
    assert (len(sums), len(set(sums))) == ((6, 6) if splits == ("train",) and draw == "access" else (2, 1))


def test_without_noise_images_are_standardised_and_nothing_else(digits):
    images = view(Config(), digits, "train", torch.arange(len(digits.y_train)), 0)[:]
    assert images.mean().item() == pytest.approx(0, abs=1e-4)
    assert images.std().item() == pytest.approx(1, abs=1e-3)
