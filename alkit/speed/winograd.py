"""ResNet-18's 3x3 convolutions of small maps by fewer multiplications, on a CPU: the same to float rounding.

A row of n pixels between zeros, convolved with 3 taps, is bilinear in both: with matrices D (p x n), G (p x 3) and A (n x p)
it is y = A((G w) * (D x)), p products of numbers and for the rest sums (Winograd, Arithmetic Complexity of Computations,
1980; for networks Lavin and Gray, arXiv:1509.09308). In two dimensions the matrices are Kronecker products with
themselves, and summed over channels each of the p^2 products of numbers is a product of matrices, [image, channel] times
[channel, feature]. A map of 2x2 pixels takes 9 of them where there are 16 pairs of a pixel and a tap that meets it, and 36
as libraries do it; 4x4 pixels take 36, of 100 and 144.

All of it is torch.bmm, of transposed views: nothing is copied. Larger maps, whose matrices D and A grow, gain nothing.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

SIDES = (2, 4)  # of maps, in pixels
Maps = Float[Tensor, "image channel height width"]  # or a weight's features, channels and taps


class Kept(NamedTuple):
    """The transformed kernels of weights that have not changed since."""

    weight: Tensor  # shares the weights' memory, so that no others come to lie there
    version: int  # how often they had changed
    side: int
    kernels: Float[Tensor, "product channel feature"]


class MinimalConv2d(nn.Conv2d):
    """A 3x3 convolution with a border of one zero and no bias, by minimal filtering where its maps are small.

    On a GPU, for other types of numbers and other sides of maps it is torch's. While no gradients are wanted, as when
    the pool is scored, the transformed kernels are kept until the weights change. Torch counts all changes of a tensor but
    those through `weight.data` or a numpy array that shares its memory; these are seen after the next training step.
    """

    kept: Kept | None = None

    def forward(self, images: Float[Tensor, "*image channel height width"]) -> Float[Tensor, "*image feature _ _"]:
        side = images.shape[-1]
        small = images.dim() == 4 and side in SIDES and images.shape[-2] == side
        if not (small and images.device.type == "cpu" and images.dtype == self.weight.dtype == torch.float32):
            return super().forward(images)
        if torch.is_grad_enabled():
            self.kept = None
            return _MinimalFiltering.apply(images, self.weight)
        return _outputs(_inputs(images), self._kernels(side), side)

    def _kernels(self, side: int) -> Float[Tensor, "product channel feature"]:
        if self.weight.is_inference():  # its changes are not counted
            return _kernels(self.weight, side)
        now = self.weight.data_ptr(), self.weight._version, side
        if self.kept is None or (self.kept.weight.data_ptr(), self.kept.version, self.kept.side) != now:
            self.kept = Kept(self.weight.detach(), *now[1:], _kernels(self.weight, side).contiguous())
        return self.kept.kernels

    def __getstate__(self) -> dict:
        return {key: value for key, value in super().__getstate__().items() if key != "kept"}  # a copy counts anew


def minimal(features: nn.Module) -> None:
    """Make a `MinimalConv2d`, in place, of every convolution of `features` that it can stand for; its weight stays the same."""
    for parent in list(features.modules()):
        for name, conv in parent.named_children():
            if type(conv) is nn.Conv2d and _kind(conv) == ((3, 3), (1, 1), (1, 1), (1, 1), 1, "zeros", None):
                ours = nn.utils.skip_init(MinimalConv2d, conv.in_channels, conv.out_channels, 3, padding=1, bias=False)
                ours.weight = conv.weight
                setattr(parent, name, ours)


def _kind(conv: nn.Conv2d) -> tuple:
    return conv.kernel_size, conv.stride, conv.padding, conv.dilation, conv.groups, conv.padding_mode, conv.bias


class _MinimalFiltering(torch.autograd.Function):
    @staticmethod
    def forward(ctx, images, weight):
        side = images.shape[-1]
        inputs, kernels = _inputs(images), _kernels(weight, side)
        ctx.save_for_backward(inputs, kernels)
        return _outputs(inputs, kernels, side)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        inputs, kernels = ctx.saved_tensors
        side = gradient.shape[-1]
        d, g, a = _matrices(side)
        outer = _times(a.T, _pixels(gradient))  # [product, image, feature]
        to_images = _maps(_times(d.T, torch.bmm(outer, kernels.mT)), side)
        to_weight = _maps(_times(g.T, torch.bmm(outer.mT, inputs)), 3)
        return to_images, to_weight


def _inputs(images: Maps) -> Float[Tensor, "product image channel"]:
    """D x."""
    return _times(_matrices(images.shape[-1])[0], _pixels(images))


def _kernels(weight: Maps, side: int) -> Float[Tensor, "product channel feature"]:
    """G w."""
    return _times(_matrices(side)[1], _pixels(weight)).mT


def _outputs(
    inputs: Float[Tensor, "product image channel"], kernels: Float[Tensor, "product channel feature"], side: int
) -> Float[Tensor, "image feature height width"]:
    """A (G w * D x)."""
    return _maps(_times(_matrices(side)[2], torch.bmm(inputs, kernels)), side)


def _pixels(maps: Maps) -> Float[Tensor, "pixel image channel"]:
    """A view, if channels lie last in memory."""
    return maps.permute(0, 2, 3, 1).flatten(1, 2).transpose(0, 1)


def _maps(pixels: Float[Tensor, "pixel image channel"], side: int) -> Maps:
    """The inverse of `_pixels`, channels last in memory."""
    return pixels.transpose(0, 1).unflatten(1, (side, side)).permute(0, 3, 1, 2)


def _times(
    matrix: Float[Tensor, "product row"], rows: Float[Tensor, "row image channel"]
) -> Float[Tensor, "product image channel"]:
    """The matrix times each image's rows."""
    return torch.bmm(matrix.expand(rows.shape[1], *matrix.shape), rows.transpose(0, 1)).transpose(0, 1)


@cache
def _matrices(side: int) -> tuple[Tensor, Tensor, Tensor]:
    """D, G and A for two dimensions: [p^2, side^2], [p^2, 9] and [side^2, p^2]."""
    if side == 2:  # y0 = w1 x0 + w2 x1 and y1 = w0 x0 + w1 x1 have in common w1 (x0 + x1)
        d, g, a = map(np.array, ([[1, 1], [0, 1], [1, 0]], [[0, 1, 0], [0, -1, 1], [1, -1, 0]], [[1, 1, 0], [1, 0, 1]]))
    else:  # Toom and Cook: polynomials are multiplied by their values at points; of six inputs the outer two are zeros
        d, g, a = np.linalg.inv(_powers(side + 2)).T[:, 1:-1], _powers(3), _powers(side).T
    d2, g2, a2 = (torch.from_numpy(np.kron(m, m).astype(np.float32)) for m in (d, g, a))
    return d2, g2, a2


def _powers(count: int) -> np.ndarray:
    """Powers 0 .. count - 1 of the points at which 4x4 maps' polynomials are taken, the last being infinity.

    These points lose the least of those tried (1.2e-6 of an output of 128 channels; 2.8e-6 with the usual 0, 1, -1, 2, -2).
    """
    points = (0, 0.625, -0.625, 1.5, -1.5)
    return np.vstack([np.vander(points, count, increasing=True), np.eye(count)[-1]])
