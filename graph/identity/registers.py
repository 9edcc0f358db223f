"""Registers that give organisations numbers: how a number is written, and whether its check digits fit."""

import re
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.table_files import table_rows

_FILE = Path(__file__).resolve().parent / "registers.csv"
_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"


class Register(NamedTuple):
    """What the numbers of a register look like, and python-stdnum's module for those that carry check digits."""

    number: str
    module: str


@lru_cache(maxsize=1)
def registers() -> dict[str, Register]:
    """The registers that are known, by the name that stands as ``adms:schemaAgency``."""
    return {row["register"]: Register(row["number"], row["module"]) for _, row in table_rows(_FILE)}


def normal_number(register: str, number: str) -> str | None:
    """A number as its register writes it, without spaces and signs; None where its form or check digits are wrong.

    VIES holds the VAT numbers of all member states, each with its own check; the last two digits after a base-32
    number (ROR) are ISO 7064 mod 97-10. A number of a register that is not known stays as it is.
    """
    known = registers().get(register)
    if known and known.module:
        module = import_module(f"stdnum.{known.module}")
        return str(module.compact(number)) if module.is_valid(number) else None
    if known and re.fullmatch(known.number, number) is None:
        return None
    if known and known.number.startswith("0[a-h"):
        value = 0
        for letter in number[:7]:
            value = value * 32 + _BASE_32.index(letter)
        return number if 98 - value * 100 % 97 == int(number[7:]) else None
    return number


def equal_numbers(register: str, number: str) -> dict[str, str]:
    """The numbers by register that one (normal) number states: a Finnish business id is its VAT number too."""
    if register == "YTJ":
        return {"YTJ": number, "VIES": f"FI{number}"}
    if register == "VIES" and number.startswith("FI"):
        return {"VIES": number, "YTJ": number[2:]}
    return {register: number}
