"""What the calendar's letters say: pure words from facts. They name the command to type, and carry no link."""
