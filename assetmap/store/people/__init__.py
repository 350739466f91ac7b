"""Where is kept what belongs to people: themselves, what they said yes to, and who may sign in?"""
