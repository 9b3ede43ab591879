"""A person labels while the loop trains: a simulated one drives the object that the notebook's buttons drive."""

import math
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
import torch

from alkit import loop, training
from alkit.human.answers import Answers
from alkit.human.session import for_person
from alkit.split import split


def test_her_labels_are_trained_on_while_she_goes_on(begin, person, exercise, digits):
    session = begin()
    images = person(session, 15)
    person.wait(lambda: len(session.answers.rounds) == 4)
    assert images == session.answers.asked[:15]
    # 20 at the start; a training begins with half a query (3) open, and what she labels meanwhile is in it or in the next
    counts = [found.num_labelled for found in session.answers.rounds]
    assert counts[0] == 20 and all(20 + 6 * n - 3 <= count <= 20 + 6 * n for n, count in enumerate(counts[1:], 1))
    assert session.agreement == (15, 15)
    assert set(session.answers.asked) <= set(split(exercise, digits)[2].tolist())


def test_a_wrong_label_is_trained_on_as_she_gave_it_until_it_is_taken_back(begin, person, digits, monkeypatch):
    seen = []
    fit = training.fit
    monkeypatch.setattr(loop, "fit", lambda config, data, *rest: seen.append(data.y_train) or fit(config, data, *rest))
    session = begin()
    image = person(session, 3, wrong=3)[2]
    person.wait(lambda: len(seen) == 2)
    own = int(digits.y_train[image])
    assert int(seen[1][image]) == (own + 1) % 10
    session.undo()
    assert session.current == image
    session.answer(own)
    person(session, 6)
    person.wait(lambda: len(seen) == 3)
    assert int(seen[2][image]) == own
    assert session.agreement == (7, 9)


def test_she_goes_on_while_the_network_trains(begin, person, monkeypatch):
    import threading

    may_train, fit = threading.Event(), training.fit
    may_train.set()
    monkeypatch.setattr(loop, "fit", lambda *args: may_train.wait(60) and fit(*args))
    session = begin()
    person.wait(lambda: session.current is not None)
    may_train.clear()
    person(session, 6)  # the last three of them while it waits to train
    person.wait(lambda: session.is_training and session.current is None)
    assert session.open == []
    assert len(session.labels) == 6
    may_train.set()
    person(session, 1)


def test_a_skipped_image_is_no_label_and_does_not_come_back(begin, person):
    session = begin()
    person.wait(lambda: session.current is not None)
    skipped = session.current
    session.answer(None)
    person(session, 14)
    assert skipped not in session.labels and skipped not in session.open
    assert len(session.labels) == 14
    session.undo()
    assert len(session.labels) == 13


def test_undo_goes_back_answer_by_answer_and_stops_at_the_first(begin, person):
    session = begin()
    images = person(session, 3)
    for image in reversed(images):
        session.undo()
        assert session.current == image
    session.undo()
    assert session.current == images[0] and session.labels == {}


def test_closing_and_coming_back_goes_on_where_she_was(begin, person):
    session = begin()
    images = person(session, 8)
    person.wait(lambda: len(session.answers.rounds) == 2 and not session.is_training)
    before, current = session.labels, session.current
    session.close()
    again = begin()
    assert again.labels == before and again.current == current
    more = person(again, 8)
    assert not set(more) & set(images)
    person.wait(lambda: len(again.answers.rounds) == 4)
    assert [found.number for found in again.answers.rounds] == [0, 1, 2, 3]


def test_running_the_cell_again_takes_the_file_over_from_the_session_before(begin, person):
    session = begin()
    person(session, 2)
    again = begin()
    assert session.is_closed and len(again.labels) == 2
    session.answer(0)
    session.undo()
    assert len(again.labels) == 2 and len(session.labels) == 2


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_kill_in_mid_query_loses_no_answer(tmp_path, exercise, begin, person):
    """A process of its own labels four images as 1, says so, and is killed."""
    code = f"""
        import sys, time
        from pathlib import Path
        from alkit import Config, load
        from alkit.human.session import Session

        path = Path({str(tmp_path)!r}) / "labels.jsonl"
        session = Session(Config(**{exercise.as_dict()!r}), load("digits", device="cpu"), path)
        for _ in range(4):
            while session.current is None:
                time.sleep(0.01)
            print(session.current, flush=True)
            session.answer(1)
        print("done", flush=True)
        time.sleep(600)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline().strip() for _ in range(5)]
    assert lines[4] == "done"
    process.send_signal(signal.SIGKILL)
    process.wait()
    session = begin()
    assert session.labels == dict.fromkeys(map(int, lines[:4]), 1)
    person(session, 4)
    assert len(session.labels) == 8


def test_unlabelled_images_are_what_she_is_asked_for_and_all_labels_serve(begin, person, digits, exercise, tmp_path):
    unlabelled = torch.arange(len(digits.y_train)) % 4 == 0
    data = replace(digits, y_train=torch.where(unlabelled, -1, digits.y_train))
    config = for_person(exercise, data)
    assert config.num_valid == 50 and config.num_initial == int((~unlabelled).sum()) - 50
    session = begin(tmp_path / "unlabelled.jsonl", config, data)
    images = person(session, 4)
    assert all(unlabelled[images])
    assert session.agreement == (0, 0)
    assert for_person(exercise, digits) == exercise


@pytest.mark.parametrize("pool", [20, 18, 2])  # which queries of six do not divide, do, and do not fill by half
def test_the_loop_ends_when_every_image_was_asked_for_once_and_its_last_network_has_all_labels(begin, person, exercise, pool):
    session = begin(config=replace(exercise, num_pool=pool, epochs=1))
    images = person(session, pool)
    person.wait(lambda: session.is_done)
    assert len(set(images)) == pool and session.current is None and not session.problem
    assert session.answers.rounds[-1].test_accuracy is not None
    assert session.answers.rounds[-1].num_labelled == exercise.num_initial + pool
    session.close()
    again = begin(config=session.config)
    person.wait(lambda: again.is_done)
    assert len(again.answers.rounds) == len(session.answers.rounds)


def test_coming_back_in_the_last_query_it_still_waits_for_all_of_it(begin, person, exercise):
    config = replace(exercise, num_pool=8, epochs=1)
    session = begin(config=config)
    person(session, 7)
    person.wait(lambda: len(session.open) == 1)
    session.close()
    again = begin(config=config)
    assert len(again.open) == 1 and not again.is_done
    person(again, 1)
    person.wait(lambda: again.is_done)
    assert again.answers.rounds[-1].num_labelled == exercise.num_initial + 8


def test_rounds_are_as_many_as_the_pool_allows_whatever_is_asked_for(begin, exercise):
    session = begin(config=replace(exercise, num_rounds=5000))
    assert session.config.num_rounds == math.ceil((1297 - exercise.num_initial - exercise.num_valid) / exercise.query_size)


def test_what_stops_the_loop_is_said_and_the_labels_stay(begin, person, exercise, monkeypatch):
    fit = loop.fit

    def diverges(config, data, labelled, number):
        if number:
            raise FloatingPointError("training diverged; lower learning_rate")
        return fit(config, data, labelled, number)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "fit", diverges)
        session = begin()
        images = person(session, exercise.query_size)
        person.wait(lambda: session.problem and session.is_done)
        session.close()
    assert "lower learning_rate" in session.problem
    again = begin()
    person.wait(lambda: again.current is not None)
    assert sorted(again.labels) == sorted(images)


def test_what_cannot_be_trained_is_said_before_a_label_is_asked_for(begin, person, exercise, tmp_path):
    session = begin(config=replace(exercise, learning_rate=1e6))
    person.wait(lambda: session.problem and session.is_done)
    assert "learning_rate=1000000" in session.problem
    with pytest.raises(ValueError, match="num_initial=5 is less"):
        begin(tmp_path / "other.jsonl", replace(exercise, num_initial=5))
    assert not (tmp_path / "other.jsonl").exists()


def test_seconds_are_those_between_an_images_showing_and_its_answer(begin, person, monkeypatch):
    session = begin()
    person.wait(lambda: session.current is not None)
    now = [0.0]
    monkeypatch.setattr("alkit.human.session.time.monotonic", lambda: now[0])
    session._shown = (None, 0.0)
    for seconds in (2.0, 4.0, 9.0):
        assert session.current is not None
        now[0] += seconds
        session.answer(3)
    assert [one.seconds for one in session.answers.given.values()] == [2.0, 4.0, 9.0]
    assert session.seconds == 4.0


def test_a_label_that_is_no_class_is_refused(begin, person):
    session = begin()
    person.wait(lambda: session.current is not None)
    with pytest.raises(ValueError, match="label=10 is none of the 10 classes"):
        session.answer(10)
    assert isinstance(session.answers, Answers) and not session.labels
