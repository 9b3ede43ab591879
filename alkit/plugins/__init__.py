"""Entries in the method's tables that are not the paper's own; importing alkit registers them."""

from alkit.plugins import cnn, released  # noqa: F401
