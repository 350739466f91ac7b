"""Files that went out to be edited, on their way home."""
