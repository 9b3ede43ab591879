"""Images as tensors, standardised."""

import pytest
import torch

from alkit.files.sources import load


def test_digits_are_real_images_of_every_class(digits):
    assert digits.image_shape == (1, 16, 16)
    assert (len(digits.y_train), len(digits.y_test)) == (1297, 500)
    assert digits.y_train.bincount().min() > 120
    pixels = digits.x_train.double() / 255
    assert digits.mean.item() == pytest.approx(pixels.mean().item(), abs=1e-6)
    assert digits.sd.item() == pytest.approx(pixels.std(correction=0).item(), abs=1e-6)


def test_rgb_images_are_standardised_per_channel(write_npz):
    loaded = load("mine", write_npz(shape=(12, 14, 3)).parent, "cpu")
    assert loaded.image_shape == (3, 12, 14)
    images = loaded.standardised(loaded.x_train)
    torch.testing.assert_close(images.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(images.std(dim=(0, 2, 3), correction=0), torch.ones(3), atol=1e-4, rtol=0)


def test_extremes_are_a_black_and_a_white_pixel(digits):
    pixels = torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None].expand(2, *digits.image_shape)
    black, white = digits.standardised(pixels)
    torch.testing.assert_close(black, digits.extremes[0].expand_as(black))
    torch.testing.assert_close(white, digits.extremes[1].expand_as(white))
