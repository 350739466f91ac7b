"""What is there to do besides looking: one desk each, for what comes in, what is in doubt, and what was."""
