"""From a params file to executed notebooks."""
