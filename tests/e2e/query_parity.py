#!/usr/bin/env python3
"""Compares virga's JMESPath with the Python package jmespath on random expressions and data.

Usage: query_parity.py TOOL [--cases N] [--seed N]

TOOL is virga_query_cases of the build. Both must give the same result, or both an error. Without the package the test
is skipped (status 77).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys

SKIPPED = 77
NAMES = ("a", "b", "c", "Name", "Tags", '"odd key"', '"é"')
TEXTS = ("", "a", "b", "abc", "é", "10", "zz z")
NUMBERS = (0, 1, 2, -1, 3, 10, 1.5, -0.5, 2.0)


def random_value(random_: random.Random, depth: int) -> object:
    kind = random_.randrange(10 if depth > 0 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return random_.choice((True, False))
    if kind in (2, 3):
        return random_.choice(NUMBERS)
    if kind == 4:
        return random_.choice(TEXTS)
    if kind in (5, 6):  # lists of one kind are what most functions want
        make = random_.choice(
            (lambda: random_.choice(NUMBERS), lambda: random_.choice(TEXTS), lambda: random_value(random_, depth - 1))
        )
        return [make() for _ in range(random_.randrange(4))]
    return {
        random_.choice(NAMES).strip('"'): random_value(random_, depth - 1) for _ in range(random_.randrange(5))
    }


class Expressions:
    """Mostly well-formed expressions of the grammar."""

    UNARY = ("abs", "avg", "ceil", "floor", "keys", "length", "max", "min", "not_null", "reverse", "sort", "sum",
             "to_array", "to_number", "to_string", "type", "values")
    BINARY = ("contains", "ends_with", "starts_with", "merge", "not_null")
    BY = ("max_by", "min_by", "sort_by")

    def __init__(self, random_: random.Random) -> None:
        self._random = random_

    def any(self, depth: int) -> str:
        choices = [self._name, lambda _: "@", self._literal]
        if depth > 0:
            choices = [self._name, self._dot, self._dot, self._index, self._slice, self._star, self._flatten,
                       self._filter, self._multi_list, self._multi_map, self._pipe, self._logic, self._not,
                       self._compare, self._group, self._unary, self._binary, self._by, self._map, self._join]
        text = self._random.choice(choices)(depth - 1)
        return text if self._random.random() > 0.002 else text[: self._random.randrange(len(text) + 1)]

    def _name(self, _: int) -> str:
        return self._random.choice(NAMES)

    def _literal(self, _: int) -> str:
        value = random_value(self._random, 1)
        if isinstance(value, str) and self._random.random() < 0.7:
            return f"'{value}'"
        return "`" + json.dumps(value) + "`"

    def _dot(self, depth: int) -> str:
        return f"{self.any(depth)}.{self._random.choice((self._name, self._multi_list, self._multi_map))(depth)}"

    def _index(self, depth: int) -> str:
        return f"{self.any(depth)}[{self._random.randrange(-3, 4)}]"

    def _slice(self, depth: int) -> str:
        parts = [self._random.choice(("", str(self._random.randrange(-3, 4)))) for _ in range(self._random.choice((2, 3)))]
        return f"{self.any(depth)}[{':'.join(parts)}]{self._random.choice(('', '.a', '.Name'))}"

    def _star(self, depth: int) -> str:
        return f"{self.any(depth)}{self._random.choice(('[*]', '.*'))}{self._random.choice(('', '.a', '[0]', '[]'))}"

    def _flatten(self, depth: int) -> str:
        return f"{self.any(depth)}[]{self._random.choice(('', '.Name', '[]', '.[a, b]'))}"

    def _filter(self, depth: int) -> str:
        return f"{self.any(depth)}[?{self._random.choice((self._compare, self.any))(depth)}]{self._random.choice(('', '.a'))}"

    def _multi_list(self, depth: int) -> str:
        return "[" + ", ".join(self.any(depth) for _ in range(self._random.randrange(1, 4))) + "]"

    def _multi_map(self, depth: int) -> str:
        return "{" + ", ".join(f"{self._name(0)}: {self.any(depth)}" for _ in range(self._random.randrange(1, 4))) + "}"

    def _pipe(self, depth: int) -> str:
        return f"{self.any(depth)} | {self.any(depth)}"

    def _logic(self, depth: int) -> str:
        return f"{self.any(depth)} {self._random.choice(('&&', '||'))} {self.any(depth)}"

    def _not(self, depth: int) -> str:
        return f"!{self.any(depth)}"

    def _compare(self, depth: int) -> str:
        return f"{self.any(depth)} {self._random.choice(('==', '!=', '<', '<=', '>', '>='))} {self.any(depth)}"

    def _group(self, depth: int) -> str:
        return f"({self.any(depth)})"

    def _unary(self, depth: int) -> str:
        return f"{self._random.choice(self.UNARY)}({self.any(depth)})"

    def _binary(self, depth: int) -> str:
        return f"{self._random.choice(self.BINARY)}({self.any(depth)}, {self.any(depth)})"

    def _by(self, depth: int) -> str:
        return f"{self._random.choice(self.BY)}({self.any(depth)}, &{self.any(depth)})"

    def _map(self, depth: int) -> str:
        return f"map(&{self.any(depth)}, {self.any(depth)})"

    def _join(self, depth: int) -> str:
        return f"join({self._literal(0)}, {self.any(depth)})"


def reference(expression: str, value: object) -> dict:
    import jmespath

    try:
        return {"result": jmespath.search(expression, value)}
    except Exception as error:  # Python's own (TypeError, ZeroDivisionError) count as well
        return {"error": f"{type(error).__name__}: {error}"}


def same(left: object, right: object) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        import jmespath  # noqa: F401
    except ImportError:
        print("skipped: there is no Python package jmespath")
        return SKIPPED
    random_ = random.Random(arguments.seed)
    expressions = Expressions(random_)
    cases = []
    for _ in range(arguments.cases):
        value = random_value(random_, 4)
        cases.append({"expression": expressions.any(random_.randrange(1, 4)), "value": value})
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    answers = subprocess.run([arguments.tool], input=lines, capture_output=True, text=True, check=True).stdout
    errors = differing = 0
    for case, line in zip(cases, answers.splitlines(), strict=True):
        mine, theirs = json.loads(line), reference(**case)
        errors += "error" in theirs
        if mine.keys() != theirs.keys() or not same(mine.get("result"), theirs.get("result")):
            differing += 1
            if differing <= 10:
                print(f"{json.dumps(case)}\n  virga: {mine}\n  jmespath: {theirs}")
    print(f"{len(cases)} queries compared ({errors} of them errors), {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
