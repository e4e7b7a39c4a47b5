"""The policy of the door: every combination of facts, and each rule needed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.door_configuration import SECRET_LIMIT, DoorConfiguration
from guestlist.login_policy import (
    FAILURE,
    RULES,
    Decision,
    Facts,
    NoOrganization,
    Outcome,
    RefreshOrganization,
    Rule,
    Source,
    decide,
)
from tests.vectors.truth_table import LOGINS as TABLE

NAMESPACE = "https://guestlist.example/claims"


def is_member_of_what_is_asked(facts: Facts) -> bool:
    """Say in one sentence, apart from the table, who is admitted to an organization."""
    sound = facts.configured and facts.protocol_known and facts.sources_sound and facts.sources_agree
    for_one = facts.named or (facts.given and not facts.refresh)
    return (
        sound
        and not facts.exempt
        and facts.listed
        and facts.connection_admits
        and for_one
        and facts.member
        and facts.open
        and facts.dated
        and facts.fresh
    )


def test_truth_table_is_as_recorded() -> None:
    """Every row decides as the recorded table says: a change of policy shows as a change of the file."""
    assert TABLE.file.read_text() == TABLE.render()
    assert TABLE.recorded() == TABLE.codes()


@pytest.mark.parametrize("without", RULES, ids=lambda rule: rule.code)
def test_each_rule_is_needed(without: Rule) -> None:
    """Dropping any one rule changes what the recorded table says."""
    assert TABLE.codes(without) != TABLE.recorded()


def test_admitted_is_who_is_a_member_of_what_is_asked() -> None:
    """A claim is given to exactly those whom one plain condition admits, and names what was asked."""
    for facts in TABLE.rows:
        assert isinstance(facts, Facts)
        decision = decide(facts)
        assert (decision.outcome is Outcome.ADMIT) == is_member_of_what_is_asked(facts)
        assert decision.organization == ("clinicA" if decision.outcome is Outcome.ADMIT else "")


def test_only_a_configured_door_lets_anyone_pass_unchecked() -> None:
    """Exemption, and admission without an organization, need a valid configuration that says so."""
    for facts in TABLE.rows:
        assert isinstance(facts, Facts)
        outcome = decide(facts).outcome
        assert (outcome is Outcome.EXEMPT) == (facts.configured and facts.exempt)
        assert outcome is not Outcome.WITHOUT or (facts.without and not facts.named and not facts.refresh)


def test_reasons_are_fixed_texts_with_a_code() -> None:
    """A reason is the code and a sentence, plain enough for a URL, each code once."""
    denials = [rule for rule in (*RULES, FAILURE) if rule.outcome is Outcome.DENY]
    assert all(rule.reason == f"{rule.code}: {rule.text}" and rule.text.isascii() for rule in denials)
    assert all(len(rule.reason) < 100 and rule.text.endswith(".") for rule in denials)
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_denial_carries_its_reason() -> None:
    """A decision to deny has the row's reason, and no organization."""
    stranger = next(facts for facts in TABLE.rows if decide(facts).code == "not_member")
    wanted = "not_member: You are not a member of this organization."
    assert decide(stranger) == Decision(Outcome.DENY, "not_member", reason=wanted)


@given(
    st.sets(st.sampled_from(Source), min_size=1),
    st.sampled_from(NoOrganization),
    st.sampled_from(RefreshOrganization),
    st.lists(st.text(min_size=1, max_size=40), max_size=5),
)
def test_configuration_is_json_of_its_settings(
    sources: set[Source], none: NoOrganization, refresh: RefreshOrganization, exempt: list[str]
) -> None:
    """The secret's value is JSON with exactly the documented keys."""
    prefix = "https://api.example/" if Source.AUDIENCE in sources else ""
    value = DoorConfiguration(NAMESPACE, tuple(sources), none, refresh, tuple(exempt), prefix).to_json()
    assert json.loads(value) == {
        "namespace": NAMESPACE,
        "sources": list(sources),
        "no_organization": none,
        "refresh_organization": refresh,
        "exempt_clients": exempt,
        "audience_prefix": prefix,
    }


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("namespace", "http://guestlist.example"),
        ("namespace", "https://guestlist.example/"),
        ("namespace", "guestlist"),
        ("sources", ()),
        ("sources", (Source.QUERY, Source.QUERY)),
        ("sources", (Source.AUDIENCE,)),
        ("audience_prefix", "https://api.example/"),
        ("exempt_clients", ("",)),
        ("exempt_clients", ("x" * SECRET_LIMIT,)),
    ],
)
def test_settings_that_the_door_would_refuse(setting: str, value: object) -> None:
    """A setting with which the door would deny everyone is refused before it gets there."""
    settings: dict[str, object] = {"namespace": NAMESPACE, "sources": (Source.QUERY,), setting: value}
    with pytest.raises(ValueError, match=r"namespace|sources|audience_prefix|exempt_clients|4096"):
        DoorConfiguration(**settings)  # type: ignore[arg-type]  # wrong on purpose
