"""What tests of labelling share: a session on the digits, and a person who labels as the data set does."""

from dataclasses import replace

import pytest

from alkit.human.session import Session


@pytest.fixture
def exercise(tiny):
    """A run of seconds: every image has a label that a person's can be compared with."""
    return replace(tiny, acquisition="entropy", query_size=6, epochs=2)


@pytest.fixture
def begin(exercise, digits, tmp_path):
    """Sessions on one file of labels, closed at the end."""
    opened = []

    def session(path=tmp_path / "labels.jsonl", config=exercise, data=digits):
        opened.append(Session(config, data, path))
        return opened[-1]

    yield session
    for one in opened:
        one.close()


@pytest.fixture
def person(digits, wait):
    """Answers so many images as the data set has them, waiting for each; the images."""

    def label(session, count, wrong=0):
        seen = []
        for n in range(count):
            wait(lambda: session.current is not None)
            image = session.current
            seen.append(image)
            session.answer((int(digits.y_train[image]) + (n < wrong)) % 10)
        return seen

    label.wait = wait
    return label
