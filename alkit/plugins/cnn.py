"""The network with which the literature shows that BALD works on MNIST."""

from torch import nn

from alkit.models import MODELS, Model, Network, Shape


class CNN(Network):
    """The network of Gal et al. (arXiv:1703.02910) and BatchBALD (arXiv:1906.08158), dropout before its two linear layers.

    Two 5x5 convolutions of 32 and 64, each max-pooled, and a layer of 128. They also drop out convolutions; here dropout
    stays in the classifier, so that the features are computed once for all Monte-Carlo samples.
    """

    def __init__(self, shape: Shape, num_classes: int, dropout: float = 0.0):
        super().__init__()
        channels, height, width = shape
        side = lambda n: ((n - 4) // 2 - 4) // 2  # noqa: E731
        self.features = nn.Sequential(
            nn.Conv2d(channels, 32, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(32, 64, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(64 * side(height) * side(width), 128), nn.ReLU(),
            nn.Dropout(dropout), nn.Linear(128, num_classes),
        )  # fmt: skip


MODELS["cnn"] = Model(lambda config, shape, num_classes: CNN(shape, num_classes, config.train_dropout), smallest=16)
