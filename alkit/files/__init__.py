"""What is read from disk, and believed only after a look: images and logs."""
