"""The words of what is wrong with a vote."""

from __future__ import annotations

from typing import Final

from workflows.bpmn.texts_check import Words

VOTES: Final[dict[str, Words]] = {
    "vote_of_one": (
        "{name}设了表决方式，但只由一个人办理。",
        "The {name} has a vote, but only one person does it.",
        "请设为人工任务的多实例（会签），或删去 cw:vote。",
        "Make it a multi-instance user task, or remove cw:vote.",
    ),
    "vote_unknown": (
        "表决方式“{value}”不认识（可用：{expected}）。",
        "There is no vote “{value}” (use one of: {expected}).",
        "比例写成 2/3；“超过”写成 >1/2。",
        "A share reads 2/3, more than a share >1/2.",
    ),
    "vote_part_alone": (
        "{name}写了 {setting}，但没有表决方式，不起作用。",
        "The {name} has {setting} without a vote; it does nothing.",
        "请写 cw:vote，或删去它。",
        "Add cw:vote, or remove it.",
    ),
    "vote_part_unused": (
        "{name}的 {setting} 在“{vote}”表决里不起作用。",
        "The {setting} of the {name} does nothing in a vote by “{vote}”.",
        "请换表决方式，或删去它。",
        "Choose another vote, or remove it.",
    ),
    "vote_without_weight": (
        "{name}按“{vote}”表决，但没有说每一票的权重。",
        "The {name} votes by “{vote}”, but nothing says what each vote weighs.",
        "请写 cw:weight，例如 cw:weight=\"户.面积\"。",
        'Add cw:weight, such as cw:weight="户.面积".',
    ),
    "vote_without_heads": (
        "{name}一次带来多张票，但没有说应到多少人。",
        "The {name} brings in many ballots at once, but nothing says how many people are entitled.",
        "请写 cw:heads，例如 cw:heads=\"楼栋.户数\"。",
        'Add cw:heads, such as cw:heads="楼栋.户数".',
    ),
    "vote_never_lost": (
        "{name}的表决不可能不通过：没有驳回，也没有可选的意见。",
        "Nobody can vote against in the {name}: it has neither a reject nor a choice.",
        "请在 cw:verbs 里加 reject，或用 cw:ballot 读表单里的意见。",
        "Add reject to cw:verbs, or let cw:ballot read a choice from the form.",
    ),
    "own_of_one": (
        "{name}不是多实例，cw:own 不起作用。",
        "The {name} is no multi-instance; cw:own does nothing.",
        "请删去它。",
        "Remove it.",
    ),
}  # fmt: skip
