"""What bytes did somebody send, and which rows and shapes are in them? Readers of files that nobody has checked."""
