"""A second implementation of sealed records, on PyPI's `cryptography`. It shares no code with the package.

python sealed_records.py vectors          writes the test vectors
python sealed_records.py open < cases     prints the plaintext of each record, or null if it does not open
"""

import base64
import json
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def encode(fields):
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"\xff\xff\xff\xff")
        else:
            text = field.encode("utf-8")
            parts.append(len(text).to_bytes(4, "big") + text)
    return b"".join(parts)


def to_base64url(data):
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def aead(case, record_format, key_id, salt):
    info = encode([record_format, case["use"], key_id])
    key = HKDF(SHA256(), 32, salt, info).derive(base64.b64decode(case["key"]))
    fields = [case["use"], case["namespace"], case.get("account"), case.get("user"), case["name"]]
    return AESGCM(key), encode(
        [record_format, *fields, case.get("version"), case.get("principal"), key_id]
    )


def seal(case):
    record_format = "sk1e" if "wrapped" in case else "sk1"
    salt, nonce = from_base64url(case["salt"]), from_base64url(case["nonce"])
    cipher, associated = aead(case, record_format, case["keyId"], salt)
    data = nonce + cipher.encrypt(nonce, case["plaintext"].encode("utf-8"), associated)
    parts = [record_format, case["keyId"], case["salt"], to_base64url(data)]
    return ".".join(parts + ([case["wrapped"]] if "wrapped" in case else []))


def open_record(case):
    record_format, key_id, salt, data, *_ = case["record"].split(".")
    cipher, associated = aead(case, record_format, key_id, from_base64url(salt))
    body = from_base64url(data)
    try:
        return cipher.decrypt(body[:12], body[12:], associated).decode("utf-8")
    except InvalidTag:
        return None


def vectors():
    base = {
        "key": base64.b64encode(bytes(range(1, 33))).decode("ascii"),
        "keyId": "k1",
        "namespace": "shop/production",
        "use": "shared-cache",
        "name": "token",
        "salt": to_base64url(bytes(range(16))),
        "nonce": to_base64url(bytes(range(100, 112))),
        "plaintext": '{"fetchedAt":1700000000000,"value":"an example","format":"text"}',
    }
    full = {"account": "acct_1", "user": "usr_1", "version": "v7", "principal": "role/reader"}
    dates = (
        '{"fetchedAt":1700000000000,"value":"dmFsdWU=","format":"base64","version":"v7",'
        '"expiresAt":1800000000000,"refreshAt":1750000000000,"createdAt":1690000000001}'
    )
    cases = {
        "a text": {},
        "every field": {**full, "plaintext": dates},
        "an account without a user": {"account": "acct_1"},
        "a user without an account": {"user": "acct_1"},
        "characters of four bytes": {
            "namespace": "läden/\U0001f5dd",
            "name": "schlüssel\U0001f511",
            "plaintext": '{"fetchedAt":0,"value":"\U0001f511\\nÄ","format":"text"}',
        },
        "a missing secret": {"plaintext": '{"fetchedAt":1700000000000}'},
        "another use": {"use": "snapshot"},
        "a data key in an envelope": {"wrapped": to_base64url(b"wrapped data key"), **full},
    }
    named = [{"title": title, **base, **case} for title, case in cases.items()]
    return [{**case, "record": seal(case)} for case in named]


def opened(cases):
    return [open_record(case) for case in cases]


result = vectors() if sys.argv[1] == "vectors" else opened(json.load(sys.stdin))
json.dump(result, sys.stdout, indent=2, ensure_ascii=False)
