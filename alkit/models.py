"""The paper's two networks (section 3.2), each deterministic `features` followed by a small `classifier`.

Monte-Carlo dropout lives in the classifier alone: its T samples share one pass through the features.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, relu


class PooledConv2d(nn.Conv2d):
    """A 5x5 convolution, 2x2 max-pooling and ReLU. On a CPU in one (`alkit.speed.convolution`): the same to float rounding."""

    def __init__(self, channels: int, features: int, padding: int = 0):
        super().__init__(channels, features, 5, padding=padding)

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image feature _ _"]:
        if images.device.type == "cpu" and images.dtype == self.weight.dtype == torch.float32:
            from alkit.speed.convolution import pooled_convolution  # slow to import, and no GPU needs it

            return pooled_convolution(images, self.weight, self.bias, self.padding[0])
        return relu(max_pool2d(conv2d(images, self.weight, self.bias, padding=self.padding), 2))


class LeNet(nn.Module):
    """LeNet-5 with ReLU and max-pooling (LeCun et al., 1998): 61,706 weights on 28x28 grey, 62,006 on 32x32 RGB images.

    The features are the layers C1 to C5 (two convolutions and the first of three fully connected layers, which LeCun
    et al. count among the convolutions), 120 of them. Images smaller than 32x32 get a border of two zeros, as MNIST's
    28x28 did in the original. Every layer is `times` as wide.
    """

    def __init__(self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0, times: int = 1):
        super().__init__()
        channels, height, width = image_shape
        border = 2 if min(height, width) < 32 else 0
        side = lambda n: ((n + 2 * border - 4) // 2 - 4) // 2  # noqa: E731
        c1, c3, c5, f6 = 6 * times, 16 * times, 120 * times, 84 * times
        self.features = nn.Sequential(
            PooledConv2d(channels, c1, border), PooledConv2d(c1, c3), nn.Flatten(),
            nn.Linear(c3 * side(height) * side(width), c5), nn.ReLU(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(c5, f6), nn.ReLU(), nn.Dropout(dropout), nn.Linear(f6, num_classes)
        )

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


class CNN(nn.Module):
    """The network of Gal et al. (arXiv:1703.02910) and BatchBALD (arXiv:1906.08158), dropout before its two linear layers.

    Two 5x5 convolutions of 32 and 64, each max-pooled, and a layer of 128. They also drop out convolutions; here dropout
    stays in the classifier, so that the features are computed once for all Monte-Carlo samples.
    """

    def __init__(self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0):
        super().__init__()
        channels, height, width = image_shape
        side = lambda n: ((n - 4) // 2 - 4) // 2  # noqa: E731
        self.features = nn.Sequential(
            PooledConv2d(channels, 32),
            nn.Conv2d(32, 64, 5).to(memory_format=torch.channels_last), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(64 * side(height) * side(width), 128), nn.ReLU(),
            nn.Dropout(dropout), nn.Linear(128, num_classes),
        )  # fmt: skip

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


class ResNet18(nn.Module):
    """torchvision's ResNet-18 (He et al., arXiv:1512.03385), its first layer for the channels, its last for the classes.

    Kernel taps that only ever see padding are left out (`trim`). `released` is the variant of the paper's released code:
    3x3 convolutions with a bias in the shortcuts, and the stride of a block in its second convolution. Its convolutions
    begin from PyTorch's default weights, as the released code's do, or with `kaiming` from torchvision's (normal, fan-out).
    """

    def __init__(
        self, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0,
        released: bool = False, kaiming: bool = False,
    ):  # fmt: skip
        super().__init__()
        from torchvision.models import resnet18  # slow to import, and LeNet does not need it

        net = resnet18(num_classes=num_classes)
        if image_shape[0] != 3:
            net.conv1 = nn.Conv2d(image_shape[0], 64, 7, stride=2, padding=3, bias=False)
            nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")  # as torchvision does
        if released:
            for block in (net.layer2[0], net.layer3[0], net.layer4[0]):
                block.conv1.stride, block.conv2.stride = (1, 1), (2, 2)
                block.downsample[0] = nn.Conv2d(block.conv1.in_channels, block.conv2.out_channels, 3, stride=2, padding=1)
        if not kaiming:
            for conv in net.modules():
                if isinstance(conv, nn.Conv2d):
                    conv.reset_parameters()
        layers = dict(net.named_children())
        fc = layers.pop("fc")
        self.features = nn.Sequential(*layers.values(), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), fc)
        trim(self.features, image_shape)
        self.to(memory_format=torch.channels_last)  # a tenth less time a step on a CPU

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image class"]:
        return self.classifier(self.features(images))


def trim(features: nn.Module, image_shape: tuple[int, int, int]) -> None:
    """Drop, in place, the kernel taps of `features` that see nothing but padding on images of this shape.

    Where a convolution's output is a single pixel its kernel stands at one place, and the taps beyond the input's edge
    multiply zeros. On 28x28 images that is 62 % of ResNet-18's weights. What is left is the product of a matrix and the
    whole input, which is quicker as one. Outputs and gradients stay the same to float rounding.
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
    for parent in list(features.modules()):
        for name, conv in parent.named_children():
            if conv not in sizes or tuple(sizes[conv][1]) != (1, 1):
                continue
            (height, width), (top, left), (tall, wide) = sizes[conv][0], conv.padding, conv.kernel_size
            if top + height <= tall and left + width <= wide:
                seen = conv.weight.detach()[:, :, top : top + height, left : left + width]
                outputs, inputs = seen.flatten(1).shape
                product = nn.utils.skip_init(nn.Linear, inputs, outputs)
                product.weight, product.bias = nn.Parameter(seen.flatten(1).clone()), conv.bias
                setattr(parent, name, nn.Sequential(nn.Flatten(), product, nn.Unflatten(1, (outputs, 1, 1))))


def build(
    name: str, image_shape: tuple[int, int, int], num_classes: int, dropout: float = 0.0, width: int = 1,
    initial_weights: str = "pytorch",
) -> nn.Module:  # fmt: skip
    """The network called `name` (`config.MODELS`), initialised from torch's global generator.

    `width` is LeNet's; `initial_weights` ResNet-18's, "pytorch" or "torchvision".
    """
    if name == "lenet":
        return LeNet(image_shape, num_classes, dropout, width)
    if name == "cnn":
        return CNN(image_shape, num_classes, dropout)
    released = name == "released_resnet18"
    return ResNet18(image_shape, num_classes, dropout, released, kaiming=initial_weights == "torchvision")
