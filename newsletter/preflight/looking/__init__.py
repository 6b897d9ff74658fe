"""Asking the network: what the mail's addresses answer, and what the DNS tells of the sender's names."""
