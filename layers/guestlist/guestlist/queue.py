"""Hints that there is work. None is needed: whatever is unfinished is due, and the sweep finds it."""

import json

import boto3
from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from guestlist.records import Invite

logger = Logger(child=True)


class Queue:
    """The queues of the projector, the mailer, the door and the provisioner, by URL."""

    def __init__(
        self,
        *,
        projection: str | None = None,
        mail: str | None = None,
        door: str | None = None,
        provisioning: str | None = None,
    ) -> None:
        self._projection = projection
        self._mail = mail
        self._door = door
        self._provisioning = provisioning
        self._client = boto3.client("sqs")

    def project(self, user: str, *, after: int = 0) -> None:
        """Hint that a user waits to be projected, or will in so many seconds."""
        self._send(self._projection, {"user": user}, after)

    def mail(self, invite: Invite) -> None:
        """Hint that an invite's mail waits to be sent."""
        self._send(self._mail, {"organization": invite.organization, "invite": invite.id})

    def door(self) -> None:
        """Hint that the door is to be looked after."""
        self._send(self._door, {})

    def provision(self, organization: str, *, after: int = 0) -> None:
        """Hint that something is to be made or unmade for an organization at Auth0, in so many seconds."""
        self._send(self._provisioning, {"organization": organization}, after)

    def _send(self, url: str | None, message: dict[str, str], after: int = 0) -> None:
        if url is None:
            raise ValueError("this function was not given that queue")
        try:
            self._client.send_message(QueueUrl=url, MessageBody=json.dumps(message), DelaySeconds=after)
        except (ClientError, BotoCoreError):
            # The change is committed and carries its due time; the sweep will queue it.
            logger.warning("a hint was not queued", exc_info=True)
