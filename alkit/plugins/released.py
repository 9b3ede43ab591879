"""What the paper's released code does where it differs from the text (github.com/lucapantea/active-learning).

Tables 2 and 3 were made by it. Every name begins with "released"; PAPERS_NAMES says under which of the paper's names its
results were published.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from alkit.acquisitions import ACQUISITIONS, Acquisition, LogProbs, Scores
from alkit.config import Config
from alkit.data import Dataset
from alkit.models import MODELS, LeNet, Model, Network, ResNet18, Shape
from alkit.noise import NOISES, Images
from alkit.passes import passes, redraws
from alkit.prediction import SAMPLERS, Sampler, predict
from alkit.split import SPLITS

PAPERS_NAMES = {
    "released_entropy": "entropy",
    "released_bald": "bald",
    "released_pepper": "salt_and_pepper",
    "released_lenet": "lenet",
    "released_resnet18": "resnet18",
}


def entropy(log_probs: LogProbs) -> Scores:
    """Entropy of the mean over samples, with log(p + 1e-5)."""
    return _offset_entropy(log_probs.exp().mean(dim=1))


def bald(log_probs: LogProbs) -> Scores:
    """What the released code calls BALD: E_k H[p(y|x,k)] - H[E_k p(y|x,k)], with log(p + 1e-5).

    It is minus the mutual information of Eq. 5, so the highest scores belong to the images that the samples agree on
    most. That code's samples are deterministic passes: without noise in the images they are identical, and the score is
    the rounding error of a difference of equal numbers.
    """
    probs = log_probs.exp()
    return _offset_entropy(probs).mean(dim=1) - _offset_entropy(probs.mean(dim=1))


def _offset_entropy(probs: Tensor) -> Tensor:
    return -(probs * (probs + 1e-5).log()).sum(dim=-1)


def unstable_highest(scores: Scores, count: int) -> list[int]:
    """Positions of the `count` highest scores; which of equal scores comes first is left to the sorting algorithm."""
    return torch.argsort(scores, descending=True)[:count].tolist()


def repeated(config: Config, data: Dataset, model: Network, pool: Tensor, number: int) -> Iterator[LogProbs]:
    """T deterministic passes over the pool: alike, but for the images in which noise is drawn anew."""
    seen = list(islice(passes(config, data, "pool", pool, number), config.num_samples if redraws(config, "pool") else 1))
    for chunks in zip(*(predict(model, one) for one in seen), strict=True):
        # Passes over images that do not change are identical: one of them stands for all.
        yield torch.cat(chunks * (config.num_samples // len(seen)), dim=1)


def pepper(images: Images, draw: torch.Generator, pixels: float = 0.1) -> Images:
    """What the released code calls salt and pepper: a share `pixels` of the values, each channel by itself, at the mean.

    The mean grey is 0 in standardised units. There is no salt. Of an RGB image's pixels 27 % are touched.
    """
    return images.masked_fill((torch.rand(images.shape, generator=draw) < pixels).to(images.device), 0.0)


class ReleasedResNet18(ResNet18):
    """The released code's own ResNet-18, from PyTorch's default weights.

    3x3 convolutions with a bias in the shortcuts, and the stride of a block in its second convolution. Its other
    convolutions have a bias too, which the batch norm after each takes away again; here they have none.
    """

    def __init__(self, shape: Shape, num_classes: int, dropout: float = 0.0):
        super().__init__(shape, num_classes, dropout)
        block: Any
        for block in (layer[0] for layer in self.features if isinstance(layer, nn.Sequential) and layer[0].downsample):
            block.conv1.stride, block.conv2.stride = (1, 1), (2, 2)
            block.downsample[0] = nn.Conv2d(block.conv1.in_channels, block.conv2.out_channels, 3, stride=2, padding=1)


def stratified(config: Config, data: Dataset) -> tuple[Tensor, Tensor, Tensor]:
    """The released code's split: by scikit-learn's StratifiedShuffleSplit with random_state 42, whatever the seed.

    First the validation set, then, of what is left and with the same random_state, the initial labels: both with the
    classes in the training set's proportions (on MNIST 9 to 11 initial labels of each). Images without a label are in the pool.
    """
    from sklearn.model_selection import StratifiedShuffleSplit  # a second of import, only where it is needed

    labels = data.y_train.cpu().numpy()

    def drawn(count: int, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return next(StratifiedShuffleSplit(1, test_size=count, random_state=42).split(among, labels[among]))

    known = np.flatnonzero(labels >= 0)
    rest, valid = (known[part] for part in drawn(config.num_valid, known))
    is_initial = np.isin(np.arange(len(rest)), drawn(config.num_initial, rest)[1])
    initial, pool = rest[is_initial], np.concatenate([np.flatnonzero(labels < 0), rest[~is_initial]])[: config.num_pool]
    return torch.from_numpy(initial), torch.from_numpy(valid), torch.from_numpy(pool)


SAMPLERS["passes"] = Sampler(repeated, lambda config: config.num_samples if redraws(config, "pool") else 1)
ACQUISITIONS["released_entropy"] = Acquisition(entropy, top=unstable_highest)
ACQUISITIONS["released_bald"] = Acquisition(bald, sampler="passes", top=unstable_highest, compares_samples=True)
NOISES["released_pepper"] = lambda images, draw, config, data: pepper(images, draw, config.noise_pixels)
MODELS["released_lenet"] = Model(  # no border: 44,426 weights on 28x28 grey images; three times as wide on RGB
    lambda config, shape, num_classes: LeNet(shape, num_classes, config.train_dropout, times=shape[0], border=0), smallest=16
)
MODELS["released_resnet18"] = Model(
    lambda config, shape, num_classes: ReleasedResNet18(shape, num_classes, config.train_dropout), lone=32
)
SPLITS["released"] = stratified
