"""Where data sets come from: a file of one's own, scikit-learn, or a download."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from alkit.data import Dataset
from alkit.determinism import resolve_device
from alkit.paths import data_root, shown

DIGITS = tuple("0123456789")
CLASS_NAMES = {
    "digits": DIGITS,
    "mnist": DIGITS,
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "fashion_mnist": ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
}
TORCHVISION = {"mnist": "MNIST", "cifar10": "CIFAR10", "fashion_mnist": "FashionMNIST"}
ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def load(name: str, root: str | Path | None = None, device: str = "auto") -> Dataset:
    """The data set `name`: `<root>/<name>.npz` if that file exists, else scikit-learn's digits or a download.

    An .npz holds x_train, x_test (uint8, [N, H, W] grey or [N, H, W, 3] RGB), y_train, y_test (integers 0 .. C-1) and
    optionally source (text) and class_names. `root` is $ALKIT_DATA, else the project's `data`. Raises ValueError, saying
    what to do, for an unknown name, a file that cannot be used, or a download that fails.
    """
    root = Path(root or data_root())
    path = root / f"{name}.npz"
    if path.exists():
        arrays, source, class_names = _read_npz(path)
    elif name == "digits":
        arrays, source, class_names = _sklearn_digits()
    elif name in TORCHVISION:
        arrays, source, class_names = _download(name, root)
    else:
        files = sorted(p.stem for p in root.glob("*.npz"))
        choices = ", ".join(dict.fromkeys((*CLASS_NAMES, *files)))
        raise ValueError(f"unknown dataset {name!r}; choose {choices}, or put your own images in {shown(path)}")
    _check_arrays(arrays, shown(path) if path.exists() else name)
    if class_names is None:
        class_names = CLASS_NAMES.get(name, ())
    num_classes = int(arrays["y_train"].max()) + 1
    if len(class_names) < num_classes:
        class_names = tuple(str(c) for c in range(num_classes))
    return _dataset(name, source, tuple(class_names), arrays).to(resolve_device(device))


def _dataset(name: str, source: str, class_names: tuple[str, ...], arrays: dict[str, np.ndarray]) -> Dataset:
    digest = hashlib.sha256()
    for key in ARRAYS:
        array = arrays[key].astype(np.int64) if key[0] == "y" else arrays[key]
        digest.update(repr((key, array.shape)).encode())
        digest.update(np.ascontiguousarray(array).data)
    x_train, x_test = (_channels_first(arrays[key]) for key in ("x_train", "x_test"))
    mean = x_train.mean(axis=(0, 2, 3), dtype=np.float64) / 255
    mean_of_squares = np.square(x_train, dtype=np.uint16).mean(axis=(0, 2, 3), dtype=np.float64) / 255**2
    sd = np.sqrt(mean_of_squares - mean**2)
    if not (sd > 0).all():
        raise ValueError(f"the training images of {name} are all one grey level: nothing to learn from")
    tensor = lambda a, dtype: torch.from_numpy(np.ascontiguousarray(a)).to(dtype)  # noqa: E731
    return Dataset(
        name, source, digest.hexdigest()[:12], class_names,
        tensor(x_train, torch.uint8), tensor(arrays["y_train"].astype(np.int64), torch.int64),
        tensor(x_test, torch.uint8), tensor(arrays["y_test"].astype(np.int64), torch.int64),
        tensor(mean, torch.float32)[:, None, None], tensor(sd, torch.float32)[:, None, None],
    )  # fmt: skip


def _channels_first(images: np.ndarray) -> np.ndarray:
    return images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)


def _check_arrays(arrays: dict[str, np.ndarray], where: object) -> None:
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.dtype != np.uint8 or x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] != 3):
            raise ValueError(
                f"{where}: x_{part} is {x.dtype} {list(x.shape)}; it must be uint8 [N, H, W] (grey) or [N, H, W, 3] (RGB)"
            )
        if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
            raise ValueError(f"{where}: y_{part} is {y.dtype} {list(y.shape)}; it must be integers [N]")
        if len(x) != len(y) or not len(x):
            raise ValueError(f"{where}: {len(x)} {part} images with {len(y)} labels")
    if arrays["x_train"].shape[1:] != arrays["x_test"].shape[1:]:
        raise ValueError(f"{where}: training and test images differ in shape")
    classes = np.unique(arrays["y_train"])
    if len(classes) < 2 or not np.array_equal(classes, np.arange(len(classes))):
        raise ValueError(f"{where}: the labels of y_train are {classes.tolist()[:12]}; they must be 0 .. C-1, none missing")
    if not np.isin(arrays["y_test"], classes).all():
        raise ValueError(f"{where}: y_test has labels that y_train does not have")


def _read_npz(path: Path):
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except Exception as error:  # damage shows as whatever zipfile, zlib or numpy trips over
        raise ValueError(
            f"{shown(path)} is truncated or no .npz file ({type(error).__name__}: {error}); delete it and put it there again"
        ) from None
    missing = [key for key in ARRAYS if key not in arrays]
    if missing:
        raise ValueError(f"{shown(path)} lacks {', '.join(missing)}; it must hold {', '.join(ARRAYS)}")
    class_names = tuple(map(str, arrays["class_names"])) if "class_names" in arrays else None
    return arrays, str(arrays.get("source", path.name)), class_names


def _sklearn_digits():
    """scikit-learn's 1,797 handwritten digits, 8x8, each pixel doubled so that LeNet's two 5x5 convolutions fit."""
    import sklearn
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8).repeat(2, axis=1).repeat(2, axis=2)
    x_train, x_test, y_train, y_test = train_test_split(
        images, digits.target, test_size=500, stratify=digits.target, random_state=0
    )
    source = f"scikit-learn {sklearn.__version__} load_digits (UCI optical digits), pixels doubled to 16x16, 500 for testing"
    return dict(zip(ARRAYS, (x_train, y_train, x_test, y_test), strict=True)), source, DIGITS


def _download(name: str, root: Path):
    import torchvision
    from filelock import FileLock

    cls: Callable = getattr(torchvision.datasets, TORCHVISION[name])
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f"{name}.lock"):
            parts = [cls(root, train=train, download=True) for train in (True, False)]
    except Exception as error:  # torchvision raises whatever its mirrors, the disk or the checksum raised
        reason = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise ValueError(
            f"{name} could not be downloaded ({reason}). Put {name}.npz, with {', '.join(ARRAYS)}, into {shown(root)}/ "
            "or set ALKIT_DATA to the folder that has it"
        ) from None
    arrays = {}
    for key, part in zip(("train", "test"), parts, strict=True):
        arrays[f"x_{key}"] = np.asarray(part.data)
        arrays[f"y_{key}"] = np.asarray(part.targets)
    return arrays, f"{TORCHVISION[name]} as torchvision {torchvision.__version__} downloads it", CLASS_NAMES[name]
