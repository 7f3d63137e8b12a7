"""How personal data look where the full text isn't needed: 138****5678, 5001**********1234, 陈*宇. Pure."""

_ID_LENGTHS = (15, 18)


def mask_phone(phone: str) -> str:
    """A mobile number keeps its first three and last four digits; any other number its last two."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    return _all_but_last(digits, shown=2)


def mask_id_number(number: str) -> str:
    """An identity card number keeps its first and last four signs; any other number its last two."""
    number = "".join(number.split())
    if len(number) in _ID_LENGTHS:
        return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"
    return _all_but_last(number, shown=2)


def mask_name(name: str) -> str:
    """The first sign and the last remain; of a name of two signs the first, of one none."""
    name = name.strip()
    if len(name) <= 2:
        return name[:1] + "*" if len(name) == 2 else "*" * len(name)
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_address(address: str) -> str:
    """What a whole house shares remains; which door in it does not."""
    address = address.strip()
    ends = max(address.rfind(sign) for sign in "巷街路号院栋幢座社村组")
    shown = address[: ends + 1] if ends >= 0 else address[: min(6, len(address) // 2)]
    # A house that is known by its number alone is one household's: then the number goes too.
    if shown == address:
        shown = address[: max(1, len(address) // 2)]
    return f"{shown}***" if address else ""


def mask_birth(day: str) -> str:
    """The year says how old somebody is; the day would help to tell who it is."""
    return f"{day[:4]}-**-**" if day else ""


def _all_but_last(text: str, *, shown: int) -> str:
    """Short texts are hidden whole: two of four digits would say too much."""
    if len(text) < 3 * shown:
        return "*" * len(text)
    return "*" * (len(text) - shown) + text[-shown:]
