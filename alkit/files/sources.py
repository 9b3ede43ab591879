"""Where data sets come from: a file of one's own, scikit-learn, or a download."""

import contextlib
import hashlib
import zlib
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from pickle import UnpicklingError
from tarfile import TarError
from zipfile import BadZipFile

import numpy as np
import torch

from alkit.config import check_name
from alkit.data import Dataset
from alkit.determinism import resolve_device
from alkit.files.lock import held
from alkit.files.npz import ARRAYS, check_arrays, read_npz
from alkit.paths import data_root, shown

DIGITS = tuple("0123456789")
# Mirrors, the disk, an archive, a checksum: torchvision hands on what they raise.
DOWNLOADING = (OSError, RuntimeError, ValueError, EOFError, HTTPException, TarError, BadZipFile, zlib.error, UnpicklingError)
CLASS_NAMES = {
    "digits": DIGITS,
    "mnist": DIGITS,
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "fashion_mnist": ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
}
TORCHVISION = {"mnist": "MNIST", "cifar10": "CIFAR10", "fashion_mnist": "FashionMNIST"}
DOWNLOADED = {  # what a download leaves; of MNIST's four files the last
    "mnist": "MNIST/raw/t10k-labels-idx1-ubyte",
    "cifar10": "cifar-10-batches-py",
    "fashion_mnist": "FashionMNIST/raw/t10k-labels-idx1-ubyte",
}


def load(name: str, root: str | Path | None = None, device: str = "auto") -> Dataset:
    """The data set `name`: `<root>/<name>.npz` if that file exists, else scikit-learn's digits or a download.

    An .npz holds x_train, x_test (uint8, [N, H, W] or [N, H, W, 1] grey, or [N, H, W, 3] RGB), y_train, y_test (integers
    0 .. C-1; in y_train also -1, unlabelled) and optionally source (text) and class_names; what else it holds is not read.
    `root` is $ALKIT_DATA, else the project's `data`. Raises ValueError, saying what to do, for an unknown name, a file that
    cannot be used, or a download that fails.
    """
    check_name("dataset", name)
    root = Path(root or data_root())
    path = root / f"{name}.npz"
    if path.exists():
        arrays, source, class_names = read_npz(path)
    elif name == "digits":
        arrays, source, class_names = _sklearn_digits()
    elif name in TORCHVISION:
        arrays, source, class_names = _download(name, root)
    else:
        raise ValueError(
            f"unknown dataset {name!r}; choose {', '.join(datasets(root))}, or put your own images in {shown(path)}"
        )
    where = shown(path) if path.exists() else name
    for key in ("x_train", "x_test"):
        if arrays[key].ndim == 4 and arrays[key].shape[3] == 1:
            arrays[key] = arrays[key][..., 0]  # grey, as [N, H, W] is
    check_arrays(arrays, where)
    num_classes = int(arrays["y_train"].max()) + 1
    if class_names is None:  # then those that are known, of as many classes as there are
        known = CLASS_NAMES.get(name, ())
        class_names = known[:num_classes] if len(known) >= num_classes else tuple(map(str, range(num_classes)))
    elif len(class_names) != num_classes and path.exists():
        raise ValueError(f"{where}: class_names has {len(class_names)} names for the {num_classes} classes of y_train")
    shown_names = [one.strip() for one in class_names]
    for one in shown_names:
        if shown_names.count(one) > 1:
            raise ValueError(f"{where}: class_names has {one!r} twice; give each class a name of its own")
    return _dataset(name, source, class_names, arrays).to(resolve_device(device))


def datasets(root: Path) -> list[str]:
    """The data sets that are known by name, and the files of one's own in `root`."""
    return list(dict.fromkeys([*CLASS_NAMES, *sorted(path.stem for path in root.glob("*.npz"))]))


def is_here(name: str) -> bool:
    """Whether `load` would find the data set without a download."""
    root = data_root()
    return name not in DOWNLOADED or (root / f"{name}.npz").exists() or (root / DOWNLOADED[name]).exists()


def _dataset(name: str, source: str, class_names: tuple[str, ...], arrays: dict[str, np.ndarray]) -> Dataset:
    digest = hashlib.sha256()
    for key in ARRAYS:
        array = arrays[key].astype(np.int64) if key[0] == "y" else arrays[key]
        digest.update(repr((key, array.shape)).encode())
        digest.update(np.ascontiguousarray(array).data)
    x_train, x_test = (_channels_first(arrays[key]) for key in ("x_train", "x_test"))
    mean = x_train.mean(axis=(0, 2, 3), dtype=np.float64) / 255
    mean_of_squares = np.square(x_train, dtype=np.uint16).mean(axis=(0, 2, 3), dtype=np.float64) / 255**2
    constant = x_train.min(axis=(0, 2, 3)) == x_train.max(axis=(0, 2, 3))
    if constant.all():
        raise ValueError(f"the training images of {name} are all one grey level: nothing to learn from")
    # A channel that is the same everywhere (usual in fluorescence) becomes 0: its sd counts as 1.
    sd = np.where(constant, 1.0, np.sqrt(np.maximum(mean_of_squares - mean**2, 0)))

    def tensor(array: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)

    return Dataset(
        name, source, digest.hexdigest()[:12], class_names,
        tensor(x_train, torch.uint8), tensor(arrays["y_train"].astype(np.int64), torch.int64),
        tensor(x_test, torch.uint8), tensor(arrays["y_test"].astype(np.int64), torch.int64),
        tensor(mean, torch.float32)[:, None, None], tensor(sd, torch.float32)[:, None, None],
    )  # fmt: skip


def _channels_first(images: np.ndarray) -> np.ndarray:
    return images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)


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

    cls: Callable = getattr(torchvision.datasets, TORCHVISION[name])
    raw = root / TORCHVISION[name] / "raw"
    was_there = (root / DOWNLOADED[name]).is_file()  # torchvision asks no more of MNIST's files than that they exist
    try:
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # a folder that may only be read: what is there needs no lock
                stack.enter_context(held(root / f"{name}.lock", -1, f"another process downloads {name}; waiting for it"))
            parts = [cls(root, train=train, download=True) for train in (True, False)]
    except DOWNLOADING as error:
        reason = (str(error) or type(error).__name__).strip().splitlines()[0]
        if was_there:
            raise ValueError(
                f"{name} could not be read from {shown(raw)}/ ({reason}); delete {_suspects(raw)} and run again"
            ) from None
        raise ValueError(
            f"{name} could not be downloaded ({reason}). Put {name}.npz, with {', '.join(ARRAYS)}, into {shown(root)}/ "
            "or set ALKIT_DATA to the folder that has it"
        ) from None
    arrays = {}
    for key, part in zip(("train", "test"), parts, strict=True):
        arrays[f"x_{key}"] = np.asarray(part.data)
        arrays[f"y_{key}"] = np.asarray(part.targets)
    return arrays, f"{TORCHVISION[name]} as torchvision {torchvision.__version__} downloads it", CLASS_NAMES[name]


def _suspects(raw: Path) -> str:
    """The files of that folder that are shorter or longer than their IDX header says, or all of it if none is."""
    found = []
    for path in sorted(raw.glob("*-ubyte")):
        with path.open("rb") as file:
            head = file.read(16)
        sizes = np.frombuffer(head[4 : 4 + 4 * head[3]], ">i4") if len(head) == 16 and head[3] in (1, 3) else ()
        if not len(sizes) or path.stat().st_size != 4 + 4 * len(sizes) + int(np.prod(sizes, dtype=object)):
            found.append(path.name)
    return ", ".join(found) or "that folder"
