"""One pass over images: as a model sees them, standardised and some of them noisy."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import generator
from alkit.noise import NOISES


def passes(config: Config, data: Dataset, split: str, indices: Int64[Tensor, " image"], number: int) -> Iterator["Pass"]:
    """Pass after pass over the images at `indices` of `split` in round `number`, without end.

    Each has noise of its own, or all are one and the same `Pass`: without noise, or with noise drawn once for the whole run
    (`noise_draw`).
    """
    if config.noise_draw == "once":
        draw = generator(config.seed, "noise-once-test" if split == "test" else "noise-once-train")
    else:
        draw = generator(config.seed, f"noise-{split}", number)
    seen = Pass(config, data, split, indices, draw)
    while True:
        yield seen
        if redraws(config, split):
            seen = Pass(config, data, split, indices, draw)


def redraws(config: Config, split: str) -> bool:
    """Whether every pass over the images of `split` has noise of its own."""
    return _is_noisy(config, split) and config.noise_draw == "access"


class Pass:
    """The images at `indices` of one split: `[a:b]` is a float batch, `labels` are theirs.

    The noise of the whole pass is drawn when it is made, and kept for the images that it hits only, so that a batch does
    not depend on how the pass is cut into batches.
    """

    def __init__(self, config: Config, data: Dataset, split: str, indices: Int64[Tensor, " image"], draw: torch.Generator):
        self.data, self.indices = data, indices.to(data.device)
        self.images = data.x_test if split == "test" else data.x_train
        self.labels = (data.y_test if split == "test" else data.y_train)[self.indices]
        self.noisy = None
        if _is_noisy(config, split):
            once = config.noise_draw == "once"
            candidates = torch.arange(len(self.images)) if once else indices.cpu()
            hit = (torch.rand(len(candidates), generator=draw) < config.noise_probability).nonzero().squeeze(1)
            clean = data.standardised(self.images[candidates[hit].to(data.device)])
            corrupt = NOISES[config.noise]
            assert corrupt is not None  # as the images are noisy
            self.noisy = corrupt(clean, draw, config, data)
            # Where in `noisy` each image of the pass is; -1 for the images that stay clean.
            place = torch.full((len(candidates),), -1)
            place[hit] = torch.arange(len(hit))
            self.place = place[indices.cpu()] if once else place

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, batch: slice) -> Float[Tensor, "image channel height width"]:
        images = self.data.standardised(self.images.index_select(0, self.indices[batch]))
        if self.noisy is not None:
            place = self.place[batch]
            hit = (place >= 0).nonzero().squeeze(1)  # on the CPU, where no GPU has to be waited for
            images[hit.to(images.device)] = self.noisy[place[hit].to(images.device)]
        return images


def _is_noisy(config: Config, split: str) -> bool:
    return NOISES[config.noise] is not None and split in config.noise_splits and config.noise_probability > 0
