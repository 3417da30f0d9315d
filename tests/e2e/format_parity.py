#!/usr/bin/env python3
"""Compares virga's output formats with the AWS CLI's own formatter classes, byte for byte.

Usage: format_parity.py TOOL [--cases N] [--seed N] [--write-golden tests/golden/output/aws_v2.jsonl]

TOOL is virga_format_cases of the build. The reference is an installed AWS CLI v2 whose Python code can be
imported (Debian's package awscli); without one the test is skipped (status 77). Values have the shapes of real
responses, from the installed service models, filled at random, besides values that are odd on purpose.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SKIPPED = 77
LARGE = 1200  # golden files are read by people too
FORMATS = ("json", "text", "table", "yaml", "yaml-stream")

REFERENCE = r"""
import io, json, sys
from argparse import Namespace
import colorama.ansitowin32
from awscli.formatter import get_formatter
from awscli.text import format_text
import awscli.table

def show(case):
    color = {"on": "on", "resets": "on"}.get(case.get("color"), "off")
    formatter = get_formatter(case["format"], Namespace(query=None, color=color))
    text = io.StringIO()
    stream = text
    if case.get("color") == "resets":
        stream = colorama.ansitowin32.AnsiToWin32(text, strip=False, autoreset=True).stream
    value = case["value"]
    if case["format"] == "text":
        format_text(value, stream)
    elif case["format"] == "yaml-stream":
        if value != {}:
            formatter._yaml_dumper.dump([value], stream)
    else:
        if case["format"] == "table":
            formatter.table._terminal_width = case.get("width", 80)
        formatter._format_response(case.get("title", ""), value, stream)
    return text.getvalue()

out = sys.stdout
for line in sys.stdin:
    try:
        answer = show(json.loads(line))
    except Exception as error:
        answer = {"error": str(error)}
    out.write(json.dumps(answer) + "\n")
"""

TEXTS = (
    "", " ", "a", "running", "i-0123456789abcdef0", "arn:aws:iam::123456789012:user/division/Zoë", "true", "Null", "~",
    "no", "0x1F", "0o17", "017", "1_000", "1e3", "1.5", ".5", "+.inf", ".NaN", "-", "--", "---", "- a", "-a", "? b",
    "?", ":", "a: b", "a:b", "a :b", "# c", "a #b", "a#b", "*x", "&x", "!x", "|", ">", "%", "@home", "`tick`", "[1]",
    "{a}", ",", "'", '"', "it's", 'say "hi"', "a\\b", "tab\there", "line\nbreak", "line\n\nbreak\n", "\nfirst",
    "trailing ", " leading", "a\n b", "a \nb", "\r\n", "bell\x07", "\x7f", "nel\x85x", "nbsp\xa0x", "ls\u2028x",
    "bom\ufeffx", "日本語", "한국어 텍스트", "Ω≈ç√", "é", "e\u0301", "😀 smile", "ﬁ", "ß", "ⅷ", "<<", "=", "2024-01-02",
    "2024-01-02T03:04:05+00:00", "2024-01-02 3:04:05.5 Z", "2024-1-2", "12:30:45", "190:20:30", "0b101", "1.", "1__2",
    "+1", "-_", "1:2", "...", "null", "None", "<a href='x'>", "a,b;c", "x" * 81, "word " * 30, "it's " * 40,
    "\x1b[31mred\x1b[0m", 'quoted "word" ' * 12, "tab\t" * 30, "日本 " * 40, "a" * 200, "k " * 3 + "\n" + "long " * 40,
)


class Maker:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self) -> str:
        r = self._random
        if r.random() < 0.5:
            return r.choice(TEXTS)
        alphabet = r.choice(("abcdef-0123456789", "abc :#-'\"\\\n", "aé日😀 \t", "0123456789.-+eE_:xTZ "))
        return "".join(r.choice(alphabet) for _ in range(r.choice((1, 3, 8, 20, 90, 130))))

    def scalar(self) -> object:
        r = self._random
        return r.choice((
            self.text(), self.text(), self.text(), None, True, False, 0, 1, -5, 2**40, 10**25, 1.0, 0.1, -1e-7, 1e16, 1.5e300,
        ))

    def value(self, depth: int) -> object:
        r = self._random
        kind = r.random()
        if depth == 0 or kind < 0.35:
            return self.scalar()
        count = r.choice((0, 1, 2, 3))
        if kind < 0.6:
            keys = [self.key() for _ in range(3)]
            return [{key: self.value(depth - 1) for key in keys if r.random() < 0.8} for _ in range(count)]
        if kind < 0.7:
            return [self.scalar() for _ in range(count)]
        if kind < 0.8:
            return [self.value(depth - 1) for _ in range(count)]
        return {self.key(): self.value(depth - 1) for _ in range(count)}

    def key(self) -> str:
        r = self._random
        return r.choice(("Name", "Id", "Value", "Tags", "Zebra", "alpha", "Größe", "キー", "a b", "x:y", "1", "true"))\
            if r.random() < 0.85 else (self.text() or "k")

    # Values that have the shape of an operation's output.

    def of_shape(self, shape, depth: int = 0) -> object:  # a botocore shape
        r = self._random
        kind = shape.type_name
        if kind == "structure":
            members = shape.members.items()
            return {name: self.of_shape(member, depth + 1) for name, member in members
                    if r.random() < 0.8 and depth < 7}
        if kind == "list":
            return [self.of_shape(shape.member, depth + 1) for _ in range(r.choice((0, 1, 2, 3)) if depth < 7 else 0)]
        if kind == "map":
            return {r.choice(("env", "Owner", "キー", "a:b", "x y")): self.of_shape(shape.value, depth + 1)
                    for _ in range(r.choice((0, 1, 2)) if depth < 7 else 0)}
        if kind in ("integer", "long"):
            return r.choice((0, 1, 80, 443, 123456789))
        if kind in ("float", "double"):
            return r.choice((0.0, 1.5, 99.95))
        if kind == "boolean":
            return r.random() < 0.5
        if kind == "timestamp":
            return "2024-01-02T03:04:05+00:00"
        return r.choice(shape.enum) if getattr(shape, "enum", None) and r.random() < 0.9 else self.text()


def shapes() -> Iterator[tuple[str, object]]:
    """Names and output shapes of operations; a few of many services."""
    import botocore.session

    session = botocore.session.Session()
    for service in ("ec2", "s3", "iam", "dynamodb", "lambda", "sts", "sqs", "sns", "cloudformation", "rds", "ecs",
                    "route53", "cloudwatch", "logs", "kms", "elbv2", "cloudfront", "ssm", "organizations", "eks"):
        model = session.get_service_model(service)
        names = [name for name in model.operation_names if name.startswith(("List", "Describe", "Get"))]
        for name in names[:: max(1, len(names) // 10)]:
            operation = model.operation_model(name)
            if operation.output_shape is not None and not operation.has_event_stream_output:
                yield name, operation.output_shape


def cases(seed: int, count: int) -> Iterator[dict]:
    maker = Maker(seed)
    pick = random.Random(seed)

    def in_formats(title: str, value: object) -> Iterator[dict]:
        for name in FORMATS:
            case = {"format": name, "title": title, "value": value}
            if name == "table":
                case["width"] = pick.choice((80, 80, 120, 40, 1000))
                case["color"] = pick.choice(("off", "off", "on", "resets"))
            yield case

    for title, shape in shapes():
        yield from in_formats(title, maker.of_shape(shape))
    for text in TEXTS:
        yield from in_formats("Texts", {"Key": text, text or "k": [text, {"Nested": text}]})
        yield {"format": "yaml", "value": [[text], {"a": {text or "k": [[], {}]}}]}
    for _ in range(count):
        yield from in_formats(pick.choice(("ListThings", "", "日本")), maker.value(4))


def find_reference() -> str | None:
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            test = "import awscli.formatter as f, ruamel.yaml.cyaml; f.YAMLFormatter"
            subprocess.run([python, "-c", test], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


def answers(command: list[str], lines: str) -> list[object]:
    run = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.split("\n") if line]


def first_difference(want: str, got: str) -> str:
    at = next((i for i, pair in enumerate(zip(want, got)) if pair[0] != pair[1]), min(len(want), len(got)))
    start = max(0, at - 60)
    return f"expected …{want[start:at + 60]!r}, got …{got[start:at + 60]!r}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write-golden", type=Path)
    options = parser.parse_args()
    reference = find_reference()
    if reference is None:
        print("skipped: no AWS CLI v2 whose code can be imported")
        return SKIPPED
    try:
        all_cases = list(cases(options.seed, options.cases))
    except ImportError:
        print("skipped: no botocore")
        return SKIPPED
    lines = "".join(json.dumps(case) + "\n" for case in all_cases)
    expected = answers([reference, "-c", REFERENCE], lines)
    actual = answers([options.tool], lines)
    compared = failures = 0
    golden = []
    for case, want, got in zip(all_cases, expected, actual, strict=True):
        if isinstance(want, dict):
            continue  # the AWS CLI fails
        compared += 1
        if len(want) < LARGE:
            golden.append(case | {"expected": want})
        if want != got:
            failures += 1
            if failures <= 3:
                print(f"{case['format']}: first difference: {first_difference(str(want), str(got))}")
    if options.write_golden:
        options.write_golden.write_text("".join(json.dumps(case) + "\n" for case in golden))
    print(f"{compared} of {len(all_cases)} values compared ({len(all_cases) - compared} make the AWS CLI fail), "
          f"{failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
