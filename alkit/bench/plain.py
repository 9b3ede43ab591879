"""The loop as one would first write it with torch, torchvision or baal: what alkit's speed is measured against.

Images become PIL images, then tensors, one by one; a DataLoader batches them; BALD makes T passes over the whole pool
with dropout switched on. The network has LeNet's layers and alkit's two dropout layers.
"""

import warnings

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Subset
from torchvision.transforms import Compose, Normalize, ToTensor

from alkit.acquisitions import bald
from alkit.config import Config
from alkit.data import Dataset


class Images(torch.utils.data.Dataset):
    """The training images as torchvision's data sets give them."""

    def __init__(self, data: Dataset):
        self.images, self.labels = data.x_train[:, 0].numpy(), data.y_train.tolist()
        self.transform = Compose([ToTensor(), Normalize(data.mean.flatten().tolist(), data.sd.flatten().tolist())])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


def lenet() -> nn.Sequential:
    """LeNet-5 for 28x28 grey images."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Dropout(0.5), nn.Linear(120, 84), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(84, 10),
    )  # fmt: skip


def train(config: Config, images: Images, labelled: Tensor) -> nn.Module:
    """A fresh network trained on the labelled images; without dropout, as alkit's."""
    model = lenet().eval()
    optimiser = torch.optim.SGD(
        model.parameters(), lr=config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay
    )
    loader = DataLoader(Subset(images, labelled.tolist()), batch_size=config.batch_size, shuffle=True)
    for _ in range(config.epochs):
        for batch, labels in loader:
            optimiser.zero_grad()
            cross_entropy(model(batch), labels).backward()
            optimiser.step()
    return model


def query(config: Config, images: Images, model: nn.Module, pool: Tensor) -> list[int]:
    """The images with the highest BALD scores, from T passes over the pool with dropout on."""
    loader = DataLoader(Subset(images, pool.tolist()), batch_size=config.batch_size)
    model.train()
    with torch.no_grad():
        passes = [torch.cat([model(batch).log_softmax(dim=-1) for batch, _ in loader]) for _ in range(config.num_samples)]
    return pool[bald(torch.stack(passes, dim=1)).argsort(descending=True)[: config.query_size]].tolist()


def train_with_baal(config: Config, images: Images, labelled: Tensor, in_memory: bool):
    """The same training by baal's ModelWrapper, but with dropout: baal's dropout layers are always active."""
    from baal.bayesian.dropout import patch_module
    from baal.modelwrapper import ModelWrapper, TrainingArgs

    warnings.filterwarnings("ignore", module="baal")  # its calls of what newer libraries call otherwise
    model = patch_module(lenet())
    optimiser = torch.optim.SGD(
        model.parameters(), lr=config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay
    )
    args = TrainingArgs(
        optimizer=optimiser, batch_size=config.batch_size, epoch=config.epochs, use_cuda=False,
        replicate_in_memory=in_memory, criterion=nn.CrossEntropyLoss(), workers=0,
    )  # fmt: skip
    wrapper = ModelWrapper(model, args)
    wrapper.train_on_dataset(Subset(images, labelled.tolist()))
    return wrapper


def query_with_baal(config: Config, images: Images, wrapper, pool: Tensor) -> list[int]:
    """The same query by baal's predict_on_dataset and BALD."""
    from baal.active.heuristics import BALD

    subset = Subset(images, pool.tolist())
    predicted = wrapper.predict_on_dataset(subset, iterations=config.num_samples, verbose=False)
    ranks = BALD()(predicted)
    return pool[torch.from_numpy(ranks[: config.query_size].copy())].tolist()
