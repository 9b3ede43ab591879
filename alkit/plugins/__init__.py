"""Entries in the method's tables that are not the paper's own."""
