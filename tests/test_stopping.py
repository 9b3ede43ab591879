"""What stopping says; that it does so while Python imports is tested with the command."""

import sys

from alkit import stopping


def test_what_was_interrupted_is_said_with_the_command_as_it_was_given(capfd, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["-m", "reproduce", "mini", "--only", "a b*"])
    stopping.say("So far so good")
    assert capfd.readouterr().out == "\nInterrupted. So far so good: python -m alkit reproduce mini --only 'a b*'\n"
