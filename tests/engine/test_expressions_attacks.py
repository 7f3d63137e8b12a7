"""Nothing to escape to, nothing that hangs: known attacks, random expressions, and a run without Python's own eval."""

import builtins
import datetime as dt
import time
from random import Random

import pytest

from tests.fuzz.expressions import answers, answers_as_script, at_random, script
from workflows.engine.expressions import LOCAL, ExpressionError, compile_expression, compile_script

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL)
VARIABLES = {
    "x": 3,
    "f": 1.5,
    "t": "文字abc",
    "无": None,
    "列": [{"n": 1}, {"n": 2}],
    "案件": {"等级": "重大", "数": [1, 2, 3]},
    "d": "2026-11-23",
    "大": ["a" * 100] * 2000,
}

#: Seconds of work; far more than any answer takes, far less than a hang.
SOON = 3

ATTACKS = {
    "walk up the classes": "().__class__.__mro__[1].__subclasses__()",
    "reach os": "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='BuiltinImporter'][0].load_module('os')",
    "import": "__import__('os').getpid()",
    "import by name": "open('/etc/passwd').read()",
    "builtins": "__builtins__",
    "getattr": "getattr(x, '__class__')",
    "format leak": "'{0.__class__.__init__}'.format(列)",
    "f-string": "f'{列.__class__}'",
    "module attribute": "datetime.sys.modules",
    "text bomb": "'a' * 10**9",
    "text product": "'a' * 1000",
    "list bomb": "[0] * 1000000000",
    "power bomb": "9**9**9",
    "shift bomb": "1 << 10000000000",
    "percent bomb": "'%2000000000d' % 1",
    "format specification bomb": "f'{1:>2000000000}'",
    "replace bomb": "('a' * 99999).replace('a', 'a' * 99999)",
    "join bomb": "join(大, t + t + t + t + t + t + t + t + t + t + t + t + t + t + t + t + t + t + t + t)",
    "range": "[a for a in range(10**9)]",
    "nested loop": "[1 for a in 列 for b in 列 for c in 列]",
    "map": "列.map(a, 列.map(b, 列))",
    "parentheses": "(" * 900 + "1" + ")" * 900,
    "unary": "-" * 1900 + "1",
    "not": "not " * 450 + "1",
    "chain": "+".join(["1"] * 900),
    "too long": "+".join(["1"] * 50_000),
    "if tower": "1 if x else " * 150 + "1",
    "comparison tower": "x < " * 450 + "x",
    "attribute tower": "案件" + ".a" * 900,
    "digits": "9" * 1900,
    "rounding": "round(x, -99999999)",
    "infinity": "1e308 * 10",
    "not a number": "float('nan')",
    "huge exponent": "int('1e999999999')",
    "mutation": "案件.update({'等级': 'x'})",
    "walrus": "(x := 5)",
    "lambda": "(lambda: 1)()",
    "star": "len(*列)",
    "keyword": "sorted(列, key=x)",
    "bytes": "b'a'",
    "complex": "1j",
    "ellipsis": "...",
    "set": "{1, 2}",
    "yield": "(yield x)",
    "await": "(await x)",
    "unhashable key": "{列: 1}",
    "statement": "x; y",
    "two lines": "x\nimport os",
    "surrogate": "'\\ud800'",
    "null": "'\\u0000'",
    "real null": "'\x00'",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_known_attacks_are_refused_at_once(attack):
    began = time.process_time()

    with pytest.raises(ExpressionError):
        compile_expression(attack).evaluate(VARIABLES, now=NOW)

    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "script",
    [
        "import os",
        "x = __import__('os')",
        "exec('x = 1')",
        "while True: pass",
        "for a in 列: b = a",
        "x = [0] * 10 ** 9",
        "del x",
        "global x",
        "x = y = 1",
        "x: int = 1",
        "x, y = 1, 2",
        "class A: pass",
        "with open('a') as f: x = 1",
    ],
)
def test_scripts_hold_nothing_but_assignments(script):
    with pytest.raises(ExpressionError):
        compile_script(script).run(VARIABLES, now=NOW)


def test_doubling_line_by_line_stops_at_the_size_of_a_result():
    script = compile_script("a = [1]\n" + "a = [a, a]\n" * 60)
    began = time.process_time()

    with pytest.raises(ExpressionError) as caught:
        script.run({}, now=NOW)

    assert caught.value.code in ("result_too_large", "too_complex")
    assert time.process_time() - began < SOON


def test_comparing_large_values_is_paid_for():
    left, right = [[n] * 40 for n in range(2000)], [[n] * 40 for n in range(2000)]
    expression = compile_expression("[a for a in 大 if l == r or l == r or l == r]")
    began = time.process_time()

    with pytest.raises(ExpressionError) as caught:
        expression.evaluate({"大": [1] * 2000, "l": left, "r": right}, now=NOW)

    assert caught.value.code == "too_many_steps"
    assert time.process_time() - began < SOON


def test_values_of_other_types_never_get_in():
    class Sneaky(str):
        def __eq__(self, other):
            raise AssertionError

        __hash__ = str.__hash__

    for text in ("v == 1", "v", "[v]", "d.v", "l[0] == 1", "[a for a in l]"):
        variables = {"v": Sneaky("a"), "d": {"v": object()}, "l": [object()]}
        with pytest.raises(ExpressionError):
            compile_expression(text).evaluate(variables, now=NOW)


def test_no_text_of_a_user_reaches_pythons_own_evaluation(monkeypatch):
    def forbidden(*arguments, **options):
        if options.get("flags", 0) or (len(arguments) > 3 and arguments[3]):
            return compile_(*arguments, **options)  # ast.parse: a tree, no code object
        raise AssertionError("eval, exec or compile was called")

    compile_ = builtins.compile
    compile_expression.cache_clear()
    compile_script.cache_clear()
    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(builtins, name, forbidden)

    assert compile_expression("sum(i.n for i in 列) > 1").evaluate(VARIABLES, now=NOW) is True
    assert compile_expression("${x > 2 && !false}").evaluate(VARIABLES, now=NOW) is True
    assert compile_script("a = x + 1\nb = a * 2").run(VARIABLES, now=NOW) == {"a": 4, "b": 8}


@pytest.mark.parametrize("part", range(4))
def test_random_texts_answer(part):
    chance = Random(part)
    for _ in range(5_000):
        answers(at_random(chance))


def test_random_scripts_answer():
    chance = Random(0)
    for _ in range(1_000):
        answers_as_script(script(chance))
