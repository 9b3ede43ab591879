"""The panel: its buttons do what the session does, and it says how it goes."""

import io
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from alkit.human.panel import KEYBOARD, Panel, keys_of, png


@pytest.fixture
def panel(exercise, digits, tmp_path, person):
    shown = Panel(exercise, digits, tmp_path / "labels.jsonl")
    person.wait(lambda: shown.session.current is not None and not shown.classes[0].disabled)
    yield shown
    shown.session.close()


def test_a_click_labels_skips_and_takes_back(panel):
    first = panel.session.current
    time.sleep(0.3)
    panel.classes[3].click()
    assert panel.session.labels == {first: 3}
    assert re.search(r"1 labelled, 0 skipped, 5 to go; [\d.]*[1-9] s each \(median\)", panel.words.value)
    panel.skip.click()
    assert "1 labelled, 1 skipped, 4 to go" in panel.words.value
    panel.back.click(), panel.back.click()
    assert panel.session.current == first and "0 labelled" in panel.words.value
    assert panel.back.disabled


def test_the_image_on_the_page_is_the_current_one_enlarged(panel, digits):
    pixels = np.asarray(Image.open(io.BytesIO(panel.image.value)))
    small = Image.fromarray(digits.x_train[panel.session.current, 0].numpy())
    assert (pixels == np.asarray(small.resize((256, 256), Image.Resampling.BICUBIC))).all()
    assert f"digits[{panel.session.current}]" in panel.words.value


def test_every_button_has_the_key_that_the_page_listens_for(panel):
    for digit, button in enumerate(panel.classes):
        assert f"alkit-key-{digit}" in button._dom_classes and button.description == str(digit)
    assert "alkit-key-s" in panel.skip._dom_classes and "alkit-key-u" in panel.back._dom_classes
    assert "alkit-label" in panel.box._dom_classes
    assert ".alkit-key-" in KEYBOARD and ".alkit-label" in KEYBOARD


def test_the_csv_button_saves_beside_the_labels(panel):
    panel.classes[0].click()
    panel.export.click()
    path = panel.session.answers.path.with_suffix(".csv")
    assert len(path.read_text().splitlines()) == 2 and str(path) in panel.words.value


@pytest.mark.parametrize("pressed", ["class", "undo", "export"])
def test_a_full_disk_is_said_and_the_answer_can_be_given_again(panel, monkeypatch, pressed):
    panel.classes[1].click()
    current, before = panel.session.current, panel.session.answers.path.read_bytes()
    button = {"class": panel.classes[4], "undo": panel.back, "export": panel.export}[pressed]
    with monkeypatch.context() as full:
        full.setattr("os.replace" if pressed == "export" else "os.fsync", no_room)
        button.click(), button.click()
    assert panel.words.value.count("Not saved ([Errno 28] No space left on device)") == 1
    assert panel.session.current == current and panel.session.answers.path.read_bytes() == before
    button.click()
    assert "Not saved" not in panel.words.value or pressed == "export"
    assert len(panel.session.labels) == {"class": 2, "undo": 0, "export": 1}[pressed]


def no_room(*arguments, **options):
    raise OSError(28, "No space left on device")


def test_agreement_pace_and_accuracy_are_said(panel, person):
    person(panel.session, 9, wrong=3)
    person.wait(lambda: "It trains again after " in panel.words.value and len(panel.session.answers.rounds) == 3)
    assert "As the data set has it: 6 of 9 (67 %)" in panel.words.value
    assert "% with 20 labels → " in panel.words.value


def test_names_are_shown_as_they_are_and_keys_follow_the_order(digits, exercise, tmp_path):
    assert keys_of(("7", "1")) == ["7", "1"]
    assert keys_of(("cat", "dog")) == ["1", "2"]
    many = keys_of(tuple(f"class {n}" for n in range(40)))
    assert many[9:12] == ["0", "a", "b"] and many[-1] == "" and "s" not in many and "u" not in many
    assert len(set(many[:34])) == 34
    strange = replace(digits, class_names=("<b>one</b>", *digits.class_names[1:]))
    shown = Panel(exercise, strange, tmp_path / "labels.jsonl")
    assert shown.classes[0].description == "<b>one</b>  (1)"
    shown.session.close()


def test_rgb_images_and_none_are_drawn(digits):
    three = {name: getattr(digits, name).repeat(1, 3, 1, 1) for name in ("x_train", "x_test")}
    colour = replace(digits, **three, mean=digits.mean.repeat(3, 1, 1), sd=digits.sd.repeat(3, 1, 1))
    assert np.asarray(Image.open(io.BytesIO(png(colour, 2)))).shape == (256, 256, 3)
    assert (np.asarray(Image.open(io.BytesIO(png(digits, None)))) == 255).all()
