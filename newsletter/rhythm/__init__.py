"""The rhythm of an issue: what falls due when, done once, and told to those who work here."""
