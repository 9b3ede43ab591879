"""Training a network from scratch (sections 3.3 and 4)."""

from collections.abc import Callable
from itertools import islice

import torch
from jaxtyping import Int64
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.sgd import sgd

from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import derived_seed, generator, seeded
from alkit.models import Network, build
from alkit.passes import passes
from alkit.prediction import check_classifier


def fit(config: Config, data: Dataset, labelled: Int64[Tensor, " label"], number: int) -> Network:
    """A network trained from fresh weights on the images at `labelled`: cross-entropy, SGD, no model selection.

    The paper's Eq. 2 is written as a binary cross-entropy; with ten exclusive classes it is the softmax cross-entropy,
    which the released code uses too. Raises FloatingPointError if training diverged.
    """
    with seeded(data.device, config.seed, "init", number):
        model = build(config, data.image_shape, data.num_classes)
        check_classifier(model.classifier)
        model.to(data.device)
        torch.manual_seed(derived_seed(config.seed, "dropout", number))
        model.train()
        step = stepper(config, model)
        shuffle = generator(config.seed, "shuffle", number)
        before = None
        for seen in islice(passes(config, data, "train", labelled, number), config.epochs):
            if seen is not before:
                images, before = seen[:], seen
            order = torch.randperm(len(labelled), generator=shuffle).to(data.device)
            for batch in batches(order, config.batch_size, config.last_batch):
                step(images.index_select(0, batch), seen.labels[batch])  # plain indexing of images takes five times as long
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
    params: list[Tensor] = list(model.parameters())
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


def batches(order: Int64[Tensor, " image"], size: int, last: str) -> tuple[Tensor, ...]:
    """`order` in pieces of `size`; the smaller last piece is kept, merged into the one before, or dropped."""
    pieces = order.split(size)
    if last == "keep" or len(pieces) == 1 or len(pieces[-1]) == size:
        return pieces
    return pieces[:-1] if last == "drop" else (*pieces[:-2], torch.cat(pieces[-2:]))
