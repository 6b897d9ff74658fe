"""The pages of those who work here: one module a screen, behind one door that knows who may do what."""
