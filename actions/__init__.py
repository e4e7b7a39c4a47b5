"""The login-time code that stands at the door: its shells, its generator, and what is generated."""
