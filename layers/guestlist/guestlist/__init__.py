"""Guestlist: B2B provisioning on Auth0."""
