"""An Auth0 tenant with state, over HTTP, on loopback."""
