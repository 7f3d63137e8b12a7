"""The fields of each ledger: what they are called, what fits in them, and which are personal data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from grid import masking
from grid.models import LedgerKind


class Holds(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    TAGS = "tags"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    NAME = "name"  # of a person
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"  # where a person lives
    BIRTH = "birth"
    AREA = "area"
    HOUSE = "house"
    DEGREES = "degrees"


PERSONAL: Final = frozenset({Holds.NAME, Holds.PHONE, Holds.ID_NUMBER, Holds.ADDRESS, Holds.BIRTH})
COLUMNS: Final = ("code", "title", "area", "house", "address", "tags", "cycle_days", "lat", "lon")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `purpose` says what personal data are kept for; choices are the district's words, shown as they are."""

    name: str
    label: Promise
    holds: Holds = Holds.TEXT
    choices: tuple[str, ...] = ()
    purpose: Promise | str = ""
    is_required: bool = False
    longest: int = 100
    least: float = 0
    most: float = 1_000_000

    @property
    def is_personal(self) -> bool:
        return self.holds in PERSONAL

    @property
    def is_column(self) -> bool:
        """Whether it is a column of its own; the others lie in `details`."""
        return self.name in COLUMNS


_REACH, _KNOW, _VISIT = _("to reach somebody"), _("to tell people apart"), _("to visit")
_NOTE = Field(name="note", label=_("Note"), holds=Holds.LONG, longest=500)
_CODE = Field(name="code", label=_("Code"), longest=40)
_AREA = Field(name="area", label=_("Grid's code"), holds=Holds.AREA, is_required=True)
_TAGS = Field(name="tags", label=_("Tags"), holds=Holds.TAGS)
_ADDRESS = Field(name="address", label=_("Stands at"), longest=200)
_CYCLE = Field(name="cycle_days", label=_("Days between visits"), holds=Holds.NUMBER, least=1, most=3660)
_LAT = Field(name="lat", label=_("Latitude"), holds=Holds.DEGREES, least=-90, most=90)
_LON = Field(name="lon", label=_("Longitude"), holds=Holds.DEGREES, least=-180, most=180)
_WHERE = (_CYCLE, _LAT, _LON, _NOTE)

_PERSON = (
    Field(name="title", label=_("Name"), holds=Holds.NAME, is_required=True, purpose=_KNOW),
    _CODE,
    Field(
        name="id_number", label=_("Identity number"), holds=Holds.ID_NUMBER, longest=18, purpose=_KNOW
    ),
    Field(name="sex", label=_("Sex"), holds=Holds.CHOICE, choices=("男", "女")),
    Field(name="birth_on", label=_("Born on"), holds=Holds.BIRTH, purpose=_KNOW),
    Field(name="phone", label=_("Phone"), holds=Holds.PHONE, longest=30, purpose=_REACH),
    _AREA,
    Field(name="address", label=_("Lives at"), holds=Holds.ADDRESS, longest=200, purpose=_VISIT),
    Field(
        name="registered_address", label=_("Registered at"), holds=Holds.ADDRESS, longest=200, purpose=_KNOW
    ),
    Field(name="house", label=_("House's code"), holds=Holds.HOUSE),
    Field(
        name="relation", label=_("Relation to the head of the household"), holds=Holds.CHOICE,
        choices=("户主", "配偶", "子女", "父母", "祖父母", "孙子女", "兄弟姐妹", "租客", "其他"),
    ),
    _TAGS,
    Field(
        name="education", label=_("Education"), holds=Holds.CHOICE,
        choices=("小学及以下", "初中", "高中或中专", "大专", "本科", "研究生"),
    ),
    Field(name="job", label=_("Job")),
    Field(
        name="political", label=_("Political status"), holds=Holds.CHOICE,
        choices=("群众", "共青团员", "中共党员", "民主党派"),
    ),
    Field(
        name="marital", label=_("Marital status"), holds=Holds.CHOICE,
        choices=("未婚", "已婚", "离异", "丧偶"),
    ),
    Field(name="carer", label=_("Carer"), holds=Holds.NAME, purpose=_REACH),
    Field(name="carer_phone", label=_("Carer's phone"), holds=Holds.PHONE, longest=30, purpose=_REACH),
    *_WHERE,
)  # fmt: skip
_HOUSE = (
    Field(name="title", label=_("House"), is_required=True),
    _CODE, _AREA, _ADDRESS,
    Field(name="building", label=_("Building"), longest=30),
    Field(name="unit", label=_("Unit of the building"), longest=30),
    Field(name="room", label=_("Room"), longest=30),
    _TAGS,
    Field(
        name="structure", label=_("Structure"), holds=Holds.CHOICE,
        choices=("钢混", "框架", "砖混", "砖木", "土木", "钢结构", "其他"),
    ),
    Field(name="built_in", label=_("Built in"), holds=Holds.NUMBER, least=1800, most=2100),
    Field(name="floor_area", label=_("Floor area, m²"), holds=Holds.DECIMAL),
    Field(name="use", label=_("Use"), holds=Holds.CHOICE, choices=("自住", "出租", "经营", "空置")),
    Field(name="owner", label=_("Owner"), holds=Holds.NAME, purpose=_REACH),
    Field(name="owner_phone", label=_("Owner's phone"), holds=Holds.PHONE, longest=30, purpose=_REACH),
    Field(name="danger", label=_("Danger level"), holds=Holds.CHOICE, choices=("A", "B", "C", "D")),
    Field(name="gas", label=_("Gas"), holds=Holds.CHOICE, choices=("天然气", "液化气罐", "无")),
    Field(name="fire", label=_("Fire safety"), longest=200),
    *_WHERE,
)  # fmt: skip
_PLACE = (
    Field(name="title", label=_("Place"), is_required=True),
    _CODE,
    Field(
        name="sort", label=_("Sort"), holds=Holds.CHOICE,
        choices=(
            "小学校幼儿园", "小医院", "小商店", "小餐饮场所", "小旅馆", "小歌舞娱乐场所", "小网吧", "小美容洗浴场所",
            "小生产加工企业", "商铺企业", "广场", "地块", "承包地", "地灾隐患点", "水域", "林地", "其他",
        ),
    ),
    _AREA, _ADDRESS, _TAGS,
    Field(name="credit_code", label=_("Social credit code"), longest=18),
    Field(name="trade", label=_("Trade")),
    Field(name="contact", label=_("Contact"), holds=Holds.NAME, purpose=_REACH),
    Field(name="contact_phone", label=_("Contact's phone"), holds=Holds.PHONE, longest=30, purpose=_REACH),
    Field(name="floor_area", label=_("Floor area, m²"), holds=Holds.DECIMAL),
    Field(name="staff", label=_("People there"), holds=Holds.NUMBER),
    Field(
        name="safety", label=_("Safety"), holds=Holds.CHOICE, choices=("正常", "需关注", "有隐患"),
    ),
    Field(name="fire", label=_("Fire safety"), longest=200),
    *_WHERE,
)  # fmt: skip
_FACILITY = (
    Field(name="title", label=_("Facility"), is_required=True),
    _CODE,
    Field(
        name="sort", label=_("Sort"), holds=Holds.CHOICE,
        choices=(
            "摄像头", "感知设备", "消防器材", "警报器", "应急物资", "路灯", "井盖", "健身器材", "休闲座椅", "其他",
        ),
    ),
    _AREA, _ADDRESS, _TAGS,
    Field(name="serial", label=_("Serial number"), longest=60),
    Field(name="owner_unit", label=_("Kept by the unit")),
    Field(name="quantity", label=_("Quantity"), holds=Holds.NUMBER),
    Field(
        name="condition", label=_("State of repair"), holds=Holds.CHOICE, choices=("完好", "破损", "停用"),
    ),
    Field(name="checked_on", label=_("Checked on"), holds=Holds.DATE),
    Field(name="good_until", label=_("Good until"), holds=Holds.DATE),
    *_WHERE,
)  # fmt: skip

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    LedgerKind.PERSON: _PERSON,
    LedgerKind.HOUSE: _HOUSE,
    LedgerKind.PLACE: _PLACE,
    LedgerKind.FACILITY: _FACILITY,
}
# What a visit asks again: what changes between two of them, and nothing that only a register office changes.
ASKED_AT_A_VISIT: Final[Mapping[str, tuple[str, ...]]] = {
    LedgerKind.PERSON: ("phone", "address", "tags", "job", "marital", "carer", "carer_phone", "note"),
    LedgerKind.HOUSE: ("use", "owner", "owner_phone", "danger", "gas", "fire", "tags", "note"),
    LedgerKind.PLACE: ("contact", "contact_phone", "trade", "staff", "safety", "fire", "tags", "note"),
    LedgerKind.FACILITY: ("quantity", "condition", "checked_on", "good_until", "tags", "note"),
}
_MASKS: Final = {
    Holds.NAME: masking.mask_name,
    Holds.PHONE: masking.mask_phone,
    Holds.ID_NUMBER: masking.mask_id_number,
    Holds.ADDRESS: masking.mask_address,
    Holds.BIRTH: masking.mask_birth,
}


def field_of(kind: str, name: str) -> Field | None:
    return next((field for field in FIELDS.get(kind, ()) if field.name == name), None)


def mask(field: Field, value: str) -> str:
    """A value as it may stand in lists and pages."""
    return _MASKS[field.holds](value) if value and field.is_personal else value


def headings(kind: str) -> dict[str, str]:
    """What the head of a column may say, in any language of ours → the field's name."""
    found = {field.name: field.name for field in FIELDS[kind]}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(field.label).strip().lower(): field.name for field in FIELDS[kind]}
    return found
