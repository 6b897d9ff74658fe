"""The ticker: looks for due work, for as long as it is left running."""
