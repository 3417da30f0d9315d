#!/usr/bin/env python3
"""How errors are shown: --cli-error-format, its variable and its key of the configuration.

Usage: error_format_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scratch import scratch_folder

VIRGA = ""

CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]"
ANSWERS = {
    "TransactWriteItems": (400, {}, json.dumps({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons": [
            {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
             "Item": {"id": {"S": "i1"}, "raw": {"B": "AAE="}}},
            {"Code": "None"},
        ],
        "Message": CANCELLED, "Unmodelled": "not shown"})),
    "GetFunction": (404, {"x-amzn-ErrorType": "ResourceNotFoundException"},
                    json.dumps({"Type": "User", "Message": "Function not found: f", "Unmodelled": {"a": 1}})),
    "GetObject": (403, {}, "<Error><Code>InvalidObjectState</Code><Message>no</Message><StorageClass>GLACIER"
                           "</StorageClass><AccessTier>ARCHIVE_ACCESS</AccessTier><Key>k</Key></Error>"),
    "GetUser": (404, {}, "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message>"
                         "</Error><RequestId>r</RequestId></ErrorResponse>"),
}
TRANSACTION = ("dynamodb", "transact-write-items", "--transact-items",
               '[{"Put": {"TableName": "t", "Item": {"id": {"S": "i1"}}}}]')
FUNCTION = ("lambda", "get-function", "--function-name", "f")
ARCHIVED = ("s3api", "get-object", "--bucket", "b", "--key", "k", "/dev/null")
USER = ("iam", "get-user", "--user-name", "u")
DETAILS = "\nAdditional error details:\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        target = self.headers.get("X-Amz-Target", "")
        name = next((n for n in ANSWERS if target.endswith("." + n) or f"Action={n}&" in body), "")
        if not name:
            name = "GetFunction" if "/functions/" in self.path else "GetObject"
        status, headers, text = ANSWERS[name]
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        pass


class ErrorFormatTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def run_virga(self, *words: str, program: str = "", **variables: str | None) -> subprocess.CompletedProcess[str]:
        env: dict[str, str | None] = {
            "HOME": str(self.folder), "PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name in ("VIRGA_MODELS", "LD_LIBRARY_PATH", "ASAN_OPTIONS"):
            env[name] = os.environ.get(name)
        env |= variables
        return subprocess.run([program or VIRGA, *words], env={k: v for k, v in env.items() if v is not None},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)

    def failed(self, status: int, *words: str, **variables: str | None) -> str:
        run = self.run_virga(*words, **variables)
        self.assertEqual((run.returncode, run.stdout), (status, ""), run.stderr)
        return run.stderr

    def in_format(self, form: str, status: int, *words: str, **variables: str | None) -> str:
        return self.failed(status, *words, "--cli-error-format", form, **variables)

    def record(self, status: int, *words: str, **variables: str | None) -> dict[str, object]:
        return json.loads(self.in_format("json", status, *words, **variables))

    def test_without_a_choice_nothing_changes(self) -> None:
        plain = f"\nAn error occurred (TransactionCanceledException) when calling the TransactWriteItems operation: {CANCELLED}\n"
        self.assertEqual(self.failed(254, *TRANSACTION), plain)
        self.assertEqual(self.in_format("legacy", 254, *TRANSACTION), plain)
        self.assertEqual(self.failed(254, *TRANSACTION, AWS_CLI_ERROR_FORMAT=""), plain)

    def test_enhanced(self) -> None:
        self.assertEqual(
            self.in_format("enhanced", 254, *TRANSACTION),
            "\naws: [ERROR]: An error occurred (TransactionCanceledException) when calling the TransactWriteItems "
            f"operation: {CANCELLED}\n{DETAILS}CancellationReasons: <complex value>, --cli-error-format json recommended "
            "for full details\n")
        self.assertEqual(
            self.in_format("enhanced", 254, *FUNCTION),
            "\naws: [ERROR]: An error occurred (ResourceNotFoundException) when calling the GetFunction operation: "
            f"Function not found: f\n{DETAILS}Type: User\n")
        self.assertEqual(self.in_format("enhanced", 254, *USER),
                         "\naws: [ERROR]: An error occurred (NoSuchEntity) when calling the GetUser operation: gone\n")

    def test_json_and_yaml_have_what_the_model_knows(self) -> None:
        reasons = json.loads(ANSWERS["TransactWriteItems"][2])["CancellationReasons"]
        self.assertEqual(self.record(254, *TRANSACTION),
                         {"Code": "TransactionCanceledException", "Message": CANCELLED, "CancellationReasons": reasons})
        self.assertEqual(self.record(254, *FUNCTION),
                         {"Code": "ResourceNotFoundException", "Message": "Function not found: f", "Type": "User"})
        self.assertEqual(self.in_format("yaml", 254, *FUNCTION),
                         "Code: ResourceNotFoundException\nMessage: 'Function not found: f'\nType: User\n")

    def test_xml(self) -> None:
        self.assertEqual(self.record(254, *ARCHIVED), {
            "Code": "InvalidObjectState", "Message": "no", "StorageClass": "GLACIER", "AccessTier": "ARCHIVE_ACCESS"})
        self.assertEqual(self.record(254, *USER), {"Code": "NoSuchEntity", "Message": "gone"})

    def test_text_and_table(self) -> None:
        self.assertEqual(self.in_format("text", 254, *FUNCTION), "ResourceNotFoundException\tFunction not found: f\tUser\n")
        table = self.in_format("table", 254, *FUNCTION)
        self.assertIn("|  ResourceNotFoundException |  Function not found: f  |  User |\n", table)
        self.assertTrue(table.startswith("---"), table)
        self.assertNotIn("\x1b[", table)
        self.assertIn("\x1b[", self.in_format("table", 254, *FUNCTION, "--color", "on"))

    def test_neither_output_nor_query_touch_errors(self) -> None:
        self.assertEqual(self.record(254, *FUNCTION, "--query", "Configuration.Nope", "--output", "off"),
                         {"Code": "ResourceNotFoundException", "Message": "Function not found: f", "Type": "User"})

    def test_errors_of_the_client(self) -> None:
        nowhere = {"AWS_DEFAULT_REGION": None, "AWS_ENDPOINT_URL": None}
        region = 'You must specify a region. You can also configure your region by running "aws configure".'
        self.assertEqual(self.record(253, *FUNCTION, **nowhere), {"Code": "NoRegion", "Message": region})
        self.assertEqual(self.in_format("enhanced", 253, *FUNCTION, **nowhere),
                         f"\naws: [ERROR]: An error occurred (NoRegion): {region}\n")
        self.assertEqual(self.failed(253, *FUNCTION, **nowhere), f"\n{region}\n")
        keyless = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
        self.assertEqual(self.record(253, *FUNCTION, **keyless)["Code"], "NoCredentials")
        self.assertEqual(self.record(252, "dynamodb", "transact-write-items", "--transact-items", '[{"Nope": 1}]')["Code"],
                         "ParamValidation")
        self.assertEqual(self.record(255, *FUNCTION, AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")["Code"],
                         "EndpointConnection")
        self.assertEqual(self.record(255, *FUNCTION, "--profile", "nope")["Code"], "ProfileNotFound")

    def test_errors_of_the_command_line(self) -> None:
        self.assertEqual(self.record(252, *FUNCTION, "--nope"),
                         {"Code": "ParamValidation", "Message": "Unknown options: --nope"})
        missing = self.record(252, "lambda", "get-function")
        self.assertEqual(missing["Message"], "the following arguments are required: --function-name")
        # Not even the global options can be read here.
        self.assertIn("argument --output: Invalid choice", str(self.record(252, *FUNCTION, "--output", "odd")["Message"]))
        self.assertIn("argument --output: Invalid choice",
                      str(json.loads(self.failed(252, *FUNCTION, "--output", "odd", AWS_CLI_ERROR_FORMAT="json"))["Message"]))
        self.assertEqual(self.in_format("enhanced", 252, *FUNCTION, "--nope"), self.failed(252, *FUNCTION, "--nope"))
        self.assertEqual(self.record(252, "explain")["Code"], "ParamValidation")

    def test_variable_and_configuration(self) -> None:
        self.assertEqual(json.loads(self.failed(254, *USER, AWS_CLI_ERROR_FORMAT="JSON"))["Code"], "NoSuchEntity")
        config = self.folder / "config"
        config.write_text("[default]\ncli_error_format = yaml\n[profile plain]\ncli_error_format = Legacy\n"
                          "aws_access_key_id = a\naws_secret_access_key = s\n")
        at = {"AWS_CONFIG_FILE": str(config)}
        legacy = self.failed(254, *USER)
        self.assertEqual(self.failed(254, *USER, **at), "Code: NoSuchEntity\nMessage: gone\n")
        self.assertEqual(self.failed(254, *USER, "--profile", "plain", **at), legacy)
        self.assertEqual(json.loads(self.failed(254, *USER, AWS_CLI_ERROR_FORMAT="json", **at))["Code"], "NoSuchEntity")
        self.assertEqual(self.in_format("legacy", 254, *USER, AWS_CLI_ERROR_FORMAT="json", **at), legacy)

    def test_a_format_that_there_is_not(self) -> None:
        self.assertIn("argument --cli-error-format: Invalid choice, valid choices are:", self.in_format("xml", 252, *USER))
        said = self.failed(253, *USER, AWS_CLI_ERROR_FORMAT="xml")
        self.assertEqual(said, "\nUnknown cli_error_format value: xml, valid values are enhanced, json, yaml, text, table, "
                               "legacy\n")
        run = self.run_virga("configure", "set", "cli_error_format", "json", AWS_CLI_ERROR_FORMAT="xml")
        self.assertEqual(run.returncode, 0, run.stderr)  # what is wrong can be put right

    def test_each_place_has_a_record(self) -> None:
        run = self.run_virga("--regions", "us-east-1,eu-west-1", *USER[:2], "--user-name", "u", "--cli-error-format", "json")
        self.assertEqual(run.returncode, 254, run.stderr)
        decoder, text, records = json.JSONDecoder(), run.stderr.strip(), []
        while text:
            one, end = decoder.raw_decode(text)
            records.append(one)
            text = text[end:].lstrip()
        self.assertEqual(sorted(r.get("Region", "") for r in records), ["", "eu-west-1", "us-east-1"])
        self.assertEqual({r["Code"] for r in records}, {"NoSuchEntity"})

    def test_a_command_that_is_handed_over_gets_a_variable(self) -> None:
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "aws").write_text('#!/bin/sh\necho "$AWS_CLI_ERROR_FORMAT:$*"\n')
        (tools / "aws").chmod(0o755)
        run = self.run_virga("sso", "login", "--cli-error-format=json", PATH=f"{tools}:/usr/bin:/bin")
        self.assertEqual(run.stdout, "json:sso login\n", run.stderr)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
