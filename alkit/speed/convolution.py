"""A 5x5 convolution, 2x2 max-pooling and ReLU in one, on a CPU: forward and backward with the batch innermost in memory.

Libraries fill the lanes of a vector unit with channels, and LeNet's 6 and 16 leave most of them empty; a batch of 64
has images enough. With `x` of shape [channel, height, width, image], each of a kernel's taps is one long row times a number, so
every loop below that runs over `m` is a whole row of images, and the compiler (numba's LLVM) makes vector code of it.
Rows stay in the first-level cache, and the convolution's own output, four times as large as what pooling leaves of it, is
never written to memory.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from alkit.speed.compiled import compiled

SIDE = 5  # of the kernel


def pooled_convolution(
    images: Float[Tensor, "image channel height width"],
    weight: Float[Tensor, "feature channel 5 5"],
    bias: Float[Tensor, " feature"],
    padding: int,
) -> Float[Tensor, "image feature _ _"]:
    """relu(max_pool2d(conv2d(images, weight, bias, padding=padding), 2)) and its gradients, to float rounding.

    Float32 tensors on the CPU. The result has the images innermost in memory, as the next layer wants them.
    """
    return _PooledConvolution.apply(images, weight, bias, padding)


class _PooledConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx, images, weight, bias, padding):
        count, _, height, width = images.shape
        x = _batch_innermost(images, padding)
        shape = (len(weight), (height + 2 * padding - SIDE + 1) // 2, (width + 2 * padding - SIDE + 1) // 2, count)
        pooled, chosen = torch.empty(shape), torch.empty(shape, dtype=torch.uint8)
        weight, bias = weight.detach().contiguous(), bias.detach()
        _forward(_rows(x), weight.numpy(), bias.numpy(), _rows(pooled), _rows(chosen), count)
        ctx.save_for_backward(x, weight, chosen)
        ctx.padding = padding
        return pooled.permute(3, 0, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx, pooled_gradient):
        (x, weight, chosen), padding = ctx.saved_tensors, ctx.padding
        _, height, width, count = x.shape
        needs_images = ctx.needs_input_grad[0]
        border = SIDE - 1 if needs_images else 0
        outer = torch.empty((len(weight), height - SIDE + 1, width - SIDE + 1 + 2 * border, count))
        to_weight, to_bias = torch.zeros_like(weight), torch.empty(len(weight))
        gradient = _batch_innermost(pooled_gradient, 0)
        _unpool(_rows(gradient), _rows(chosen), _rows(outer), to_bias.numpy(), border, count)
        _weight_gradient(_rows(outer), _rows(x), to_weight.numpy(), border, count)
        to_images = None
        if needs_images:
            to_x = torch.empty_like(x)
            _image_gradient(_rows(outer), weight.numpy(), _rows(to_x), count)
            to_images = to_x[:, padding : height - padding, padding : width - padding].permute(3, 0, 1, 2)
        return to_images, to_weight, to_bias, None


def _batch_innermost(images: Tensor, padding: int) -> Tensor:
    """[image, channel, height, width] as contiguous [channel, height, width, image], with a border of zeros."""
    inner = images.permute(1, 2, 3, 0)
    if padding == 0:
        return inner.contiguous()
    channels, height, width, count = inner.shape
    x = torch.zeros((channels, height + 2 * padding, width + 2 * padding, count))
    x[:, padding:-padding, padding:-padding] = inner
    return x


def _rows(x: Tensor) -> np.ndarray:
    """[channel, height, width, image] as [channel, height, width * image], sharing its memory."""
    return x.view(*x.shape[:2], -1).numpy()


@compiled
def _add_row(a, b, x, n, p, q):
    """To row a, row x times the five taps p, each n (a pixel) further along; to row b, with the taps q."""
    size = a.size
    x0, x1, x2, x3, x4 = x[:size], x[n : n + size], x[2 * n : 2 * n + size], x[3 * n : 3 * n + size], x[4 * n : 4 * n + size]
    p0, p1, p2, p3, p4 = p[0], p[1], p[2], p[3], p[4]
    q0, q1, q2, q3, q4 = q[0], q[1], q[2], q[3], q[4]
    for m in range(size):
        a[m] += p0 * x0[m] + p1 * x1[m] + p2 * x2[m] + p3 * x3[m] + p4 * x4[m]
        b[m] += q0 * x0[m] + q1 * x1[m] + q2 * x2[m] + q3 * x3[m] + q4 * x4[m]


@compiled
def _forward(x, weight, bias, pooled, chosen, n):
    features, channels = weight.shape[:2]
    size = (x.shape[2] // n - SIDE + 1) * n
    rows = np.empty((2, 2, size), np.float32)  # two features, the two rows that are pooled
    for f in range(0, features, 2):
        g = min(f + 1, features - 1)
        for y in range(pooled.shape[1]):
            for down in range(2):
                a, b = rows[0, down], rows[1, down]
                a[:], b[:] = bias[f], bias[g]
                for c in range(channels):
                    for k in range(SIDE):
                        _add_row(a, b, x[c, 2 * y + down + k], n, weight[f, c, k], weight[g, c, k])
            _pool(rows[0], pooled[f, y], chosen[f, y], n)
            if g > f:
                _pool(rows[1], pooled[g, y], chosen[g, y], n)


@compiled
def _above(one, other):
    return one > other or one != one  # a NaN is above all, and so goes on


@compiled
def _pool(rows, pooled, chosen, n):
    """The largest of 2x2 pixels, and which it was (0 .. 3, the first of equals), or zero (4) if none is above it."""
    for pixel in range(pooled.size // n):
        left, right = 2 * pixel * n, (2 * pixel + 1) * n
        a, b = rows[0, left : left + n], rows[0, right : right + n]
        c, d = rows[1, left : left + n], rows[1, right : right + n]
        best, where = pooled[pixel * n : (pixel + 1) * n], chosen[pixel * n : (pixel + 1) * n]
        for m in range(n):
            top, at = (b[m], 1) if _above(b[m], a[m]) else (a[m], 0)
            low, below = (d[m], 3) if _above(d[m], c[m]) else (c[m], 2)
            if _above(low, top):
                top, at = low, below
            if top <= 0:
                top, at = np.float32(0), 4
            best[m], where[m] = top, at


@compiled
def _unpool(gradient, chosen, outer, to_bias, border, n):
    """The gradient of the pooled pixels at the pixels they were chosen from, with `border` pixels of zeros left and right."""
    start, stop = border * n, border * n + 2 * gradient.shape[2]
    for f in range(gradient.shape[0]):
        outer[f, 2 * gradient.shape[1] :], outer[f, :, :start], outer[f, :, stop:] = 0, 0, 0
        total = np.float32(0)
        for y in range(gradient.shape[1]):
            above, below = outer[f, 2 * y, start:stop], outer[f, 2 * y + 1, start:stop]
            for pixel in range(gradient.shape[2] // n):
                left, right = 2 * pixel * n, (2 * pixel + 1) * n
                a, b = above[left : left + n], above[right : right + n]
                c, d = below[left : left + n], below[right : right + n]
                value, where = gradient[f, y, pixel * n : (pixel + 1) * n], chosen[f, y, pixel * n : (pixel + 1) * n]
                for m in range(n):
                    a[m] = value[m] * np.float32(where[m] == 0)
                    b[m] = value[m] * np.float32(where[m] == 1)
                for m in range(n):
                    c[m] = value[m] * np.float32(where[m] == 2)
                    d[m] = value[m] * np.float32(where[m] == 3)
                for m in range(n):
                    total += value[m] * np.float32(where[m] < 4)
        to_bias[f] = total


@compiled
def _weight_gradient(outer, x, to_weight, border, n):
    features, channels = to_weight.shape[:2]
    size = outer.shape[2] - 2 * border * n
    for f in range(0, features, 2):
        g = min(f + 1, features - 1)
        for c in range(channels):
            for k in range(SIDE):
                for y in range(outer.shape[1]):
                    a, b = outer[f, y, border * n : border * n + size], outer[g, y, border * n : border * n + size]
                    to_f, to_g = _products(a, b, x[c, y + k], n)
                    for tap in range(SIDE):
                        to_weight[f, c, k, tap] += to_f[tap]
                        if g > f:
                            to_weight[g, c, k, tap] += to_g[tap]


@compiled
def _products(a, b, x, n):
    """The scalar products of rows a and b with row x, shifted by 0 .. 4 pixels."""
    size = a.size
    x0, x1, x2, x3, x4 = x[:size], x[n : n + size], x[2 * n : 2 * n + size], x[3 * n : 3 * n + size], x[4 * n : 4 * n + size]
    p0 = p1 = p2 = p3 = p4 = q0 = q1 = q2 = q3 = q4 = np.float32(0)
    for m in range(size):
        p0 += a[m] * x0[m]
        p1 += a[m] * x1[m]
        p2 += a[m] * x2[m]
        p3 += a[m] * x3[m]
        p4 += a[m] * x4[m]
        q0 += b[m] * x0[m]
        q1 += b[m] * x1[m]
        q2 += b[m] * x2[m]
        q3 += b[m] * x3[m]
        q4 += b[m] * x4[m]
    return (p0, p1, p2, p3, p4), (q0, q1, q2, q3, q4)


@compiled
def _image_gradient(outer, weight, to_x, n):
    """The outer gradient convolved with the kernel turned by 180 degrees."""
    features, channels = weight.shape[:2]
    rows = np.empty((2, to_x.shape[2]), np.float32)
    for c in range(0, channels, 2):
        d = min(c + 1, channels - 1)
        for y in range(to_x.shape[1]):
            rows[:] = 0
            for f in range(features):
                for k in range(max(0, y - outer.shape[1] + 1), min(SIDE, y + 1)):
                    _add_row(rows[0], rows[1], outer[f, y - k], n, weight[f, c, k, ::-1], weight[f, d, k, ::-1])
            to_x[c, y], to_x[d, y] = rows[0], rows[1]
