"""What is asked of an organization with identity providers of its own: who comes in, by which domain."""

from guestlist import domains, organizations
from guestlist.bodies import OrganizationChange
from guestlist.discovery import discover
from guestlist.domain_bodies import DomainChange
from guestlist.errors import NotFound
from guestlist.ids import ordered_id
from guestlist.request import Request
from tests.robustness.arrivals import RESOLVER, Arrivals
from tests.robustness.front import operators_request
from tests.robustness.history import NOBODY, History, Kind, Operation, Outcome
from tests.robustness.mapping import Mapping
from tests.robustness.own import ROLES, connection_of, prove_as
from tests.robustness.witnesses import Witnesses
from tests.robustness.world import World


class OwnDeeds:
    """First logins, and what becomes of domains."""

    def __init__(self, world: World, history: History, witnesses: Witnesses) -> None:
        self._store, self._history = world.store, history
        self._threshold, self._by_groups = witnesses.threshold, witnesses.by_groups
        self._arrivals = Arrivals(world)
        self.deeds = {
            Kind.LOGIN: self._login,
            Kind.DISCOVER: self._discover,
            Kind.PROVE: self._prove,
            Kind.RELEASE: self._release,
            Kind.AUTO_JOIN: self._auto_join,
            Kind.MAP: self._map,
        }

    def _login(self, asked: Operation) -> Outcome:
        by = connection_of(asked.person)
        account = self._arrivals.account(by, asked.person, asked.account, asked.groups)
        request = Request(RESOLVER, ordered_id(), asked.now)
        self._history.requests[request.id] = asked
        with self._threshold.watched(asked, account), self._by_groups.watched(asked, account):
            answer = self._arrivals.resolve(account, request)
            given = [role.split(":", 1) for role in answer["roles"]]
            found = {
                name: tuple(role for place, role in given if place == name)
                for name in answer["organizations"]
            }
            return Outcome("seen", organizations=frozenset(found.items())) if found else Outcome(NOBODY)

    def _discover(self, asked: Operation) -> Outcome:
        with self._threshold.asked_the_way(asked) as told:
            told.update(discover({"email": asked.person}, store=self._store))
        return Outcome("seen")

    def _prove(self, asked: Operation) -> Outcome:
        prove_as(self._store, asked.organization, asked.domain)
        return Outcome("done")

    def _release(self, asked: Operation) -> Outcome:
        domains.release(asked.organization, asked.domain, request=operators_request(), store=self._store)
        return Outcome("done")

    def _auto_join(self, asked: Operation) -> Outcome:
        seen = self._store.domain(asked.organization, asked.domain)
        if seen is None:
            raise NotFound
        wanted = DomainChange(auto_join=asked.joins, roles=[*ROLES])
        domains.change(
            asked.organization,
            asked.domain,
            wanted,
            seen=seen.version,
            request=operators_request(),
            store=self._store,
        )
        return Outcome("done")

    def _map(self, asked: Operation) -> Outcome:
        place, mapping = self._store.organization(asked.organization), asked.mapping or Mapping()
        wanted = OrganizationChange.model_validate(mapping.asked())
        organizations.change(
            asked.organization, wanted, seen=place.version, request=operators_request(), store=self._store
        )
        return Outcome("done")
