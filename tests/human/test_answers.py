"""The file of labels: what is in it survives, and what is damaged is named."""

import json
from dataclasses import replace

import pytest

from alkit.human.answers import Answers
from alkit.loop import Round

ROUND = Round(0, 20, 0.5, None, (7, 3, 5), 0.0, 0.0, 0.0, scores=(0.9, 0.8, 0.7), pool_scores=(0.1, 0.2, 0.3))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def reopened(path, config, data):
    answers = Answers(path, config, data)
    answers.close()
    return answers


def test_what_was_answered_skipped_and_taken_back_is_there_again(path, exercise, digits):
    answers = Answers(path, exercise, digits)
    answers.add_round(ROUND)
    answers.add(7, 4, 1.234)
    answers.add(3, None, 2.0)
    answers.add(5, 1, 0.5)
    answers.take_back(5)
    answers.close()
    again = reopened(path, exercise, digits)
    assert [(a.image, a.label, a.seconds, a.round) for a in again.given.values()] == [(7, 4, 1.23, 0), (3, None, 2.0, 0)]
    assert again.rounds == [ROUND]
    assert (again.rounds[0].scores, again.rounds[0].pool_scores) == (ROUND.scores, ROUND.pool_scores)
    assert again.asked == [7, 3, 5]


def test_rounds_are_alike_back_to_where_another_acquisition_or_network_queried(path, exercise, digits):
    for number, changes in enumerate(({}, {"acquisition": "bald"}, {"model": "resnet18"}, {"model": "resnet18"})):
        answers = Answers(path, replace(exercise, **changes), digits)
        answers.add_round(replace(ROUND, number=number))
        answers.close()
    assert [one.number for one in answers.alike] == [one.number for one in reopened(path, exercise, digits).alike] == [2, 3]
    assert reopened(path.with_name("new.jsonl"), exercise, digits).alike == []


def test_a_file_from_before_rounds_said_what_queried_them_is_read(path, exercise, digits):
    answers = Answers(path, exercise, digits)
    answers.add_round(ROUND)
    answers.close()
    path.write_text(path.read_text().replace(', "by": ["lenet", "entropy"]', ""))
    again = Answers(path, exercise, digits)
    again.add_round(replace(ROUND, number=1))
    again.close()
    assert [one.number for one in again.alike] == [1]


def test_labels_of_other_settings_are_refused_by_those_that_differ(path, exercise, digits):
    reopened(path, exercise, digits)
    with pytest.raises(ValueError, match=r"labels of other settings \(seed: 0 -> 1, query_size: 6 -> 7\); move it away"):
        Answers(path, replace(exercise, seed=1, query_size=7), digits)


def test_every_answer_is_on_disk_when_it_is_given_and_no_byte_before_it_changes(path, exercise, digits):
    answers = Answers(path, exercise, digits)
    answers.add_round(ROUND)
    before = path.read_bytes()
    for image in (7, 3):
        answers.add(image, 4, 1.0)
        assert path.read_bytes().startswith(before)
        before = path.read_bytes()
        assert json.loads(before.splitlines()[-1])["image"] == image
    answers.take_back(3)
    assert path.read_bytes().startswith(before)
    answers.close()


@pytest.mark.parametrize("torn", [b'{"image": 3, "lab', b'{"image": 3, "label": 4, "seconds": 1.0, "round": 0, "at": ""}'])
def test_a_torn_last_line_is_as_if_it_had_not_been_written(path, exercise, digits, torn):
    answers = Answers(path, exercise, digits)
    answers.add_round(ROUND)
    answers.add(7, 4, 1.0)
    answers.close()
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert list(reopened(path, exercise, digits).given) == [7]
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"image": 9, "label": 4, "seconds": 1.0, "round": 0, "at": ""}', "line 3 is damaged .* image 9 was not asked for"),
        ('{"image": 7, "label": 10, "seconds": 1.0, "round": 0, "at": ""}', "line 3 is damaged .* label 10"),
        ('{"image": 7}', "line 3 is damaged"),
        ('{"taken_back": 7}', "line 3 is damaged"),
        ("{", "line 3: no JSON"),
        ('{"round": {"number": 1}}', "line 3 is damaged"),
    ],
)
def test_damage_is_named_and_left_as_it_is(path, exercise, digits, line, words):
    answers = Answers(path, exercise, digits)
    answers.add_round(ROUND)
    answers.close()
    path.write_text(path.read_text() + line + "\n")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words) as caught:
        Answers(path, exercise, digits)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("before", [b'{"data": 1}\n{"image"', b"notes of mine", b'{"config": 1}\n{"number": 0'])
def test_a_file_that_is_refused_loses_nothing_not_even_an_end_without_a_line_break(path, exercise, digits, before):
    path.write_bytes(before)
    with pytest.raises(ValueError, match="move it away"):
        Answers(path, exercise, digits)
    assert path.read_bytes() == before


def test_labels_whose_first_line_was_torn_begin_anew(path, exercise, digits):
    path.write_bytes(b'{"data": {"name')
    assert reopened(path, exercise, digits).given == {}
    reopened(path, exercise, digits)


def test_labels_of_other_images_or_another_split_are_refused_and_other_settings_may_change(path, exercise, digits):
    reopened(path, exercise, digits)
    with pytest.raises(ValueError, match="labels of other data"):
        Answers(path, exercise, replace(digits, digest="0" * 12))
    with pytest.raises(ValueError, match="labels of other settings"):
        Answers(path, replace(exercise, seed=1), digits)
    reopened(path, replace(exercise, epochs=9, acquisition="bald"), digits)


def test_a_file_that_is_open_elsewhere_is_refused(path, exercise, digits):
    answers = Answers(path, exercise, digits)
    with pytest.raises(ValueError, match="open in another notebook"):
        Answers(path, exercise, digits)
    answers.close()
    reopened(path, exercise, digits)


def test_labels_can_be_opened_again_once_a_full_disk_has_room(path, exercise, digits, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Answers, "_append", full)
        with pytest.raises(OSError, match="No space left") as caught:
            Answers(path, exercise, digits)
    assert reopened(path, exercise, digits).given == {}
    assert caught.tb is not None  # the traceback is kept, as IPython keeps the last one: the lock may not hang on it
