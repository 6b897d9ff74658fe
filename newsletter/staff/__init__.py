"""Foundation: the people who work here, what each role may do, and the log of who did what."""
