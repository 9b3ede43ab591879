"""Noise in the images (section 3.6): functions of a batch of standardised images."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

if TYPE_CHECKING:
    from alkit.config import Config
    from alkit.data import Dataset

Images = Float[Tensor, "image channel height width"]
Pixel = Float[Tensor, "channel 1 1"]


def gaussian(images: Images, draw: torch.Generator, sd: float = 1.0) -> Images:
    """Every value plus an independent N(0, sd^2), in standardised units (the paper's AddGaussianNoise)."""
    return images + (sd * torch.randn(images.shape, generator=draw)).to(images.device)


def salt_and_pepper(images: Images, draw: torch.Generator, extremes: tuple[Pixel, Pixel], pixels: float = 0.1) -> Images:
    """A share `pixels` of each image's pixels at the range's two extremes, black or white with equal chance.

    All channels of a pixel go together (the paper's AddSaltAndPepperNoise; its released code sets values to the mean
    grey, `plugins.released.pepper`).
    """
    image, _, height, width = images.shape
    chance = torch.rand((image, 1, height, width), generator=draw).to(images.device)
    black, white = extremes
    return torch.where(chance < pixels / 2, black, torch.where(chance < pixels, white, images))


Noise = Callable[[Images, torch.Generator, "Config", "Dataset"], Images]

NOISES: dict[str, Noise | None] = {
    "none": None,
    "gaussian": lambda images, draw, config, data: gaussian(images, draw, config.noise_sd),
    "salt_and_pepper": lambda images, draw, config, data: salt_and_pepper(images, draw, data.extremes, config.noise_pixels),
}
