"""The build: not shipped, run by make."""
