"""The paper's two networks (section 3.2), each deterministic `features` followed by a small `classifier`.

Monte-Carlo dropout lives in the classifier alone: its T samples share one pass through the features.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

if TYPE_CHECKING:
    from alkit.config import Config

try:
    from alkit.speed import quicker
except ModuleNotFoundError:  # the folder may be deleted: the numbers stay the same to float rounding

    def quicker(features: nn.Sequential, image_shape: tuple[int, int, int]) -> None:
        pass


Shape = tuple[int, int, int]  # of an image: channels, height, width


class Network(nn.Module):
    """What every model is: deterministic `features` of an image, and the `classifier` that dropout is in."""

    features: nn.Sequential
    classifier: nn.Sequential

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


class LeNet(Network):
    """LeNet-5 with ReLU and max-pooling (LeCun et al., 1998): 61,706 weights on 28x28 grey, 62,006 on 32x32 RGB images.

    The 120 features are the output of the layers C1 to C5 (two convolutions and the first of three fully connected
    layers, which LeCun et al. count among the convolutions). Images smaller than 32x32 get a border of two zeros, as MNIST's
    28x28 did in the original, unless `border` says otherwise. Every layer is `times` as wide.
    """

    def __init__(self, shape: Shape, num_classes: int, dropout: float = 0.0, times: int = 1, border: int | None = None):
        super().__init__()
        channels, height, width = shape
        if border is None:
            border = 2 if min(height, width) < 32 else 0
        side = lambda n: ((n + 2 * border - 4) // 2 - 4) // 2  # noqa: E731
        c1, c3, c5, f6 = 6 * times, 16 * times, 120 * times, 84 * times
        self.features = nn.Sequential(
            nn.Conv2d(channels, c1, 5, padding=border), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(c1, c3, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(c3 * side(height) * side(width), c5), nn.ReLU(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(c5, f6), nn.ReLU(), nn.Dropout(dropout), nn.Linear(f6, num_classes)
        )


class ResNet18(Network):
    """torchvision's ResNet-18 (He et al., arXiv:1512.03385), its first layer for the channels, its last for the classes.

    Its convolutions begin from PyTorch's default weights, as the released code's do (the paper's text names none), or with
    `kaiming` from torchvision's (normal, fan-out).
    """

    def __init__(self, shape: Shape, num_classes: int, dropout: float = 0.0, kaiming: bool = False):
        super().__init__()
        from torchvision.models import resnet18  # slow to import, and LeNet does not need it

        net = resnet18(num_classes=num_classes)
        if shape[0] != 3:
            net.conv1 = nn.Conv2d(shape[0], 64, 7, stride=2, padding=3, bias=False)
            nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")  # as torchvision does
        if not kaiming:
            for layer in net.modules():
                if isinstance(layer, nn.Conv2d):
                    layer.reset_parameters()
        layers = dict(net.named_children())
        fc = layers.pop("fc")
        self.features = nn.Sequential(*layers.values(), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), fc)


class Model(NamedTuple):
    """How a network is made from a run's settings, and what it asks of them and of the images."""

    make: Callable[["Config", Shape, int], Network]  # of images and classes; weights from torch's global generator
    smallest: int = 1  # pixels that the images' sides must have
    settings: tuple[str, ...] = ()  # fields of Config that are of no meaning to models that do not name them
    lone: int = 0  # up to this side images shrink to one pixel, and batch norm cannot train on a batch of one


MODELS: dict[str, Model] = {
    "lenet": Model(lambda config, shape, num_classes: LeNet(shape, num_classes, config.train_dropout), smallest=12),
    "resnet18": Model(
        lambda config, shape, num_classes: ResNet18(
            shape, num_classes, config.train_dropout, kaiming=config.initial_weights == "torchvision"
        ),
        settings=("initial_weights",),
        lone=32,
    ),
}


def build(config: "Config", shape: Shape, num_classes: int) -> Network:
    """The network that `config` names, for images of this shape, initialised from torch's global generator."""
    network = MODELS[config.model].make(config, shape, num_classes)
    quicker(network.features, shape)
    return network
