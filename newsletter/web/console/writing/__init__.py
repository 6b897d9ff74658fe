"""Choose and Write: the list on the left, the real mail on the right, and the forms behind every word of it."""
