"""A folder of image files as an .npz: a sub-folder a class, and `unlabelled` for those that nobody has looked at yet."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from alkit.config import check_name
from alkit.files.sources import CLASS_NAMES
from alkit.files.whole import written
from alkit.paths import data_root, shown

UNLABELLED = "unlabelled"
LONGEST = 96  # pixels of the longer side that images of different sizes are brought to, at most
KEPT = 256  # pixels of the longer side up to which images of one size stay as they are
TEST = 5  # of this many labelled images of a class one is for testing
DEEP = ("I;16", "I;16B", "I;16L", "I;16N")


class Found(NamedTuple):
    """An image file that can be read; decoded again when its turn comes, as all at once would fill the memory."""

    path: Path
    label: int
    size: tuple[int, int]  # width and height, upright
    mode: str  # L or RGB


def from_folder(folder: Path, name: str | None = None, size: str | None = None) -> tuple[Path, list[str]]:
    """Write `<data>/<name>.npz` from the images in `folder`; its path, and in words what was done to them.

    Raises ValueError, before anything is written, for a folder without classes, a class with fewer than three images, and a
    file of that name that is there already.
    """
    name = name or folder.resolve().name
    try:
        check_name("dataset", name)
    except ValueError as error:
        raise ValueError(f"{error}; give the data set one: --name my_images") from None
    path = data_root() / f"{name}.npz"
    if name.lower() in CLASS_NAMES:  # macOS takes MNIST.npz for mnist.npz
        raise ValueError(f"{name} is the name of a data set that comes from elsewhere; give this one another: --name my_{name}")
    if path.exists():
        raise ValueError(f"{shown(path)} is there already; move it away, or give this one another name: --name {name}_2")
    wanted = _wanted(size)
    classes, files = _found(folder)
    images, said = _read(folder, files)
    labels, names = [one.label for one in images], [one.path.relative_to(folder).as_posix() for one in images]
    for label, one in enumerate(classes):
        if (count := labels.count(label)) < 3:
            raise ValueError(f"{one}/ has {count} images that can be read; a class needs three: to learn, to validate, to test")
    pixels, how = _of_one_size(images, wanted)
    y, draw = np.array(labels), np.random.default_rng(0)
    own = [draw.permutation(np.flatnonzero(y == label)) for label in range(len(classes))]
    test = np.sort(np.concatenate([of[: max(1, len(of) // TEST)] for of in own]))
    train = np.setdiff1d(np.arange(len(y)), test)
    arrays = {
        "x_train": pixels[train], "y_train": y[train], "x_test": pixels[test], "y_test": y[test],
        "class_names": np.array(classes), "file_names": np.array(names)[train], "test_file_names": np.array(names)[test],
        "source": np.array("; ".join(filter(None, [f"{len(y):,} image files of {folder.resolve().name}/", how]))),
    }  # fmt: skip
    _write(path, arrays)
    counts = Counter(int(label) for label in y[train])
    each = ", ".join(f"{one} {counts[label]}" for label, one in enumerate(classes))
    shape = f"{pixels.shape[1]}x{pixels.shape[2]} {'RGB' if pixels.ndim == 4 else 'grey'}"
    return path, [
        f"{len(train):,} training images ({each}; unlabelled {counts[-1]}) and {len(test):,} for testing, one of {TEST} of "
        f"each class, {shape}",
        *([how] if how else []),
        *said,
    ]


def _wanted(size: str | None) -> tuple[int, int] | None:
    """Height and width from "64" or "48x64"."""
    if size is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?", size):
        raise ValueError(f"size={size!r} is no size; write the pixels of a square, 64, or height x width, 48x64")
    height, _, width = size.partition("x")
    return int(height), int(width or height)


def _found(folder: Path) -> tuple[list[str], list[tuple[Path, int]]]:
    """The classes, and every file with its label; files and folders whose name begins with a dot are nobody's images."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder of images")
    inside = sorted(path for path in folder.iterdir() if not _hidden(path.relative_to(folder)))
    classes = [path.name for path in inside if path.is_dir() and path.name != UNLABELLED]
    if len(classes) < 2:
        raise ValueError(
            f"{folder} has {len(classes)} class folders; it needs two or more, and {UNLABELLED}/ for what is in none of them"
        )
    if loose := [path.name for path in inside if not path.is_dir()]:
        raise ValueError(f"{some(loose)} in {folder} belong to no class; move them into {UNLABELLED}/ or away")
    files = []
    for label, one in [*enumerate(classes), (-1, UNLABELLED)]:
        below = sorted(path for path in (folder / one).rglob("*") if path.is_file())
        files += [(path, label) for path in below if not _hidden(path.relative_to(folder))]
    return classes, files


def _hidden(path: Path) -> bool:
    """Whether a program keeps that file for itself: thumbnails, a notebook's checkpoints."""
    return path.name == "Thumbs.db" or any(part[0] == "." for part in path.parts)


def _read(folder: Path, files: list[tuple[Path, int]]) -> tuple[list[Found], list[str]]:
    """The images that can be read, and in words what has to be done to them."""
    images: list[Found] = []
    bad: list[str] = []
    done: Counter[str] = Counter()
    for path, label in files:
        try:
            image = _plain(path, done)
        except Exception as error:  # decoders raise whatever they meet in a damaged file
            reason = "no image" if isinstance(error, UnidentifiedImageError) else " ".join(str(error).split())
            bad.append(f"{path.relative_to(folder).as_posix()} ({reason})")
            continue
        images.append(Found(path, label, image.size, image.mode))
    said = [f"{words}: {count}" for words, count in done.items()]
    modes = Counter(one.mode for one in images)
    if len(modes) > 1:
        said.append(f"grey among RGB, made RGB: {modes['L']}")
    return images, said + ([f"left out, as they cannot be read: {some(bad)}"] if bad else [])


def _plain(path: Path, done: Counter) -> Image.Image:
    """An image, upright, as mode L or RGB; what had to be done is counted in `done`."""
    with Image.open(path) as opened:
        return _made_plain(opened, done)


def _made_plain(opened: Image.Image, done: Counter) -> Image.Image:
    if getattr(opened, "n_frames", 1) > 1:
        done["of several frames, the first taken"] += 1
    image = ImageOps.exif_transpose(opened)
    if opened.getexif().get(0x0112, 1) != 1:
        done["turned upright, as their EXIF says"] += 1
    if image.mode in DEEP:
        done["16-bit grey, the upper 8 bits taken"] += 1
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"pixels of mode {image.mode}, whose range is not known; save it with 8 bits")
    if image.has_transparency_data:
        done["transparent, put on white"] += 1
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _of_one_size(images: list[Found], wanted: tuple[int, int] | None) -> tuple[np.ndarray, str]:
    """The images [N, H, W] or [N, H, W, 3], all of one size, and how they came to it, in words."""
    sizes = Counter(one.size for one in images)
    if wanted is None and (len(sizes) > 1 or max(images[0].size) > KEPT):
        width, height = np.median([one.size for one in images], axis=0)
        scale = min(1, LONGEST / max(width, height))
        wanted = max(1, round(height * scale)), max(1, round(width * scale))
    size = wanted[::-1] if wanted else images[0].size
    mode = "RGB" if any(one.mode == "RGB" for one in images) else "L"
    decoded = (_plain(one.path, Counter()).convert(mode) for one in images)
    if set(sizes) == {size}:
        return np.stack([np.asarray(image) for image in decoded]), ""
    pixels = np.stack([np.asarray(ImageOps.fit(image, size, Image.Resampling.LANCZOS)) for image in decoded])
    smallest, largest = min(sizes, key=lambda s: s[0] * s[1]), max(sizes, key=lambda s: s[0] * s[1])
    one, other = (f"{height}x{width}" for width, height in (smallest, largest))
    among = f"all {one}" if len(sizes) == 1 else f"{len(sizes)} sizes from {one} to {other}"
    return pixels, f"{among}, scaled to cover {size[1]}x{size[0]}, the middle kept"


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def some(names: list[str], most: int = 6) -> str:
    """The names in a line, of very many the first."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
