"""How the paper writes the names of data sets, networks, noises and acquisitions: their order, words and colours.

A new acquisition, noise or model needs no entry: it shows as itself, last, in a colour of its own.
"""

from collections.abc import Iterable

from alkit.acquisitions import ACQUISITIONS
from alkit.models import MODELS
from alkit.noise import NOISES

GREY, ORANGE, BLUE, GREEN = "#444444", "#D55E00", "#0072B2", "#009E73"  # Okabe and Ito's, told apart by colour-blind people
OTHERS = ("#CC79A7", "#56B4E9", "#E69F00", "#000000")  # for what has no colour below

# Acquisitions, noises and models never share a figure's colours, so that a colour means one thing in each.
WORDS: dict[str, tuple[str, str | None]] = {
    "supervised": ("Supervised, limited data", None),
    "ideal": ("AL, ideal data", None),
    "ideal_fine": ("AL, ideal data, small queries", None),
    "constrained": ("AL, constrained data", None),
    "mnist": ("MNIST", None), "cifar10": ("CIFAR-10", None), "fashion_mnist": ("Fashion-MNIST", None),
    "digits": ("digits", None),
    "none": ("None", GREY),
    "gaussian": ("Gaussian", ORANGE),
    "salt_and_pepper": ("Salt and Pepper", GREEN),
    "released_pepper": ("Pepper", GREEN),
    "lenet": ("LeNet", BLUE),
    "resnet18": ("ResNet-18", ORANGE),
    "released_lenet": ("LeNet as released", BLUE),
    "released_resnet18": ("ResNet-18 as released", ORANGE),
    "cnn": ("CNN (32, 64, 128)", GREEN),
    "random": ("Random", GREY),
    "entropy": ("Max. Entropy", ORANGE),
    "bald": ("BALD", BLUE),
    "released_entropy": ("Max. Entropy as released", ORANGE),
    "released_bald": ("BALD as released", BLUE),
}  # fmt: skip


def word(key: str) -> str:
    """How the paper writes it, of a contrast "one − other" both; a key without a word is its own."""
    return " − ".join(WORDS[one][0] if one in WORDS else one for one in key.split(" − "))


def colour(key: str) -> str:
    """The colour of an acquisition, noise or model: its own, or, for the n-th of its table without one, the n-th of OTHERS."""
    if key in WORDS:
        return WORDS[key][1] or GREY
    for table in (ACQUISITIONS, NOISES, MODELS):
        without = [k for k in table if k not in WORDS]
        if key in without:
            return OTHERS[without.index(key) % len(OTHERS)]
    return OTHERS[0]


def ordered(keys: Iterable[str]) -> list[str]:
    """The different keys in the paper's order; those without a word come last, as they came."""
    keys, known = list(dict.fromkeys(keys)), list(WORDS)
    return sorted(keys, key=lambda key: known.index(key) if key in WORDS else len(known))


_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$",
          "\N{FIGURE SPACE}": r"\phantom{0}", **{c: f"\\{c}" for c in "&%$#_{}"}}  # fmt: skip
_MARKDOWN = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "<span>$</span>", **{c: f"\\{c}" for c in "\\`*_[]|"}}


def latex(text: str) -> str:
    """Someone's text as LaTeX shows it unchanged."""
    return text.translate(str.maketrans(_LATEX))


def mathtext(text: str) -> str:
    """Someone's text as matplotlib shows it unchanged: between two dollars it would set a formula."""
    return text.replace("$", r"\$")


def markdown(text: str) -> str:
    """Someone's text as Markdown shows it unchanged, on a page that sets formulas between dollars too."""
    return text.translate(str.maketrans(_MARKDOWN))
