"""The words of what is wrong with a file as such, a diagram's or a decision table's: code → (message zh, message en, hint zh, hint en).

Messages name things as the author sees them; hints say what to do next.
"""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str, str]

#: Faults of the file, found while reading.
FILE: Final[dict[str, Words]] = {
    "empty_file": ("文件是空的。", "The file is empty.", "请重新导出流程图。", "Export the diagram again."),
    "too_large": (
        "文件有 {size} 字节，超过上限 {limit}。",
        "The file has {size} bytes; the limit is {limit}.",
        "请把流程拆成几个可调用的流程。",
        "Split the diagram into processes that call each other.",
    ),
    "not_xml": (
        "这不是 XML 文件。",
        "This is not an XML file.",
        "请选择扩展名为 .bpmn 的流程图文件。",
        "Choose a diagram file ending in .bpmn.",
    ),
    "broken_xml": (
        "文件在第 {line_number} 行第 {column} 列处断开或写错。",
        "The file breaks at line {line_number}, column {column}: {reason}",
        "文件可能没有下载完整，请重新导出。",
        "The file may be cut short; export it again.",
    ),
    "doctype": (
        "流程图里不允许有 DOCTYPE。",
        "A DOCTYPE is not allowed in a diagram.",
        "请删去文件开头的 <!DOCTYPE …>。",
        "Remove the <!DOCTYPE …> at the head of the file.",
    ),
    "wrong_encoding": (
        "文件声明的编码是 {declared}，内容却不是。",
        "The file says it is {declared}, but it is not.",
        '如果文件是 GBK 编码，请在第一行写 encoding="GBK"，或另存为 UTF-8。',
        'If the file is GBK, say encoding="GBK" in its first line, or save it as UTF-8.',
    ),
    "too_deep": (
        "元素嵌套超过 {limit} 层。",
        "Elements are nested more than {limit} levels deep.",
        "请用调用活动代替层层嵌套的子流程。",
        "Use call activities in place of sub-processes inside sub-processes.",
    ),
    "too_many_nodes": (
        "流程图有 {count} 个节点，超过上限 {limit}。",
        "The diagram has {count} nodes; the limit is {limit}.",
        "请把流程拆成几个可调用的流程。",
        "Split the diagram into processes that call each other.",
    ),
    "too_many_parts": (
        "文件有 {count} 个{what}，超过上限 {limit}。",
        "The file has {count} {what}; the limit is {limit}.",
        "请拆成几个文件。",
        "Split it into several files.",
    ),
    "too_much_text": (
        "流程图里的条件和脚本合计超过 {limit} 个字符，其余的没有检查。",
        "The conditions and scripts have more than {limit} characters together; the rest was not checked.",
        "请改用决策表，或把流程拆成几个。",
        "Use decision tables, or split the diagram.",
    ),
    "not_bpmn": (
        "文件里没有 BPMN 的 definitions 元素，开头是 <{root}>。",
        "There is no BPMN definitions element; the file begins with <{root}>.",
        "请选择 BPMN 2.0 流程图。",
        "Choose a BPMN 2.0 diagram.",
    ),
    "dmn_file": (
        "这是 DMN 决策表文件，不是流程图。",
        "This is a DMN file, not a diagram.",
        "请在“决策表”处上传它。",
        "Upload it as a decision table.",
    ),
    "wrong_namespace": (
        "definitions 的命名空间是 {found}，应为 {expected}。",
        "The namespace of definitions is {found}; it should be {expected}.",
        "请用支持 BPMN 2.0 的编辑器重新导出。",
        "Export it again from an editor that knows BPMN 2.0.",
    ),
    "no_process": (
        "文件里没有流程。",
        "There is no process in the file.",
        "请至少画一个流程。",
        "Draw at least one process.",
    ),
    "duplicate_id": (
        "编号 {id} 用了两次：第 {first} 行和第 {second} 行。",
        "The id {id} is used twice: in line {first} and in line {second}.",
        "请给其中一个换个编号。",
        "Give one of the two another id.",
    ),
    "bad_id": (
        "编号 {id} 不合规：须以字母或下划线开头，只含字母、数字、点、横线、下划线，最长 {limit} 个字符。",
        "The id {id} is not usable: begin with a letter or underscore; letters, digits, dots, dashes; at most {limit}.",
        "请改短或改写编号。",
        "Shorten or rewrite the id.",
    ),
    "missing_attribute": (
        "<{tag}> 缺少属性 {attribute}。",
        "<{tag}> lacks the attribute {attribute}.",
        "请用编辑器重新画这个元素。",
        "Draw this element again in the editor.",
    ),
    "bad_attribute": (
        "属性 {attribute} 的值“{value}”不合规。",
        "The attribute {attribute} has the unusable value “{value}”.",
        "应为：{expected}",
        "Expected: {expected}",
    ),
    "unknown_element": (
        "不认识的元素 <{tag}>。",
        "<{tag}> is not a BPMN element.",
        "请删去它，或换成 BPMN 2.0 的元素。",
        "Remove it, or use an element of BPMN 2.0.",
    ),
    "foreign_element": (
        "流程里有外来元素 <{tag}>（{namespace}），运行时不起作用。",
        "A foreign element <{tag}> ({namespace}) stands in the process; it does nothing at run time.",
        "扩展内容应放在 extensionElements 里。",
        "Extensions belong inside extensionElements.",
    ),
    "not_included": (
        "xi:include 不会被读取。",
        "xi:include is not followed.",
        "请把内容直接写进文件。",
        "Write the content into the file itself.",
    ),
    "bad_bounds": (
        "{id} 的图形坐标“{value}”不是数字，已忽略这个图形。",
        "The shape of {id} has the coordinate “{value}”, which is no number; the shape is ignored.",
        "请在编辑器里重新摆放它。",
        "Place it again in the editor.",
    ),
    "drawn_unknown": (
        "图形指向不存在的元素 {id}。",
        "A shape is drawn for {id}, which does not exist.",
        "请在编辑器里删去这个图形。",
        "Remove the shape in the editor.",
    ),
}

#: Faults and findings of decision tables.
DECISIONS: Final[dict[str, Words]] = {
    "bpmn_file": (
        "这是流程图，不是决策表。",
        "This is a diagram, not a decision table.",
        "请在“流程图”处上传它。",
        "Upload it as a diagram.",
    ),
    "not_dmn": (
        "文件里没有 DMN 的 definitions 元素，开头是 <{root}>。",
        "There is no DMN definitions element; the file begins with <{root}>.",
        "请选择 DMN 1.1 至 1.3 的决策表文件。",
        "Choose a decision table of DMN 1.1 to 1.3.",
    ),
    "no_decision": ("文件里没有决策。", "There is no decision in the file.", "", ""),
    "too_many_decisions": (
        "文件里有 {count} 个决策，超过上限 {limit}。",
        "The file has {count} decisions; the limit is {limit}.",
        "请分成几个文件。",
        "Split it into several files.",
    ),
    "decision_empty": (
        "决策“{decision}”里没有决策表，也没有表达式。",
        "The decision “{decision}” has neither a table nor an expression.",
        "本系统支持决策表和单个表达式。",
        "Decision tables and single expressions are supported.",
    ),
    "decision_no_output": (
        "决策表“{decision}”没有输出列。",
        "The table “{decision}” has no output column.",
        "请加一列输出。",
        "Add an output column.",
    ),
    "decision_too_large": (
        "决策表“{decision}”超过 {rules} 条规则或 {columns} 列。",
        "The table “{decision}” has more than {rules} rules or {columns} columns.",
        "请拆成几张表。",
        "Split it into several tables.",
    ),
    "decision_policy": (
        "决策表“{decision}”的命中策略“{policy}”不认识。",
        "The table “{decision}” has the unknown hit policy “{policy}”.",
        "可用：UNIQUE、FIRST、PRIORITY、ANY、COLLECT（SUM、MIN、MAX、COUNT）、RULE ORDER、OUTPUT ORDER。",
        "Known: UNIQUE, FIRST, PRIORITY, ANY, COLLECT (SUM, MIN, MAX, COUNT), RULE ORDER, OUTPUT ORDER.",
    ),
    "decision_one_output": (
        "决策表“{decision}”用 {policy} 汇总时只能有一列输出。",
        "The table “{decision}” totals by {policy} and may have one output column only.",
        "请去掉多余的输出列。",
        "Remove the other output columns.",
    ),
    "decision_no_order": (
        "决策表“{decision}”用 {policy}，却没有列出输出值的先后。",
        "The table “{decision}” uses {policy} but does not list its output values in order.",
        "请在输出列里按先后列出取值。",
        "List the output values, best first, in the output column.",
    ),
    "decision_row": (
        "决策表“{decision}”第 {rule} 条规则的格数不对，应有 {inputs} 格输入、{outputs} 格输出。",
        "Rule {rule} of “{decision}” should have {inputs} input and {outputs} output cells.",
        "请在编辑器里重新保存这张表。",
        "Save the table again in the editor.",
    ),
    "decision_cell": (
        "决策表“{decision}”第 {rule} 条规则的 {text} 写错：{error}",
        "In rule {rule} of “{decision}”, {text} is wrong: {error}",
        '例：> 55　[22..24]　"暴露垃圾","积存垃圾"　not("其他")　-',
        'Such as: > 55   [22..24]   "a","b"   not("c")   -',
    ),
    "decision_need": (
        "决策“{decision}”需要的“{need}”不在文件里。",
        "The decision “{decision}” requires “{need}”, which is not in the file.",
        "请把它画进同一个文件。",
        "Draw it in the same file.",
    ),
    "decision_circle": (
        "决策“{decision}”绕一圈又需要它自己。",
        "The decision “{decision}” requires itself in a circle.",
        "请去掉其中一条依赖。",
        "Remove one of the requirements.",
    ),
    "decision_overlap": (
        "决策表“{decision}”第 {first} 条和第 {second} 条规则会同时命中，而命中策略是 UNIQUE。",
        "Rules {first} and {second} of “{decision}” can fire together, though the hit policy is UNIQUE.",
        "请改条件，或把命中策略改为 FIRST。",
        "Change a condition, or make the hit policy FIRST.",
    ),
    "decision_hidden": (
        "决策表“{decision}”第 {second} 条规则永远轮不到，第 {first} 条已包含它。",
        "Rule {second} of “{decision}” never fires: rule {first} covers it.",
        "请调换次序或删去一条。",
        "Change their order or remove one.",
    ),
    "decision_gap": (
        "决策表“{decision}”缺一条规则：{example} 时没有规则命中。",
        "No rule of “{decision}” answers this: {example}.",
        "请补一条规则，或给输出列设默认值。",
        "Add a rule, or give the output a default.",
    ),
}
