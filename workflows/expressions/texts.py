"""The words of every error of the expression language: code → (zh-Hans, English)."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "empty": ("表达式是空的。", "The expression is empty."),
    "too_long": ("超过 {limit} 个字符。", "Longer than {limit} characters."),
    "too_complex": (
        "太复杂（超过 {limit} 个成分），请拆开写。",
        "Too complex (more than {limit} parts); split it.",
    ),
    "too_deep": ("括号或运算嵌套超过 {limit} 层。", "Nested more than {limit} levels deep."),
    "syntax": ("这里写法不对，看不懂。", "This can't be read here."),
    "unclosed": ("括号或引号没有成对。", "A bracket or quotation mark has no partner."),
    "assignment": (
        "条件里比较相等要写两个等号：==。",
        "To compare, write two equal signs: ==.",
    ),
    "full_width": (
        "全角符号 {sign} 请改成半角 {half} 。",
        "Write the half-width {half} in place of the full-width {sign} .",
    ),
    "escape": (
        "引号里的反斜杠只能写成 \\\\ \\\" \\' \\n \\t。",
        "In a text, a backslash may only stand as \\\\ \\\" \\' \\n \\t.",
    ),
    "control": ("文字里有不能保存的控制字符。", "The text has a control character that can't be stored."),
    "not_allowed": ("这里不能用{what}。", "{what} is not allowed here."),
    "attribute_call": (
        "不能调用“.{name}()”，请用函数，如 包含(列表, 值)。",
        "“.{name}()” can't be called; use a function, such as contains(list, value).",
    ),
    "private_name": (
        "名称“{name}”不能以下划线开头。",
        "The name “{name}” may not begin with an underscore.",
    ),
    "nested_loop": (
        "列表里的 for 不能套另一个 for。",
        "A for in a list may not hold another for.",
    ),
    "unknown_name": ("没有叫“{name}”的变量{nearest}", "There is no variable “{name}”{nearest}"),
    "unknown_field": ("这里没有叫“{name}”的项{nearest}", "There is no field “{name}” here{nearest}"),
    "unknown_function": ("没有叫“{name}”的函数{nearest}", "There is no function “{name}”{nearest}"),
    "arguments": ("函数“{name}”要 {expected} 个参数。", "The function “{name}” takes {expected} arguments."),
    "not_object": (
        "{kind}没有可以用“.{name}”取的项。",
        "“.{name}” can't be taken from {kind}.",
    ),
    "index": ("取不到第“{key}”项。", "There is no item “{key}”."),
    "slice": (
        "[起:止] 要用整数，且只能用于文字和列表。",
        "[from:to] needs whole numbers, and a text or a list.",
    ),
    "operands": (
        "{left}和{right}之间不能用“{sign}”。",
        "“{sign}” can't stand between {left} and {right}.",
    ),
    "operand": ("{kind}前面不能用“{sign}”。", "“{sign}” can't stand before {kind}."),
    "value_missing": (
        "“{sign}”的一边还没有值。",
        "One side of “{sign}” has no value yet.",
    ),
    "zero": ("除数是零。", "Division by zero."),
    "number_too_large": ("数太大了。", "The number is too large."),
    "text_too_long": ("文字超过 {limit} 个字符。", "The text is longer than {limit} characters."),
    "list_too_long": ("列表超过 {limit} 项。", "The list has more than {limit} items."),
    "result_too_large": ("结果超过 {limit} KB。", "The result is larger than {limit} KB."),
    "too_many_steps": ("算了太多步，已停下。", "Stopped: too many steps."),
    "value_type": (
        "变量“{name}”的值不是可用的类型。",
        "The variable “{name}” holds a value of an unusable type.",
    ),
    "wrong_argument": ("函数“{name}”不能用于{kind}。", "The function “{name}” can't take {kind}."),
    "empty_list": ("函数“{name}”要至少一个值。", "The function “{name}” needs at least one value."),
    "not_list": ("for 后面要是列表，这里是{kind}。", "A for needs a list; this is {kind}."),
    "key": ("字典的键要是文字。", "The key of an object must be a text."),
    "bad_number": ("“{value}”不是数。", "“{value}” is not a number."),
    "bad_date": (
        "“{value}”不是日期，应写成 2026-05-01 或 2026-05-01T09:00。",
        "“{value}” is not a date; write 2026-05-01 or 2026-05-01T09:00.",
    ),
    "bad_duration": (
        "“{value}”不是时长，应写成 P1D、PT24H、P1Y2M。",
        "“{value}” is not a duration; write P1D, PT24H, P1Y2M.",
    ),
    "out_of_time": ("日期超出了范围。", "The date is out of range."),
    "no_calendar": (
        "这里没有工作日历，不能算工作日。",
        "There is no calendar here to count working days by.",
    ),
    "not_condition": (
        "条件的结果应是真或假，这里是{kind}。",
        "A condition must come to true or false; this is {kind}.",
    ),
    "foreign": (
        "这不是本系统的写法，也不能自动转换。",
        "This is not written in the language used here and can't be translated.",
    ),
    "unknown_table": ("没有叫“{name}”的决策表。", "There is no decision table “{name}”."),
    "several_rules": (
        "决策表“{table}”应只有一条规则命中，却命中了第 {rules} 条。",
        "Only one rule of the table “{table}” may fire; rules {rules} did.",
    ),
    "rules_differ": (
        "决策表“{table}”第 {rules} 条规则同时命中，结果却不同。",
        "Rules {rules} of the table “{table}” fired with different results.",
    ),
    "not_numbers": (
        "决策表“{table}”要汇总的结果不是数。",
        "The results of the table “{table}” are no numbers to total.",
    ),
    "script_too_long": ("脚本超过 {limit} 个字符。", "The script is longer than {limit} characters."),
    "script_lines": ("脚本超过 {limit} 行。", "The script has more than {limit} lines."),
    "script_line": (
        "脚本每行要写成：变量 = 表达式。",
        "Each line of a script reads: variable = expression.",
    ),
    "script_target": (
        "等号左边只能是一个变量名。",
        "Only the name of one variable may stand left of the equal sign.",
    ),
}
