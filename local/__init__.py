"""The whole stack on one machine: an Auth0 tenant, the gateway, AWS by moto, a mailbox, an application."""
