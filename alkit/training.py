"""Training a network from scratch, and what it then says of images."""

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from functools import cache

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.sgd import sgd

from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import derived_seed, generator, seeded
from alkit.models import build
from alkit.noise import View, is_noisy, noise_generator, view

Masks = list[Float[Tensor, "sample 1 _"]]


def fit(config: Config, data: Dataset, labelled: Int64[Tensor, " label"], number: int) -> nn.Module:
    """A network trained from fresh weights on the images at `labelled`: cross-entropy, SGD, no model selection.

    The paper's Eq. 2 is written as a binary cross-entropy; with ten exclusive classes it is the softmax cross-entropy,
    which the released code uses too. Raises FloatingPointError if training diverged.
    """
    keep_freed_memory()
    with seeded(data.device, config.seed, "init", number):
        model = build(
            config.model, data.image_shape, data.num_classes, config.train_dropout, config.width, config.initial_weights
        ).to(data.device)
        torch.manual_seed(derived_seed(config.seed, "dropout", number))
        model.train()
        step = stepper(config, model)
        shuffle = generator(config.seed, "shuffle", number)
        for images, labels in _epochs(config, data, labelled, number):
            order = torch.randperm(len(labels), generator=shuffle).to(data.device)
            for batch in batches(order, config.batch_size, config.last_batch):
                step(images.index_select(0, batch), labels[batch])  # plain indexing of images takes five times as long
    check_finite(config, model)
    return model.eval()


def check_finite(config: Config, model: nn.Module) -> None:
    """Raise FloatingPointError if any weight is infinite or no number."""
    if not all(p.isfinite().all() for p in model.parameters()):
        raise FloatingPointError(f"training diverged (a weight is nan or inf); lower learning_rate={config.learning_rate}")


def stepper(config: Config, model: nn.Module) -> Callable[[Tensor, Tensor], Tensor]:
    """A function of images and labels that makes one SGD step (Eq. 3, with momentum) and returns the loss.

    It is torch.optim.SGD by its functional form: the class imports torch's compiler, seconds in every new process.
    """
    params = list(model.parameters())
    velocities: list[Tensor | None] = [None] * len(params)

    def step(images: Tensor, labels: Tensor) -> Tensor:
        loss = cross_entropy(model(images), labels)
        gradients = list(torch.autograd.grad(loss, params))
        with torch.no_grad():
            sgd(
                params, gradients, velocities, lr=config.learning_rate, momentum=config.momentum,
                weight_decay=config.weight_decay, dampening=0.0, nesterov=False, maximize=False, foreach=True,
            )  # fmt: skip
        return loss.detach()

    return step


@cache
def keep_freed_memory() -> None:
    """Have glibc keep the memory that a step frees for the next step, for this process; elsewhere nothing happens.

    By default it returns blocks of 128 KiB and more to the system and asks for them again, and every page of them is
    cleared anew.
    """
    mmap_threshold, trim_threshold = -3, -1  # mallopt(3)'s names for them
    with contextlib.suppress(OSError, AttributeError):  # no glibc
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(mmap_threshold, 32 * 2**20)  # the largest it takes
        libc.mallopt(trim_threshold, 2**30)


def _epochs(config: Config, data: Dataset, labelled: Tensor, number: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Images and labels of each epoch: noise is drawn anew for every one of them, or once for the whole run."""
    draw = noise_generator(config, "train", number)
    images = None
    for _ in range(config.epochs):
        if images is None or (is_noisy(config, "train") and config.noise_draw == "access"):
            seen = View(config, data, "train", labelled, draw)
            images = seen[:]
        yield images, seen.labels


def batches(order: Int64[Tensor, " image"], size: int, last: str) -> tuple[Tensor, ...]:
    """`order` in pieces of `size`; the smaller last piece is kept, merged into the one before, or dropped."""
    pieces = order.split(size)
    if last == "keep" or len(pieces) == 1 or len(pieces[-1]) == size:
        return pieces
    return pieces[:-1] if last == "drop" else (*pieces[:-2], torch.cat(pieces[-2:]))


@torch.inference_mode()
def predict(model: nn.Module, seen: View, masks: Masks | None = None) -> Iterator[Float[Tensor, "image sample class"]]:
    """Log-probabilities, chunk by chunk so that memory does not grow with the pool; one sample without `masks`."""
    keep_freed_memory()
    size = 128 if seen.data.device.type == "cpu" else 4096  # on a CPU, what its caches hold is fastest
    weights = weight_samples(model.classifier, masks)
    for start in range(0, len(seen), size):
        features = model.features(seen[start : start + size])
        yield sampled(model.classifier, features, weights).log_softmax(dim=1).permute(2, 0, 1)


def dropout_masks(model: nn.Module, rate: float, num_samples: int, draw: torch.Generator) -> Masks:
    """One mask a dropout layer and sample: 0 with probability `rate`, else 1 / (1 - rate).

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
    weights = iter(weights)
    hidden = features.T
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            hidden = (next(weights) @ hidden).add_(layer.bias[:, None])
        elif not isinstance(layer, nn.Dropout):
            hidden = layer(hidden)
    return hidden


def accuracy(config: Config, data: Dataset, model: nn.Module, split: str, indices: Tensor, number: int) -> float:
    """Share of the images at `indices` of `split` that the model gets right, 0 .. 1."""
    seen = view(config, data, split, indices, number)
    predicted = torch.cat([log_probs[:, 0].argmax(dim=-1) for log_probs in predict(model, seen)])
    return (predicted == seen.labels).double().mean().item()
