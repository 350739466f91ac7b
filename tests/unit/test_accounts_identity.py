"""Is nothing kept of a service's claims but a keyed hash, and does a proxy have to show that it is the proxy?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import InputError, NotAllowed
from assetmap.model.roles import Granted
from assetmap.store.people.account_place import ServerAccounts
from assetmap.store.people.account_secret import AccountSecret
from assetmap.store.people.identity import Identity, from_proxy, minimal
from tests.receptions import GOOD, SECRET, START, World, world

ISSUER = "https://idporten.example"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "sub": "hQ5KLvtqXlh4", "exp": START.timestamp() + 60, "pid": "17054026641", "name": "Canary Kvikk",
    "email": "canary@example.no", "birthdate": "1940-05-17", "amr": ["BankID"], "acr": "idporten-loa-substantial",
    "groups": ["bydel-ost"], "locale": "nb",
}  # fmt: skip
SHARED = "s" * 32


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def of(claims: Mapping[str, Any], **more: Any) -> Identity:
    return minimal(claims, SECRET, issuers=[ISSUER], at=START, **more)


def test_of_all_claims_a_hash_stays() -> None:
    found = of(CLAIMS)
    assert set(vars(found)) == {"subject", "strong"}
    assert len(found.subject) == 64
    for claim in CLAIMS.values():
        assert str(claim) not in repr(found)
    assert of({name: CLAIMS[name] for name in ("iss", "sub", "exp")}) == found, "nothing else is looked at"


def test_the_hash_depends_on_who_and_where_and_on_the_secret() -> None:
    both = [ISSUER, ISSUER + "x"]
    kinds = [
        minimal(claims, secret, issuers=both, at=START).subject
        for secret in (SECRET, AccountSecret(bytes(32)))
        for claims in (CLAIMS, {**CLAIMS, "sub": "other"}, {**CLAIMS, "iss": both[1]}, {**CLAIMS, "iss": both[1],
                       "sub": CLAIMS["sub"][1:]})
    ]  # fmt: skip
    assert len(set(kinds)) == 8


@pytest.mark.parametrize(
    "change",
    [{"iss": "https://evil.example"}, {"iss": None}, {"sub": ""}, {"sub": " "}, {"sub": 7}, {"exp": START.timestamp()},
     {"exp": None}, {"exp": "soon"}, {"exp": True}],
    ids=["foreign", "no service", "nobody", "blank", "a number", "over", "endless", "a word", "a truth"],
)  # fmt: skip
def test_claims_that_say_nobody(change: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed, match="did not say in a valid way") as refused:
        of({**CLAIMS, **change})
    assert not any(str(value) in str(refused.value) for value in ("17054026641", "Canary", "hQ5KLvtqXlh4"))


@given(st.dictionaries(st.sampled_from([*CLAIMS, "x"]), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_whatever_comes_is_a_hash_or_refused(claims: dict[str, Any]) -> None:
    try:
        found = of(claims)
    except NotAllowed:
        return
    assert claims["iss"] == ISSUER
    assert len(found.subject) == 64


@pytest.mark.parametrize(
    ("more", "levels", "strong"),
    [({"amr": ["pwd"], "acr": "0"}, (), False), ({"amr": ["pwd", "otp"], "acr": "0"}, (), True),
     ({"amr": "mfa", "acr": "0"}, (), False), ({"amr": ["pwd"]}, ("idporten-loa-substantial",), True),
     ({"amr": [{}], "acr": "idporten-loa-low"}, ("idporten-loa-substantial",), False)],
    ids=["password", "code", "not a list", "level", "low"],
)  # fmt: skip
def test_a_second_step_at_the_service(more: dict[str, Any], levels: tuple[str, ...], strong: bool) -> None:
    assert of({**CLAIMS, **more}, strong_levels=levels).strong is strong


def proxied(*headers: tuple[str, str], shared: str = SHARED, strong: bool = False) -> Identity:
    return from_proxy(headers, SECRET, shared=shared, strong=strong)


def test_a_proxy_shows_its_secret() -> None:
    user, key = ("X-Forwarded-User", "kari@example.no"), ("X-Assetmap-Proxy-Secret", SHARED)
    found = proxied(user, key, ("Accept", "x"), strong=True)
    assert found.strong
    assert "kari" not in repr(found)
    assert proxied(key, ("x-forwarded-user", " kari@example.no ")).subject == found.subject
    assert proxied(key, ("x-forwarded-user", "ola")).subject != found.subject
    wrong = [
        (user,), (key,), (user, ("X-Assetmap-Proxy-Secret", SHARED[:-1])), (user, ("X-Assetmap-Proxy-Secret", "")),
        (user, user, key), (user, ("x-forwarded-user", "admin"), key), (user, key, key),
        (("X-Forwarded-User", " "), key), (),
    ]  # fmt: skip
    for headers in wrong:
        with pytest.raises(NotAllowed, match="did not come through the sign-in proxy"):
            proxied(*headers)
    with pytest.raises(InputError, match="31 characters"):
        proxied(user, ("X-Assetmap-Proxy-Secret", "s" * 31), shared="s" * 31)
    with pytest.raises(InputError):
        proxied(user, ("X-Assetmap-Proxy-Secret", ""), shared="")


def test_an_account_is_linked_by_a_token_and_then_opens(here: World) -> None:
    identity = of(CLAIMS, strong_levels=["idporten-loa-substantial"])
    with pytest.raises(NotAllowed, match="no open account here"):
        here.door.by_service(identity)
    token = here.accounts.invite("Kari", [Granted("connector")], by=here.admin)
    here.own.set_up_by_service(token, identity)
    with pytest.raises(NotAllowed, match="not right, was used"):
        here.own.set_up_by_service(token, identity)
    with pytest.raises(NotAllowed):
        here.door.by_password("Kari", GOOD)
    old = here.door.by_service(identity)
    assert here.signed(old).grants == (Granted("connector"),)
    assert here.signed(here.door.by_service(Identity(identity.subject, False), before=old)).withheld == ("connector",)
    assert here.at.sessions.use(old) is None
    (account,) = here.accounts.all(by=here.admin)
    assert not account.waits
    second = here.accounts.invite("Ola", [], by=here.admin)
    with pytest.raises(InputError, match="belongs to an account already"):
        here.own.set_up_by_service(second, identity)
    here.own.set_up(second, GOOD)  # what failed used nothing up
    here.accounts.disable(account.id, by=here.admin)
    with pytest.raises(NotAllowed, match="no open account here"):
        here.door.by_service(identity)


def test_nothing_of_the_claims_is_in_the_files(tmp_path: Path) -> None:
    here = world(tmp_path)
    identity = of(CLAIMS)
    here.own.set_up_by_service(here.accounts.invite("Kari", [], by=here.admin), identity)
    here.door.by_service(identity)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert identity.subject.encode() in kept, "the test reads what is there"
    for name in ("sub", "pid", "name", "email", "birthdate"):
        for form in ("utf-8", "utf-16-le"):
            assert str(CLAIMS[name]).encode(form) not in kept, name
