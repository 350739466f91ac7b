"""What can be done with what is kept, beside looking at it? One desk each."""
