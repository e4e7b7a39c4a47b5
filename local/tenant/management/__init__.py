"""The Management API: a file per resource, joined in `api`."""
