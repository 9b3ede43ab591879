"""What a trained network says of images: log-probabilities, of one pass or of several samples, and its accuracy."""

import base64
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from alkit.acquisitions import LogProbs
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import generator
from alkit.models import Network
from alkit.passes import Pass, passes

Masks = list[Float[Tensor, "sample 1 _"]]


@torch.inference_mode()
def predict(model: Network, seen: Pass, masks: Masks | None = None) -> Iterator[Float[Tensor, "image sample class"]]:
    """Log-probabilities, chunk by chunk so that memory does not grow with the pool; one sample without `masks`."""
    size = 128 if seen.data.device.type == "cpu" else 4096  # on a CPU, what its caches hold is fastest
    weights = weight_samples(model.classifier, masks)
    for start in range(0, len(seen), size):
        features = model.features(seen[start : start + size])
        yield sampled(model.classifier, features, weights).log_softmax(dim=1).permute(2, 0, 1)


def dropout_masks(model: Network, rate: float, num_samples: int, draw: torch.Generator) -> Masks:
    """One mask a linear layer, for its input, and sample: 0 with probability `rate`, else 1 / (1 - rate).

    The same T masks serve every image, so each sample is one network drawn from q(theta) (Gal et al., arXiv:1703.02910).
    """
    linear = [layer for layer in model.classifier if isinstance(layer, nn.Linear)]
    return [
        ((torch.rand((num_samples, 1, layer.in_features), generator=draw) >= rate) / (1 - rate)).to(layer.weight.device)
        for layer in linear
    ]


def weight_samples(classifier: nn.Sequential, masks: Masks | None) -> list[Float[Tensor, "sample _ _"]]:
    """The weights of each linear layer under each of its input's masks; the one sample that they are without masks."""
    linear = [layer.weight for layer in classifier if isinstance(layer, nn.Linear)]
    return [w[None] for w in linear] if masks is None else [w * mask for w, mask in zip(linear, masks, strict=True)]


def sampled(
    classifier: nn.Sequential, features: Float[Tensor, "image feature"], weights: list[Float[Tensor, "sample _ _"]]
) -> Float[Tensor, "sample class image"]:
    """The classifier's logits under each sample of its weights.

    Images come last, so that what follows (a softmax over ten classes) runs along many images and not along ten numbers.
    """
    each = iter(weights)
    hidden = features.T
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            hidden = (next(each) @ hidden).add_(layer.bias[:, None])
        elif not isinstance(layer, nn.Dropout):
            hidden = layer(hidden)
    return hidden


@torch.no_grad()
def check_classifier(classifier: nn.Sequential) -> None:
    """Raise ValueError unless `sampled` gives the logits that the classifier itself does, here of two made-up images."""
    classifier.eval()
    try:
        features = torch.linspace(-1, 1, 2 * next(layer.in_features for layer in classifier if isinstance(layer, nn.Linear)))
        wanted = classifier(features.reshape(2, -1))
        (found,) = sampled(classifier, features.reshape(2, -1), weight_samples(classifier, None))
        same = torch.allclose(found.T, wanted, rtol=1e-3, atol=1e-3 * wanted.abs().max().item())
    except (RuntimeError, TypeError, StopIteration):
        same = False
    if not same:
        raise ValueError("a network's classifier has layers other than nn.Linear with bias, nn.Dropout and elementwise ones")


def correct(
    config: Config, data: Dataset, model: Network, split: str, indices: Int64[Tensor, " image"], number: int
) -> Bool[Tensor, " image"]:
    """Which of the images at `indices` of `split` the model gets right. Raises FloatingPointError for what is no number."""
    seen = next(passes(config, data, split, indices, number))
    log_probs = torch.cat([one[:, 0] for one in predict(model, seen)])
    if log_probs.isnan().any():  # weights that are finite, but so large that what they compute is not; argmax would say class 0
        raise FloatingPointError(f"training diverged (an output is nan); lower learning_rate={config.learning_rate}")
    return log_probs.argmax(dim=-1) == seen.labels


def accuracy(config: Config, data: Dataset, model: Network, split: str, indices: Tensor, number: int) -> float:
    """Share of the images at `indices` of `split` that the model gets right, 0 .. 1."""
    return correct(config, data, model, split, indices, number).double().mean().item()


def packed(which: Bool[Tensor, " image"]) -> str:
    """A bit an image in their order, eight a byte with the first highest, in base64: what a log can hold."""
    return base64.b64encode(np.packbits(which.cpu().numpy()).tobytes()).decode("ascii")


def unpacked(text: str) -> np.ndarray:
    """The bits of `packed`, as bool; up to seven more than there were, all False. Raises ValueError for what is no base64."""
    return np.unpackbits(np.frombuffer(base64.b64decode(text, validate=True), np.uint8)).astype(bool)


class Sampler(NamedTuple):
    """How the log-probabilities of the pool are found, chunk by chunk, and how many passes over it that takes."""

    sample: Callable[[Config, Dataset, Network, Tensor, int], Iterator[LogProbs]]
    num_passes: Callable[[Config], int] = lambda config: 1


def once(config: Config, data: Dataset, model: Network, pool: Int64[Tensor, " pool"], number: int) -> Iterator[LogProbs]:
    """One deterministic pass: one sample."""
    return predict(model, next(passes(config, data, "pool", pool, number)))


def dropout(config: Config, data: Dataset, model: Network, pool: Int64[Tensor, " pool"], number: int) -> Iterator[LogProbs]:
    """Monte-Carlo dropout in the classifier (Gal and Ghahramani, arXiv:1506.02142), T samples of one pass over the pool."""
    masks = dropout_masks(model, config.dropout, config.num_samples, generator(config.seed, "samples", number))
    return predict(model, next(passes(config, data, "pool", pool, number)), masks)


SAMPLERS: dict[str, Sampler] = {"once": Sampler(once), "dropout": Sampler(dropout)}
