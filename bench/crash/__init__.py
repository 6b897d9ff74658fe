"""Senders, their mail server and their database are killed and hindered; what arrived is compared with the ledger."""
