"""What readers do by themselves: join, confirm, change, leave, come back. Pages and API call it; no staff is needed."""
