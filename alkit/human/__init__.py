"""A person as the oracle: the labels she gives, the session that asks for them, and what she sees."""
