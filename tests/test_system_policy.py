"""The policy for systems: every combination of facts, each rule needed, the rows shared with logins."""

import pytest

from guestlist.login_policy import RULES, Decision, Outcome, Rule, decide
from guestlist.system_policy import SYSTEM_RULES, SystemFacts
from tests.vectors.truth_table import SYSTEMS as TABLE


def test_truth_table_is_as_recorded() -> None:
    """A change of policy shows as a change of the file."""
    assert TABLE.file.read_text() == TABLE.render()
    assert TABLE.recorded() == TABLE.codes()


@pytest.mark.parametrize("without", SYSTEM_RULES, ids=lambda rule: rule.code)
def test_each_rule_is_needed(without: Rule) -> None:
    """Dropping any one rule changes what the recorded table says."""
    assert TABLE.codes(without) != TABLE.recorded()


def test_a_claim_is_for_a_bound_system_without_all_organizations() -> None:
    """It is given to exactly those, and names what the client is bound to; the unbound pass without."""
    for facts in TABLE.rows:
        assert isinstance(facts, SystemFacts)
        sound = facts.configured and facts.sources_sound and facts.sources_agree
        decision = decide(facts, SYSTEM_RULES)
        assert (decision.outcome is Outcome.WITHOUT) == (not facts.bound)
        admitted = facts.bound and sound and not facts.everywhere and facts.open
        assert (decision.organization == "clinicA") == (decision.outcome is Outcome.ADMIT) == admitted


def test_the_rows_that_logins_have_too_are_the_same() -> None:
    """What a code means is said once."""
    logins = {rule.code: rule for rule in RULES}
    shared = [rule for rule in SYSTEM_RULES if rule.code in logins]
    assert len(shared) == 4
    assert all(logins[rule.code] is rule for rule in shared)


def test_all_organizations_beside_one_are_denied_in_a_fixed_text() -> None:
    """Without the organization's name."""
    facts = SystemFacts(
        bound=True,
        configured=True,
        sources_sound=True,
        sources_agree=True,
        everywhere=True,
        open=True,
        organization="clinicA",
    )
    text = "system_everywhere: A system of one organization cannot have all:organizations."
    assert decide(facts, SYSTEM_RULES) == Decision(Outcome.DENY, "system_everywhere", reason=text)
