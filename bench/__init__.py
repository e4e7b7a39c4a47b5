"""The figures: what is claimed of Guestlist, measured beside its alternative. `python -m bench`."""
