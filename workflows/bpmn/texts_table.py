"""The words of every problem: code → (message zh, message en, hint zh, hint en).

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
        "文件在第 {line_number} 行第 {column} 列处断开或写错：{reason}",
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

TEXTS: Final[dict[str, Words]] = {**FILE}
