"""A user's identities: the first is the main one; a linked one keeps an address and a password of its own."""

from local.tenant.state import Document, State


def account_id(identity: Document) -> str:
    """Return the `user_id` of the account that an identity was, or would be alone; so passwords are kept."""
    return f"{identity['provider']}|{identity['user_id']}"


def profile_of(user: Document, identity: Document) -> Document:
    """Return where an identity's attributes stand: at the root for the main one, else in `profileData`."""
    if identity is user["identities"][0]:
        return user
    profile: Document = identity["profileData"]
    return profile


def identity_by_email(state: State, connection: str, email: str) -> tuple[Document, Document] | None:
    """Return the user and the identity of a connection (by name) with this lower-cased address."""
    for user in state.users.values():
        for identity in user["identities"]:
            if identity["connection"] == connection and profile_of(user, identity).get("email") == email:
                return user, identity
    return None


def identity_in(user: Document, connection: str) -> Document | None:
    """Return a user's first identity of a connection (by name)."""
    return next((i for i in user["identities"] if i["connection"] == connection), None)


def end_sessions(state: State, user_id: str) -> None:
    """Sign a user out everywhere; refresh tokens stay good [community KB 150812, sessions.mdx]."""
    for key in [key for key, session in state.sessions.items() if session.user_id == user_id]:
        del state.sessions[key]
