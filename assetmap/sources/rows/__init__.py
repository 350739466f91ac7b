"""What do the rows of a stranger's table mean: which column is the name, where is it, what is it, what is private?"""
