"""An .npz file of images and labels, read and checked; what is wrong is said with the line of numpy that mends it."""

import lzma
import struct
import zipfile
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from alkit.paths import shown

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError, struct.error)


def read_npz(path: Path) -> tuple[dict[str, np.ndarray], str, tuple[str, ...] | None]:
    """The four arrays as they stand in the file, its source, and its class names if it has any.

    Nothing else in the archive is looked at. Raises ValueError for a file or array that cannot be read.
    """
    where = shown(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
            missing = [key for key in ARRAYS if key not in names]
            if missing:
                raise _Told(f"{where} lacks {', '.join(missing)}; it must hold {', '.join(ARRAYS)}")
            arrays = {key: _member(archive, key, where) for key in (*ARRAYS, "source", "class_names") if key in names}
    except _Told:
        raise
    except (PermissionError, IsADirectoryError) as error:
        raise ValueError(f"{where} cannot be read ({error.strerror})") from None
    except DAMAGE as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{where} is truncated or no .npz file ({type(error).__name__}: {reason}); delete it and put it there again"
        ) from None
    except MemoryError:
        raise ValueError(f"{where} holds arrays that are larger than the memory") from None
    source, class_names = arrays.pop("source", np.array(path.name)), arrays.pop("class_names", None)
    if source.ndim:
        raise ValueError(f"{where}: source is an array of shape {list(source.shape)}, not one text")
    if class_names is not None and class_names.ndim != 1:
        raise ValueError(f"{where}: class_names is {class_names.dtype} {list(class_names.shape)}, not a list of texts")
    return arrays, _text(source.item()), None if class_names is None else tuple(map(_text, class_names.tolist()))


def check_arrays(arrays: dict[str, np.ndarray], where: object) -> None:
    """Raise ValueError unless they are uint8 images [N, H, W] or [N, H, W, 3] and integer labels 0 .. C-1.

    A training image's label may also be -1: it is unlabelled.
    """
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.dtype != np.uint8 or x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] != 3):
            hint = _hint(_mend_images(f"x_{part}", x))
            raise ValueError(
                f"{where}: x_{part} is {x.dtype} {list(x.shape)}; it must be uint8 [N, H, W] (grey) or [N, H, W, 3] (RGB){hint}"
            )
        if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
            hint = _hint(_mend_labels(f"y_{part}", y))
            raise ValueError(f"{where}: y_{part} is {y.dtype} {list(y.shape)}; it must be integers [N]{hint}")
        if len(x) != len(y) or not len(x):
            raise ValueError(f"{where}: {len(x)} {part} images with {len(y)} labels")
        if not x.size:
            raise ValueError(f"{where}: x_{part} is {list(x.shape)}: images without pixels")
    train, test = arrays["x_train"], arrays["x_test"]
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(
            f"{where}: training and test images differ in shape, {list(train.shape[1:])} and {list(test.shape[1:])}"
        )
    classes = np.unique(arrays["y_train"])
    classes = classes[classes != -1]
    if len(classes) < 2 or not np.array_equal(classes, np.arange(len(classes))):
        both = "for each of y_train and y_test: y = np.searchsorted(classes, y), with classes = np.unique(y_train)"
        hint = _hint("y_train, y_test = y_train - 1, y_test - 1" if _from_one(classes) else both) if len(classes) > 1 else ""
        raise ValueError(
            f"{where}: the labels of y_train are {classes.tolist()[:12]}; they must be 0 .. C-1, none missing, "
            f"or -1 (unlabelled){hint}"
        )
    unknown = np.setdiff1d(arrays["y_test"], classes)
    if len(unknown):
        raise ValueError(f"{where}: y_test has labels that y_train does not have: {unknown.tolist()[:12]}")


class _Told(ValueError):
    """A fault of the content, not of the archive: it goes to the user as it is."""


def _member(archive: zipfile.ZipFile, key: str, where: str) -> np.ndarray:
    name = f"{key}.npy" if f"{key}.npy" in archive.namelist() else key
    with archive.open(name) as file:
        magic = file.read(npy.MAGIC_LEN)
        if not magic.startswith(npy.MAGIC_PREFIX):
            raise _Told(f"{where}: {key} is no array; write the file with numpy.savez")
        read_header = npy.read_array_header_1_0 if magic[-2] == 1 else npy.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            raise _Told(
                f"{where}: {key} holds Python objects (texts of pandas, or images of different sizes), which are not read; "
                f"write {'text' if key in ('source', 'class_names') else 'numbers'}: {_mend_objects(key)}"
            )
        declared, held = prod(shape) * dtype.itemsize, archive.getinfo(name).file_size - file.tell()
        if declared != held:
            raise _Told(f"{where}: {key} says it is {dtype} {list(shape)}, {declared:,} bytes, but holds {held:,}")
    with archive.open(name) as file:
        return npy.read_array(file, allow_pickle=False)


def _mend_objects(key: str) -> str:
    if key in ("source", "class_names"):
        return f"{key} = np.array({key}, dtype=str)"
    return f"{key} = np.stack({key})" if key.startswith("x") else f"{key} = np.array({key}.tolist())"


def _mend_images(name: str, x: np.ndarray) -> str | None:
    """The line of numpy that makes of `x` images as they are read, if it can be told."""
    if x.ndim == 4 and x.shape[3] not in (1, 3) and x.shape[1] in (1, 3):
        return f"{name} = {name}.transpose(0, 2, 3, 1)"
    if x.ndim == 4 and x.shape[3] == 4:
        return f"{name} = {name}[..., :3]  # without the fourth channel, if it is transparency"
    if x.ndim not in (3, 4) or not x.size or x.dtype.kind not in "fiub":
        return None
    if x.dtype.kind == "b":
        return f"{name} = {name}.astype('uint8') * 255"
    low, high = float(x.min()), float(x.max())
    if not (low >= 0 and high <= 255):  # also what is not a number
        return f"{name} = np.rint(({name} - low) / (high - low) * 255).astype('uint8'), of pixels between low and high"
    scale = " * 255" if x.dtype.kind == "f" and high <= 1 else ""
    return f"{name} = np.rint({name}{scale}).astype('uint8')"


def _mend_labels(name: str, y: np.ndarray) -> str | None:
    if y.ndim == 2 and y.shape[1] == 1:
        return f"{name} = {name}[:, 0]"
    if y.ndim == 2 and y.dtype.kind in "fiub" and (y.astype(float).sum(axis=1) == 1).all():
        return f"{name} = {name}.argmax(axis=1)  # one-hot"
    if y.ndim == 1 and y.dtype.kind in "US":
        return f"class_names = np.unique(y_train); {name} = np.searchsorted(class_names, {name})"
    if y.ndim == 1 and (y.dtype.kind == "b" or (y.dtype.kind == "f" and (y == np.rint(y)).all())):
        return f"{name} = {name}.astype('int64')"
    return None


def _from_one(classes: np.ndarray) -> bool:
    return np.array_equal(classes, np.arange(1, len(classes) + 1))


def _hint(line: str | None) -> str:
    return f". Convert it: {line}" if line else ""


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
