"""What we answer: a decision tree kept as data in `content/guide`."""
