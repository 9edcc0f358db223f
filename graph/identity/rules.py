"""What forbids that two actors are one, whatever agrees: the vetoes of matching.sql, for pairs that a chain joins."""

from talkoot.graph.identity.comparison import Comparison


def numbers_of(actor: Comparison) -> dict[str, set[str]]:
    """Registered numbers by register."""
    found: dict[str, set[str]] = {}
    for rule, number, _ in actor.keys:
        if rule.startswith("id:"):
            found.setdefault(rule[3:], set()).add(number)
    return found


def veto(one: Comparison, other: Comparison) -> str:
    """Why two actors must not be joined, or empty (matching.md 4)."""
    _, _, kind, country, _, _, _, digits = one.record
    _, _, other_kind, other_country, _, _, _, other_digits = other.record
    if kind != other_kind and "organisation" in (kind, other_kind):
        return "a centre or network is another thing than an organisation"
    ours, theirs = numbers_of(one), numbers_of(other)
    both = sorted(ours.keys() & theirs.keys())
    for register in both:
        if not ours[register] & theirs[register]:
            return f"different numbers in {register}"
    if both:
        return ""
    if country and other_country and country != other_country:
        return "different countries"
    if digits and other_digits and digits != other_digits:
        return "different numbers in the names"
    forms, other_forms = ({kind for rule, kind, _ in actor.hints if rule == "form"} for actor in (one, other))
    if forms and other_forms and not forms & other_forms:
        return f"legal forms of different kinds ({', '.join(sorted(forms))}; {', '.join(sorted(other_forms))})"
    return ""
