"""What the API's routes work with, made once at the cold start."""

import os

from guestlist.budgets import Budgets, Limits
from guestlist.links import Links
from guestlist.queue import Queue
from guestlist.resolver import resolver
from guestlist.seal_key import SealKey
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings(
    "TABLE_NAME",
    "CONNECTION",
    "CLAIMS_NAMESPACE",
    "LINK_KEYS",
    "LINK_ORIGIN",
    "PROJECTION_QUEUE",
    "MAIL_QUEUE",
    "DOOR_QUEUE",
    "PROVISIONING_QUEUE",
    "MAILS_PER_ORGANIZATION",
    "MAILS_PER_INVITER",
    "MAILS_PER_RECIPIENT",
    "MAILS_PER_RECIPIENT_IN_ALL",
    "MAY_CHANGE_ACTIONS",
    "TOKEN_LIFE",
    "SEAL_KEY",
)
store = Store(Table(settings.TABLE_NAME))
queue = Queue(
    projection=settings.PROJECTION_QUEUE,
    mail=settings.MAIL_QUEUE,
    door=settings.DOOR_QUEUE,
    provisioning=settings.PROVISIONING_QUEUE,
)
links = Links(origin=settings.LINK_ORIGIN, keys=secret(settings.LINK_KEYS))
limits = Limits(
    organization=int(settings.MAILS_PER_ORGANIZATION),
    inviter=int(settings.MAILS_PER_INVITER),
    recipient=int(settings.MAILS_PER_RECIPIENT),
    recipient_in_all=int(settings.MAILS_PER_RECIPIENT_IN_ALL),
)
budgets = Budgets(limits, links=links, store=store)
namespace = settings.CLAIMS_NAMESPACE
connection = settings.CONNECTION
token_life = int(settings.TOKEN_LIFE)
by_list = settings.MAY_CHANGE_ACTIONS == "true"
look_up = resolver(os.environ.get("NAME_SERVER", ""))
seal_key = SealKey(settings.SEAL_KEY)
