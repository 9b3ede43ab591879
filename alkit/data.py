"""Images and labels as tensors on one device."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor


@dataclass(frozen=True)
class Dataset:
    """A data set on one device: 8-bit images, labels 0 .. C-1, and the training images' mean and sd per channel.

    A training image of label -1 is unlabelled: it is in the pool alone, and only a person can be its oracle.
    """

    name: str
    source: str  # what the pixels are and where they came from
    digest: str  # of pixels and labels; logs and tables carry it
    class_names: tuple[str, ...]
    x_train: UInt8[Tensor, "train channel height width"]
    y_train: Int64[Tensor, " train"]
    x_test: UInt8[Tensor, "test channel height width"]
    y_test: Int64[Tensor, " test"]
    mean: Float[Tensor, "channel 1 1"]  # in 0 .. 1, as the sd
    sd: Float[Tensor, "channel 1 1"]

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        channels, height, width = self.x_train.shape[1:]
        return channels, height, width

    @property
    def size_in_words(self) -> str:
        channels, height, width = self.image_shape
        return f"{height}x{width} {'RGB' if channels == 3 else 'grey'}"

    @property
    def device(self) -> torch.device:
        return self.x_train.device

    def to(self, device: torch.device) -> "Dataset":
        """The same data on another device."""
        moved: dict[str, Any] = {k: v.to(device) for k, v in vars(self).items() if isinstance(v, Tensor) and k[0] != "_"}
        return replace(self, **moved)

    def standardised(self, images: UInt8[Tensor, "image channel height width"]) -> Float[Tensor, "image channel height width"]:
        """Pixels minus the training set's mean over its standard deviation, per channel (section 4)."""
        return images.float().sub_(self._mean_255).div_(self._sd_255)

    @cached_property
    def _mean_255(self) -> Tensor:
        return self.mean * 255

    @cached_property
    def _sd_255(self) -> Tensor:
        return self.sd * 255

    @property
    def extremes(self) -> tuple[Float[Tensor, "channel 1 1"], Float[Tensor, "channel 1 1"]]:
        """A black and a white pixel, in standardised units."""
        return -self.mean / self.sd, (1 - self.mean) / self.sd
