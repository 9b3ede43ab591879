"""A field for each setting; what is wrong stands beside it in `Config`'s words."""

from dataclasses import fields, replace

import pytest

from alkit.config import CONDITION, Config
from alkit.lab.explore import QUICK
from alkit.lab.form import LABELS, Form, number


def shown(form):
    """The errors that are shown, as text, by the field they stand beside."""
    return {name: error.value.split(">")[1].split("<")[0] for name, error in form.errors.items() if error.value}


@pytest.mark.parametrize("config", [QUICK, Config(), Config(acquisition="entropy", momentum=0.9, learning_rate=1e-5)])
def test_a_form_that_was_filled_asks_for_the_run_that_it_was_filled_with(config):
    form = Form(Config())
    form.fill(config)
    assert form.config() == config
    assert shown(form) == {}


def test_every_field_changes_its_setting():
    others = {"dataset": "mnist", "model": "resnet18", "acquisition": "random", "noise": "gaussian", "dropout": "0.25"}
    for name in LABELS:
        form = Form(QUICK)
        form.fields[name].value = others.get(name, "17")
        value = others.get(name, 17)
        assert form.config() == replace(QUICK, **{name: value if name in CONDITION else number(str(value))})
    assert set(LABELS) <= {f.name for f in fields(Config)}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("learning_rate", "fast", "learning_rate=&#x27;fast&#x27; is str"),
        ("learning_rate", "-1", "learning_rate=-1 is not above zero"),
        ("query_size", "2.5", "query_size=2.5 is float, not int"),
        ("dropout", "1", "dropout=1 is outside 0 .. 0.99"),
        ("epochs", "", "epochs=&#x27;&#x27; is str"),
        ("epochs", "1e400", "epochs=inf is float"),
        ("seed", "<b>", "seed=&#x27;&lt;b&gt;&#x27; is str"),
    ],
)
def test_a_wrong_value_says_so_beside_its_field_at_once_and_is_forgiven_when_mended(name, text, words):
    form = Form(QUICK)
    right = form.fields[name].value
    form.fields[name].value = text
    assert list(shown(form)) == [name]
    assert shown(form)[name].startswith(words)
    assert form.config() is None
    form.fields[name].value = right
    assert shown(form) == {}


def test_each_of_several_wrong_values_says_so():
    form = Form(QUICK)
    form.fields["epochs"].value = form.fields["seed"].value = "x"
    assert list(shown(form)) == ["epochs", "seed"]


def test_what_is_wrong_with_two_together_stands_beside_the_one_that_was_changed_last():
    form = Form(QUICK)
    form.fields["query_size"].value = "500"
    form.say("num_initial=20 + num_rounds=8 x query_size=500 asks for too many")
    assert list(shown(form)) == ["query_size"]
    form.say("nothing that a field is of")
    assert list(shown(form)) == [""]


def test_dropout_can_be_changed_only_where_it_changes_anything():
    form = Form(QUICK)
    assert not form.fields["dropout"].disabled
    form.fields["acquisition"].value = "entropy"
    assert form.fields["dropout"].disabled


def test_a_file_of_ones_own_is_a_data_set_to_choose(write_npz, monkeypatch):
    monkeypatch.setenv("ALKIT_DATA", str(write_npz("mine").parent))
    options = Form(QUICK).fields["dataset"].options
    assert [choice for _, choice in options] == ["digits", "mnist", "cifar10", "fashion_mnist", "mine"]
