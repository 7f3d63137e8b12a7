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


def _all_but_last(text: str, *, shown: int) -> str:
    """Short texts are hidden whole: two of four digits would say too much."""
    if len(text) < 3 * shown:
        return "*" * len(text)
    return "*" * (len(text) - shown) + text[-shown:]
