"""How do records stay true over time: merged, refreshed, compared, doubted, and seen to be the same?"""
