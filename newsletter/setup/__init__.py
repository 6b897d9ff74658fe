"""The first ten minutes: from a website's address to a draft, an answer at a time; and the list of what is left."""
