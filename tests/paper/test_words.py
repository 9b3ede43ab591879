"""Names show as the paper writes them, anyone's own as they are, wherever they end up."""

import matplotlib.pyplot as plt
import pytest

from alkit.acquisitions import ACQUISITIONS
from alkit.models import MODELS
from alkit.noise import NOISES
from alkit.paper.words import OTHERS, WORDS, colour, latex, markdown, mathtext, ordered, word


def test_whatever_can_be_chosen_has_a_word_and_a_colour():
    for table in (ACQUISITIONS, NOISES, MODELS):
        for key in table:
            assert word(key) != key
            assert colour(key) == WORDS[key][1]


def test_a_key_without_a_word_shows_as_itself_last_in_a_colour_of_its_own(monkeypatch):
    for key in ("margin", "coreset"):
        monkeypatch.setitem(ACQUISITIONS, key, ACQUISITIONS["entropy"])
    assert word("margin") == "margin"
    assert ordered(["margin", "bald", "random", "margin"]) == ["random", "bald", "margin"]
    assert (colour("margin"), colour("coreset")) == OTHERS[:2]
    assert not set(OTHERS) & {own for _, own in WORDS.values()}


def test_a_contrast_has_the_words_of_both():
    assert word("resnet18 − lenet") == "ResNet-18 − LeNet"
    assert word("constrained") in word("ideal − constrained") and word("my − own") == "my − own"


def test_text_of_others_is_latex_that_shows_it():
    assert latex(r"50 % of a_b & $x$ \~") == r"50 \% of a\_b \& \$x\$ \textbackslash{}\textasciitilde{}"


def test_text_of_others_sets_no_formula_in_a_figure():
    figure = plt.figure()
    for text in ("$x$ and $y$", "one $", r"$\frac$"):
        shown = figure.text(0, 0, mathtext(text))
        assert shown._preprocess_math(shown.get_text()) == (text, False)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("a|b", r"a\|b"),
        ("<b>", "&lt;b&gt;"),
        ("a_b*", r"a\_b\*"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("&amp;", "&amp;amp;"),
    ],
)
def test_text_of_others_is_markdown_that_shows_it(text, page):
    assert markdown(text) == page
