"""How fast alkit is, beside a plain loop, beside baal, and beside what the machine could do."""
