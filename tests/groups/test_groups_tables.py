"""Another table of groups: it counts at each member's next login, for which a sweep goes through them all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.wrappers import Request

from guestlist.regrouping import PAGE
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import pass_time
from tests.groups_setup import TABLE, Mapping, asking, mapping
from tests.minted import lasting


@pytest.fixture
def own(stack: Stack) -> Iterator[Mapping]:
    """Return an organization whose groups count at every login, and that no other test has."""
    with lasting(stack) as api:
        yield mapping(stack, api, every=True)


def test_another_table_counts_at_each_members_next_login(own: Mapping, new_person: NewPerson) -> None:
    """Once a sweep has gone through them: roles that an entry gave go with it; those given by hand stay."""
    ann = own.person(new_person, "Nurses", "Lab, night", roles=["editor"])
    own.place.arrives(ann)
    own.told()
    own.change(groups={"Nurses": ["nurse"]})
    own.told()
    assert own.profile(ann)["groups"] == ""
    with asking(own.place.stack) as answers:
        assert own.comes(ann, "Nurses", "Lab, night") == ["editor", "nurse"]
        own.told()
        own.change(groups={})
        own.told()
        assert own.comes(ann, "Nurses", "Lab, night") == ["editor"]
        own.told()
        assert own.comes(ann, "Nurses") == ["editor"]
    assert answers == [200, 200]
    assert own.profile(ann).keys() == {"version", "roles"}


def test_from_the_first_login_to_every_one_and_back(stack: Stack, new_person: NewPerson) -> None:
    """Those who are in are asked about at their next login; and kept as they are, once that is asked for."""
    with lasting(stack) as api:
        own = mapping(stack, api, every=False)
        ann = own.person(new_person, "Nurses")
        own.place.arrives(ann)
        own.told()
        own.change(groups_at="every_login")
        own.told()
        assert own.comes(ann, "Lab, night") == ["lab"]
        own.told()
        own.change(groups_at="first_login")
        assert own.comes(ann, "Nurses") == ["lab"]
        own.told()
        assert own.profile(ann).keys() == {"version", "roles"}


@contextmanager
def meanwhile(clinic: Mapping, do: Callable[[], object]) -> Iterator[None]:
    """Do something just before the first transaction that is heard."""
    done = list[bool]()

    def hear(request: Request) -> None:
        if not done and request.headers["X-Amz-Target"].endswith("TransactWriteItems"):
            done.append(True)
            do()

    with clinic.place.stack.aws.heard(hear):
        yield
    assert done


def test_all_members_are_gone_through_page_by_page(own: Mapping, new_person: NewPerson) -> None:
    """A hundred in a sweep; where the organization changes meanwhile, they are gone through once more."""
    people = [own.person(new_person, "Nurses") for _ in range(3)]
    for person in people:
        own.place.arrives(person)
    own.told()
    waiting = [f"{number:03}@{own.place.domain}" for number in range(PAGE)]
    for email in waiting:
        own.place.operator.post(f"{own.place.path}/members", json={"email": email}).raise_for_status()
    own.change(groups=TABLE | {"Nurses": ["nurse"]})
    with meanwhile(own, lambda: own.change(name="Another name")):
        own.told()
    shown = [own.place.operator.get(own.place.path).json()["groups_asked"]]
    for _ in range(2):
        pass_time(own.place.stack, seconds=60)
        own.place.stack.workers.tick()
        own.place.stack.workers.idle()
        shown.append(own.place.operator.get(own.place.path).json()["groups_asked"])
    assert shown == [{"done": done, "of": PAGE + 3} for done in (0, PAGE)] + [None]
    assert store(own.place.stack).organization(own.place.id).due is None
    assert [own.profile(person)["groups"] for person in people] == [""] * 3
    assert [own.comes(person, "Nurses") for person in people] == [["nurse"]] * 3


def changed_and_gone_through(own: Mapping, **table: list[str]) -> None:
    """Have another table count, and a sweep go through the members there are."""
    own.change(groups=table)
    pass_time(own.place.stack, seconds=60)
    own.place.stack.workers.tick()
    assert store(own.place.stack).organization(own.place.id).groups_cursor is None


def test_a_table_that_changes_while_somebody_first_signs_in(own: Mapping, new_person: NewPerson) -> None:
    """The new one counts, however long the login takes: nobody would look at their groups again."""
    ann = own.place.person(new_person, "added")
    own.place.operator.post(f"{own.place.path}/members", json={"email": ann.email}).raise_for_status()
    with meanwhile(own, lambda: changed_and_gone_through(own, Nurses=["nurse"])):
        assert own.comes(ann, "Nurses") == ["nurse"]
    own.told()
    assert own.comes(ann, "Nurses") == ["nurse"]


def test_a_table_that_comes_while_somebody_joins_again(stack: Stack, new_person: NewPerson) -> None:
    """Their next login looks at their groups, by an account that they had before."""
    with lasting(stack) as api:
        own = mapping(stack, api, every=True, groups={})
        ann = own.person(new_person, "Nurses", roles=["editor"])
        own.place.arrives(ann)
        own.told()
        api.delete(own.member(ann)).raise_for_status()
        with meanwhile(own, lambda: changed_and_gone_through(own, Nurses=["nurse"])):
            api.post(f"{own.place.path}/members", json={"email": ann.email}).raise_for_status()
        own.told()
        assert own.comes(ann, "Nurses") == ["nurse"]
