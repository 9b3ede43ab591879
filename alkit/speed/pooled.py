"""Convolutions of a LeNet kind, each with its pooling and ReLU as one layer."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, relu

MOST_CHANNELS = 18  # of the second convolution of a LeNet three times as wide


class PooledConv2d(nn.Conv2d):
    """A 5x5 convolution, 2x2 max-pooling and ReLU. On a CPU in one (`convolution.py`): the same to float rounding."""

    bias: nn.Parameter

    def forward(self, images: Float[Tensor, "image channel height width"]) -> Float[Tensor, "image feature _ _"]:
        if images.device.type == "cpu" and images.dtype == self.weight.dtype == torch.float32:
            from alkit.speed.convolution import pooled_convolution  # slow to import, and no GPU needs it

            return pooled_convolution(images, self.weight, self.bias, int(self.padding[0]))
        return relu(max_pool2d(conv2d(images, self.weight, self.bias, padding=self.padding), 2))


def pooled(features: nn.Sequential) -> None:
    """Make one layer, in place, of every 5x5 convolution of few channels that 2x2 max-pooling and a ReLU follow.

    Of many channels libraries are quicker, which fill a vector unit with them; then they lie last in memory.
    """
    for at in reversed(range(len(features) - 2)):
        conv, pool, last = features[at : at + 3]
        if not (isinstance(conv, nn.Conv2d) and isinstance(pool, nn.MaxPool2d) and isinstance(last, nn.ReLU)):
            continue
        if conv.in_channels > MOST_CHANNELS:
            conv.to(memory_format=torch.channels_last)
        elif _kind(conv) == ((5, 5), (1, 1), (1, 1), 1, "zeros", True, True) and _of_pool(pool) == (2, 2, 0, 1, False, False):
            one = nn.utils.skip_init(PooledConv2d, conv.in_channels, conv.out_channels, 5, padding=conv.padding)
            one.weight, one.bias = conv.weight, conv.bias
            features[at] = one
            del features[at + 1 : at + 3]


def _kind(conv: nn.Conv2d) -> tuple:
    alike = conv.padding == (conv.padding[0],) * 2  # on all sides; not as a word
    return conv.kernel_size, conv.stride, conv.dilation, conv.groups, conv.padding_mode, alike, conv.bias is not None


def _of_pool(pool: nn.MaxPool2d) -> tuple:
    return pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode, pool.return_indices
