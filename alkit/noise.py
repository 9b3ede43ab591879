"""Noise in the images (section 3.6), and the images as a model sees them."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import generator

Images = Float[Tensor, "image channel height width"]
Pixel = Float[Tensor, "channel 1 1"]


def gaussian(images: Images, draw: torch.Generator, sd: float = 1.0) -> Images:
    """Every value plus an independent N(0, sd^2), in standardised units (the paper's AddGaussianNoise)."""
    return images + (sd * torch.randn(images.shape, generator=draw)).to(images.device)


def salt_and_pepper(images: Images, draw: torch.Generator, extremes: tuple[Pixel, Pixel], pixels: float = 0.1) -> Images:
    """A share `pixels` of each image's pixels at the range's two extremes, black or white with equal chance.

    All channels of a pixel go together (the paper's AddSaltAndPepperNoise; its released code only sets pixels to the
    mean grey).
    """
    image, _, height, width = images.shape
    chance = torch.rand((image, 1, height, width), generator=draw).to(images.device)
    black, white = extremes
    return torch.where(chance < pixels / 2, black, torch.where(chance < pixels, white, images))


def released_pepper(images: Images, draw: torch.Generator, pixels: float = 0.1) -> Images:
    """What the paper's released code calls salt and pepper: a share `pixels` of the pixels at 0, the mean grey; no salt."""
    image, _, height, width = images.shape
    chance = torch.rand((image, 1, height, width), generator=draw).to(images.device)
    return torch.where(chance < pixels, torch.zeros((), device=images.device), images)


class View:
    """The images at `indices` of one split, as a model sees them in one pass: standardised, some of them noisy.

    `view[a:b]` is a float batch. The noise of the whole pass is drawn when the view is made, and kept for the images
    that it hits only, so that a batch does not depend on how the pass is cut into batches.
    """

    def __init__(self, config: Config, data: Dataset, split: str, indices: Int64[Tensor, " image"], draw: torch.Generator):
        self.data, self.indices = data, indices.to(data.device)
        self.images = data.x_test if split == "test" else data.x_train
        self.labels = (data.y_test if split == "test" else data.y_train)[self.indices]
        self.is_noisy = is_noisy(config, split)
        if self.is_noisy:
            once = config.noise_draw == "once"
            candidates = torch.arange(len(self.images)) if once else indices.cpu()
            hit = (torch.rand(len(candidates), generator=draw) < config.noise_probability).nonzero().squeeze(1)
            clean = data.standardised(self.images[candidates[hit].to(data.device)])
            self.noisy = _corrupted(config, data, clean, draw)
            # Where in `noisy` each image of the view is; -1 for the images that stay clean.
            place = torch.full((len(candidates),), -1)
            place[hit] = torch.arange(len(hit))
            self.place = place[indices.cpu()] if once else place

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, batch: slice) -> Images:
        images = self.data.standardised(self.images.index_select(0, self.indices[batch]))
        if self.is_noisy:
            place = self.place[batch]
            hit = (place >= 0).nonzero().squeeze(1)  # on the CPU, where no GPU has to be waited for
            images[hit.to(images.device)] = self.noisy[place[hit].to(images.device)]
        return images


def is_noisy(config: Config, split: str) -> bool:
    """Whether any image of `split` may be noisy."""
    return config.noise != "none" and split in config.noise_splits and config.noise_probability > 0


def noise_generator(config: Config, split: str, number: int) -> torch.Generator:
    """What draws the noise of `split`: anew in every round, or the same in all of them (`noise_draw`)."""
    if config.noise_draw == "once":
        return generator(config.seed, "noise-once-test" if split == "test" else "noise-once-train")
    return generator(config.seed, f"noise-{split}", number)


def view(config: Config, data: Dataset, split: str, indices: Int64[Tensor, " image"], number: int) -> View:
    """The images of `split` in round `number`: one pass over them."""
    return View(config, data, split, indices, noise_generator(config, split, number))


def _corrupted(config: Config, data: Dataset, images: Images, draw: torch.Generator) -> Images:
    if config.noise == "gaussian":
        return gaussian(images, draw, config.noise_sd)
    if config.noise == "released_pepper":
        return released_pepper(images, draw, config.noise_pixels)
    return salt_and_pepper(images, draw, data.extremes, config.noise_pixels)
