"""What does one print, or hand to somebody: whole pages made of what is known?"""
