"""Which images are hit, in which splits, and when anew."""

from dataclasses import replace
from itertools import islice

import pytest
import torch

from alkit import passes as module
from alkit.config import Config
from alkit.loop import run
from alkit.passes import Pass, passes


@pytest.mark.parametrize("noise", ["gaussian", "salt_and_pepper"])
def test_one_image_in_ten_is_hit_and_the_others_stay_as_they_are(digits, noise):
    config = Config(noise=noise)
    everything = torch.arange(len(digits.y_train))
    seen = next(passes(config, digits, "train", everything, 0))
    changed = (seen[:] != digits.standardised(digits.x_train)).flatten(1).any(dim=1)
    assert changed.double().mean().item() == pytest.approx(0.1, abs=0.025)
    assert torch.equal(changed, seen.place >= 0)


def test_a_pass_does_not_depend_on_how_it_is_cut_into_batches(digits):
    seen = next(passes(Config(noise="gaussian"), digits, "pool", torch.arange(300), 0))
    assert torch.equal(torch.cat([seen[i : i + 7] for i in range(0, 300, 7)]), seen[:])


def test_noise_is_drawn_anew_every_round_and_epoch_by_default(digits):
    config, index = Config(noise="gaussian"), torch.arange(200)
    assert not torch.equal(
        next(passes(config, digits, "train", index, 0))[:], next(passes(config, digits, "train", index, 1))[:]
    )
    first, second = (seen[:] for seen in islice(passes(config, digits, "train", index, 0), 2))
    assert not torch.equal(first, second)


def test_noise_drawn_once_is_the_same_in_every_round_and_split(digits):
    config = Config(noise="salt_and_pepper", noise_draw="once")
    index = torch.tensor([5, 900, 7, 300, *range(400, 500)])
    seen = next(passes(config, digits, "pool", index, 0))[:]
    assert (seen != digits.standardised(digits.x_train[index])).any()
    assert torch.equal(seen, next(passes(config, digits, "pool", index, 3))[:])
    assert torch.equal(seen[2:], next(passes(config, digits, "train", index[2:], 1))[:])


@pytest.mark.parametrize("splits", [("train",), ("pool", "test"), ("valid",)])
@pytest.mark.parametrize("draw", ["access", "once"])
def test_a_run_sees_noise_in_the_named_splits_alone_and_anew_as_often_as_said(digits, tiny, monkeypatch, splits, draw):
    seen = []

    class Spy(Pass):
        def __init__(self, config, data, split, indices, draw):
            super().__init__(config, data, split, indices, draw)
            changed = not torch.equal(self[:], data.standardised(self.images[self.indices]))
            seen.append((split, changed, self[:10].sum().item()))

    monkeypatch.setattr(module, "Pass", Spy)
    settings = {"noise": "gaussian", "noise_probability": 0.5, "noise_splits": splits, "noise_draw": draw}
    list(run(replace(tiny, acquisition="entropy", num_rounds=1, epochs=3, **settings), digits))
    assert {split for split, changed, _ in seen if changed} == set(splits)
    assert {split for split, changed, _ in seen if not changed} == {"train", "pool", "valid", "test"} - set(splits)
    sums = [total for split, _, total in seen if split == "train"]
    # Two rounds of three epochs: noise at every access is another in each epoch; else the first ten images stay the same.
    assert (len(sums), len(set(sums))) == ((6, 6) if splits == ("train",) and draw == "access" else (2, 1))


def test_without_noise_images_are_standardised_and_nothing_else(digits):
    images = next(passes(Config(), digits, "train", torch.arange(len(digits.y_train)), 0))[:]
    assert images.mean().item() == pytest.approx(0, abs=1e-4)
    assert images.std().item() == pytest.approx(1, abs=1e-3)
