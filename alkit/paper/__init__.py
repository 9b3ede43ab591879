"""The paper's published numbers, and what is shown, tested and written beside them."""
