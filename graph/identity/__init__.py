"""Who is who: names, features, rules, decisions and stable identifiers."""
