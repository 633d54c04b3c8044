"""The keys of one process, by purpose: what it is not there to read it cannot open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from chassis.foundation.secrecy import AesCipher, Cipher, KeyUnusable, Unsealable, digest_of
from contracts.keys import KEYS, LEGACY, keys_of, variable

FORMER = "ZHIDA_DATA_KEY"


class KeyRing(Cipher):
    """A Cipher that picks the key by the purpose. `keys`: name (contracts/keys.py) → base64, "new,old" to rotate.

    What the former key of all has sealed is opened under the purposes that this process has keys for. Raises
    KeyUnusable, naming the key.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._ciphers: dict[str, AesCipher] = {}
        for name in KEYS:
            if name in keys:
                cipher = _cipher(name, ",".join(text for text in (keys[name], keys.get(LEGACY)) if text))
                self._ciphers.update(dict.fromkeys(KEYS[name].purposes, cipher))

    @staticmethod
    def from_env(service: str, env: Mapping[str, str]) -> KeyRing:
        """Raises KeyUnusable for a key that is missing, unusable, twice the same, or not for this process."""
        needed = keys_of(service)
        given = {name: env[variable(name)] for name in (*KEYS, LEGACY) if env.get(variable(name))}
        missing = [variable(name) for name in needed if name not in given]
        foreign = [variable(name) for name in given if name not in (*needed, LEGACY)]
        if env.get(FORMER):
            foreign.append(FORMER)
        if missing or foreign:
            raise KeyUnusable(_what_to_do(service, missing, foreign))
        own = {name: given[name] for name in needed}
        if len(set(own.values())) < len(own):
            raise KeyUnusable(
                "不同用途的密钥不得相同：每个 ZHIDA_KEY_* 各生成一个 (two purposes have the same key: make one for each)"
            )
        return KeyRing(given)

    def seal(self, plaintext: str, *, purpose: str, tenant: str) -> str:
        return self._for(purpose).seal(plaintext, purpose=purpose, tenant=tenant)

    def open(self, sealed: str, *, purpose: str, tenant: str) -> str:
        if purpose not in self._ciphers:
            raise Unsealable(f"本进程没有用于 {purpose} 的密钥 (this process holds no key for it)")
        return self._ciphers[purpose].open(sealed, purpose=purpose, tenant=tenant)

    def digest(self, text: str) -> str:
        return digest_of(text)

    def hmac(self, text: str, *, purpose: str, tenant: str) -> str:
        return self._for(purpose).hmac(text, purpose=purpose, tenant=tenant)

    def hmacs(self, text: str, *, purpose: str, tenant: str) -> list[str]:
        return self._for(purpose).hmacs(text, purpose=purpose, tenant=tenant)

    def verify(self, text: str, signature: str, *, purpose: str, tenant: str) -> bool:
        return self._for(purpose).verify(text, signature, purpose=purpose, tenant=tenant)

    def _for(self, purpose: str) -> AesCipher:
        return self._ciphers.get(purpose) or _no_key(purpose)


def _cipher(name: str, texts: str) -> AesCipher:
    try:
        return AesCipher.from_key(texts)
    except KeyUnusable as error:
        raise KeyUnusable(f"{variable(name)}：{error}") from error


def _no_key(purpose: str) -> NoReturn:
    raise KeyUnusable(f"本进程没有用于 {purpose} 的密钥 (this process holds no key for it)")


def _what_to_do(service: str, missing: list[str], foreign: list[str]) -> str:
    said = [f"{service}："]
    if missing:
        said.append(f"缺少密钥 {'、'.join(missing)}，请各生成 32 字节的 base64 (missing keys)。")
    if foreign:
        said.append(f"{'、'.join(foreign)} 不归本进程使用，请从它的环境中去掉 (keys that are not for it)。")
    if FORMER in foreign:
        said.append(f"{FORMER} 改名为 {variable(LEGACY)}，只用于打开以前的数据 (docs/operations.md)。")
    return "".join(said)
