"""The key that signs the audit's checkpoints: asymmetric, in AWS's key service, which never gives it away."""

import base64
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from guestlist.errors import KmsUnavailable
from guestlist.jwk import Jwk, jwk


class SealKey:
    """A key of the form ECC_NIST_P256, by its id or ARN."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._kms: Any = boto3.client("kms")

    def public(self) -> Jwk:
        """Return the public key as a JWK (RFC 7517) that bears its thumbprint as `kid`.

        Raises:
            KmsUnavailable: KMS does not answer, or refuses us.
        """
        try:
            answer = self._kms.get_public_key(KeyId=self._key)
        except (ClientError, BotoCoreError) as error:
            raise KmsUnavailable from error
        return jwk(answer["PublicKey"])

    def sign(self, message: bytes) -> str:
        """Return the signature of up to 4,096 bytes, in base64 of its DER.

        Raises:
            KmsUnavailable: KMS does not answer, or refuses us.
        """
        how = {"MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
        try:
            answer = self._kms.sign(KeyId=self._key, Message=message, **how)
        except (ClientError, BotoCoreError) as error:
            raise KmsUnavailable from error
        return base64.b64encode(answer["Signature"]).decode()
