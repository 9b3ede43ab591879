"""What an epoch's last, small batch does to a network with batch norm: a run retrained step by step, and taken apart."""

import copy
import time

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from alkit.config import Config
from alkit.determinism import generator, one_thread, seeded
from alkit.models import build
from alkit.prediction import accuracy
from alkit.sources import load
from alkit.split import split
from alkit.training import batches, stepper


def mechanism(config: Config) -> dict:
    """Test accuracies of the last step's parts, the variance ratios after it, and the gradient by the size of a batch."""
    start, data = time.perf_counter(), load(config.dataset, device="cpu")
    labelled, test = split(config, data)[0], torch.arange(len(data.y_test))
    images, labels = data.standardised(data.x_train[labelled]), data.y_train[labelled]
    with one_thread(data.device):
        before, after = train(config, images, labels, frozen=False)
        models = {
            "after the last step": after,
            "before the last step": before,
            "weights after, statistics before": with_statistics(after, before),
            "weights before, statistics after": with_statistics(before, after),
            "after, statistics of all images": estimated(after, images),
            "before, statistics of all images": estimated(before, images),
            "two images normalised by running statistics": train(config, images, labels, frozen=True)[1],
        }
        gradients, draw = [], generator(config.seed, "shuffle", 1)
        for size in (2, 4, 8, 16, 32, 64):
            for _ in range(20):
                batch = torch.randperm(len(labels), generator=draw)[:size]
                for frozen in (False, True):
                    norm = gradient_norm(before, images[batch], labels[batch], frozen)
                    gradients.append({"size": size, "frozen": frozen, "norm": norm})
        accuracies = {key: 100 * accuracy(config, data, model, "test", test, 0) for key, model in models.items()}
        ratios = variance_ratios(after, images)
    seconds = time.perf_counter() - start
    return {"accuracies": accuracies, "gradients": gradients, "variance_ratios": ratios, "seconds": seconds}


def train(config: Config, images: Tensor, labels: Tensor, frozen: bool) -> tuple[nn.Module, nn.Module]:
    """The network before and after its last step; to the same weights as `alkit.training.fit` unless `frozen`.

    Frozen, each step on a batch of less than full size is normalised by the running statistics, as a test image is.
    """
    with seeded(images.device, config.seed, "init", 0):
        model = build(config, images.shape[1:], int(labels.max()) + 1)
    step, shuffle = stepper(config, model), generator(config.seed, "shuffle", 0)
    before = model
    for _ in range(config.epochs):
        for batch in batches(torch.randperm(len(labels), generator=shuffle), config.batch_size, "keep"):
            is_small = len(batch) < config.batch_size
            before = copy.deepcopy(model) if is_small else before
            model.train(not (frozen and is_small))
            step(images[batch], labels[batch])
    return before.eval(), model.eval()


def with_statistics(model: nn.Module, of: nn.Module) -> nn.Module:
    """The weights of one network with the running statistics of another."""
    mixed = copy.deepcopy(model)
    mixed.load_state_dict({**model.state_dict(), **dict(of.named_buffers())})
    return mixed


def estimated(model: nn.Module, images: Tensor) -> nn.Module:
    """The same weights with batch-norm statistics taken from all of `images` at once."""
    fresh = copy.deepcopy(model).train()
    for layer in _norms(fresh).values():
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean over passes, of which there is one
    with torch.no_grad():
        fresh(images)
    return fresh.eval()


def variance_ratios(model: nn.Module, images: Tensor) -> dict[str, list[float]]:
    """Of each stage, by its map's pixels: 10, 50 and 90 % quantile over channels of running variance / variance of `images`."""
    fresh, pixels, found = estimated(model, images), {}, {}
    for key, layer in _norms(fresh).items():
        layer.register_forward_hook(lambda _, inputs, output, key=key: pixels.update({key: output[0, 0].numel()}))
    fresh(images[:1])
    for key, layer in _norms(model).items():
        found.setdefault(pixels[key], []).append(layer.running_var / _norms(fresh)[key].running_var)
    return {str(size): torch.cat(r).quantile(torch.tensor([0.1, 0.5, 0.9])).tolist() for size, r in found.items()}


def gradient_norm(model: nn.Module, images: Tensor, labels: Tensor, frozen: bool) -> float:
    """Euclidean length of the loss's gradient over all weights."""
    model = copy.deepcopy(model).train(not frozen)
    gradient = torch.autograd.grad(cross_entropy(model(images), labels), list(model.parameters()))
    return torch.stack([g.norm() for g in gradient]).norm().item()


def _norms(model: nn.Module) -> dict[str, nn.BatchNorm2d]:
    return {key: layer for key, layer in model.named_modules() if isinstance(layer, nn.BatchNorm2d)}
