"""The paper's two networks (section 3.2), each deterministic `features` followed by a small `classifier`.

Monte-Carlo dropout lives in the classifier alone: its T samples share one pass through the features.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LeNet(nn.Module):
    """LeNet-5 with ReLU and max-pooling (LeCun et al., 1998): 61,706 weights on 28x28 grey, 62,006 on 32x32 RGB images.

    The features are the layers C1 to C5 (two convolutions and the first of three fully connected layers, which LeCun
    et al. count among the convolutions), 120 of them. Images smaller than 32x32 get a border of two zeros, as MNIST's
    28x28 did in the original.
    """

    def __init__(self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0):
        super().__init__()
        channels, height, width = image_shape
        border = 2 if min(height, width) < 32 else 0
        side = lambda n: ((n + 2 * border - 4) // 2 - 4) // 2  # noqa: E731
        # Pooling before ReLU gives the same values as after it, on a quarter of the pixels.
        self.features = nn.Sequential(
            nn.Conv2d(channels, 6, 5, padding=border), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(16 * side(height) * side(width), 120), nn.ReLU(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(120, 84), nn.ReLU(), nn.Dropout(dropout), nn.Linear(84, num_classes)
        )

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


class ResNet18(nn.Module):
    """torchvision's ResNet-18 (He et al., arXiv:1512.03385), its first layer for the channels, its last for the classes.

    Kernel taps that only ever see padding are left out (`trim`).
    """

    def __init__(self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0):
        super().__init__()
        from torchvision.models import resnet18  # slow to import, and LeNet does not need it

        net = resnet18(num_classes=num_classes)
        if image_shape[0] != 3:
            net.conv1 = nn.Conv2d(image_shape[0], 64, 7, stride=2, padding=3, bias=False)
            nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")  # as torchvision does
        layers = dict(net.named_children())
        fc = layers.pop("fc")
        self.features = nn.Sequential(*layers.values(), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), fc)
        trim(self.features, image_shape)

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


def trim(features: nn.Module, image_shape: tuple[int, int, int]) -> None:
    """Drop, in place, the kernel taps of `features` that see nothing but padding on images of this shape.

    Where a convolution's output is a single pixel its kernel stands at one place, and the taps beyond the input's edge
    multiply zeros. On 28x28 images that is 62 % of ResNet-18's weights. Outputs and gradients stay the same to float
    rounding.
    """
    sizes = {}

    def remember(conv, inputs, output):
        sizes[conv] = (inputs[0].shape[2:], output.shape[2:])

    hooks = [m.register_forward_hook(remember) for m in features.modules() if isinstance(m, nn.Conv2d)]
    was_training = features.training
    features.eval()
    with torch.no_grad():
        features(torch.zeros(1, *image_shape))
    features.train(was_training)
    for hook in hooks:
        hook.remove()
    for conv, ((height, width), output) in sizes.items():
        (top, left), (tall, wide) = conv.padding, conv.kernel_size
        if tuple(output) == (1, 1) and top + left > 0:
            seen = conv.weight.detach()[:, :, top : min(top + height, tall), left : min(left + width, wide)]
            conv.weight = nn.Parameter(seen.clone(memory_format=torch.contiguous_format))
            conv.kernel_size, conv.padding = tuple(seen.shape[2:]), (0, 0)


def build(name: str, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0) -> LeNet | ResNet18:
    """The network called `name` ("lenet" or "resnet18"), initialised from torch's global generator."""
    return {"lenet": LeNet, "resnet18": ResNet18}[name](image_shape, num_classes, dropout)
