"""Whether the installation is well: its mail services, its domain, what works by itself, and where it lives."""
