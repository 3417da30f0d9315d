#!/usr/bin/env python3
"""--regions and --profiles: one list of many places, and what fails beside it.

Usage: regions_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

from scratch import scratch_folder

VIRGA = ""
ENABLED = ["eu-north-1", "eu-west-1", "us-east-1"]


class Service(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[tuple[str, str, str]] = []  # key, region, action
        self.sizes: set[str] = set()
        self.down: set[str] = set()
        self.delay: dict[str, float] = {}
        self.pages = 1  # of a bucket, an object each
        self.broken = ""  # the region where the fourth page is refused
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        key, region = re.search(r"Credential=(\w+)/\d+/([^/]+)/", self.headers["Authorization"]).groups()
        self.server.asked.append((key, region, "ListObjectsV2"))
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("continuation-token", ["0"])[0]
        number = int(token)
        more = number + 1 < self.server.pages
        status = 403 if region == self.server.broken and number == 3 else 200
        text = (
            f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated><NextContinuationToken>{number + 1}</NextContinuationToken>"
            f"<Contents><Key>{number:05}{'x' * 900}</Key></Contents></ListBucketResult>"
            if status == 200
            else "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        )
        self.answer(status, "text/xml", text)

    def answer(self, status: int, kind: str, text: str) -> None:
        payload = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = urllib.parse.parse_qs(body)
        key, region = re.search(r"Credential=(\w+)/\d+/([^/]+)/", self.headers["Authorization"]).groups()
        action = form.get("Action", [self.headers.get("X-Amz-Target", "").rpartition(".")[2]])[0]
        self.server.asked.append((key, region, action))
        self.server.sizes.update(form.get("MaxResults", []))
        time.sleep(self.server.delay.get(region, 0))
        status, kind = 200, "text/xml"
        if region in self.server.down:
            status = 400
            text = (
                "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not here</Message></Error></Errors>"
                "<RequestID>r</RequestID></Response>"
            )
        elif action == "DescribeRegions":
            items = "".join(f"<item><regionName>{name}</regionName></item>" for name in ENABLED)
            text = f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
        elif action == "DescribeVpcs":
            items = "".join(f"<item><vpcId>vpc-{region}-{i}</vpcId><state>available</state></item>" for i in (1, 2))
            text = f"<DescribeVpcsResponse><vpcSet>{items}</vpcSet></DescribeVpcsResponse>"
        elif action == "GetCallerIdentity":
            text = (
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account><Arn>a</Arn></GetCallerIdentityResult>"
                "</GetCallerIdentityResponse>"
            )
        elif action == "ListUsers":
            text = (
                "<ListUsersResponse><ListUsersResult><Users><member><UserName>u</UserName></member></Users>"
                "<IsTruncated>false</IsTruncated></ListUsersResult></ListUsersResponse>"
            )
        else:
            kind, text = "application/x-amz-json-1.0", json.dumps({"TableNames": [f"t-{region}"]})
        self.answer(status, kind, text)


class RegionsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.home = scratch_folder(self.addCleanup)
        (self.home / ".aws").mkdir()
        (self.home / ".aws/config").write_text(
            "[default]\nregion = eu-west-1\n[profile prod-a]\nregion = us-east-1\n[profile prod-b]\nregion = us-west-2\n"
        )
        (self.home / ".aws/credentials").write_text(
            "".join(
                f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\n"
                for name, key in (("default", "AKDEF"), ("prod-a", "AKA"), ("prod-b", "AKB"))
            )
        )
        self.service = Service()
        self.addCleanup(self.service.server_close)
        self.addCleanup(self.service.shutdown)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.service.url,
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run_virga(self, *words: str, status: int = 0) -> subprocess.CompletedProcess:
        result = subprocess.run(
            [VIRGA, *words], env=self.env, cwd=self.home, capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(result.returncode, status, result.stderr)
        return result

    def items(self, *words: str, status: int = 0) -> list[dict]:
        return json.loads(self.run_virga(*words, status=status).stdout)

    def test_items_have_their_region_in_the_order_asked_for(self) -> None:
        self.service.delay["us-east-1"] = 0.3
        found = self.items("ec2", "describe-vpcs", "--regions", "us-east-1,eu-west-1")
        self.assertEqual(
            [(item["Region"], item["VpcId"]) for item in found],
            [(name, f"vpc-{name}-{i}") for name in ("us-east-1", "eu-west-1") for i in (1, 2)],
        )
        self.assertEqual(list(found[0]), ["Region", "Account", "State", "VpcId"][:2] + list(found[0])[2:])
        self.assertEqual(self.service.sizes, {"1000"})

    def test_places_are_asked_at_the_same_time(self) -> None:
        names = [f"eu-west-{i}" for i in range(1, 21)]
        self.service.delay = {name: 0.5 for name in names}
        begun = time.monotonic()
        self.items("ec2", "describe-vpcs", "--regions", ",".join(names))
        self.assertLess(time.monotonic() - begun, 8)  # one behind the other: 10

    def test_all_regions_are_those_that_are_enabled(self) -> None:
        found = self.items("dynamodb", "list-tables", "--regions", "all")
        self.assertEqual([(item["Region"], item["Value"]) for item in found], [(name, f"t-{name}") for name in ENABLED])
        found = self.items("dynamodb", "list-tables", "--regions", "eu-*")
        self.assertEqual([item["Region"] for item in found], ENABLED[:2])
        self.assertEqual(len(self.items("iam", "list-users", "--regions", "all")), 1)
        self.service.down = {"eu-west-1"}  # where EC2 is asked
        self.assertGreater(len(self.items("dynamodb", "list-tables", "--regions", "all", status=1)), 10)

    def test_profiles(self) -> None:
        found = self.items("ec2", "describe-vpcs", "--profiles", "prod-*")
        self.assertEqual(
            [(item["Region"], item["Profile"]) for item in found],
            [("us-east-1", "prod-a")] * 2 + [("us-west-2", "prod-b")] * 2,
        )
        self.assertEqual({key for key, _, _ in self.service.asked}, {"AKA", "AKB"})
        found = self.items("ec2", "describe-vpcs", "--profiles", "all", "--regions", "eu-west-1,eu-north-1", "--query", "Vpcs[0].VpcId")
        self.assertEqual(len(found), 6)
        self.assertEqual(found[1], {"Region": "eu-north-1", "Account": "", "Profile": "default", "Value": "vpc-eu-north-1-1"})

    def test_a_place_that_fails_leaves_the_others(self) -> None:
        self.service.down = {"eu-north-1", "no-where-1"}
        result = self.run_virga("ec2", "describe-vpcs", "--regions", "eu-west-1,eu-north-1,us-east-1,no-where-1", status=1)
        self.assertEqual([item["Region"] for item in json.loads(result.stdout)], ["eu-west-1"] * 2 + ["us-east-1"] * 2)
        self.assertEqual(len(result.stderr.splitlines()), 2)
        self.assertRegex(result.stderr, r"(?m)^eu-north-1: An error occurred \(UnauthorizedOperation\).*not here$")
        self.run_virga("ec2", "describe-vpcs", "--regions", "eu-north-1", status=254)

    def test_formats(self) -> None:
        words = ("ec2", "describe-vpcs", "--regions", "eu-west-1,us-east-1", "--output")
        csv = self.run_virga(*words, "csv").stdout.splitlines()
        self.assertRegex(csv[0], "^Region,Account,")
        self.assertEqual(len(csv), 5)
        lines = self.run_virga(*words, "ndjson").stdout.splitlines()
        self.assertEqual([json.loads(line)["Region"] for line in lines], ["eu-west-1"] * 2 + ["us-east-1"] * 2)
        for name in ("text", "table", "yaml", "yaml-stream"):
            self.assertEqual(self.run_virga(*words, name).stdout.count("vpc-us-east-1-2"), 1, name)
        self.assertEqual(self.run_virga(*words, "off").stdout, "")
        found = self.items("sts", "get-caller-identity", "--regions", "eu-west-1,us-east-1")
        self.assertEqual([(item["Region"], item["CallAccount"], item["Account"]) for item in found],
                         [("eu-west-1", "", "1"), ("us-east-1", "", "1")])

    def test_items_come_as_they_are_fetched(self) -> None:
        words = ("s3api", "list-objects-v2", "--bucket", "b", "--regions", "eu-west-1,us-east-1,eu-north-1", "--output", "ndjson")
        self.service.pages = 200
        self.assertEqual(len(self.run_virga(*words).stdout.splitlines()), 3 * 200)
        self.service.asked.clear()
        with subprocess.Popen([VIRGA, *words], env=self.env, cwd=self.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertIn(b"eu-west-1", process.stdout.readline())
            process.stdout.close()
            self.assertEqual(process.wait(60), 0)
            self.assertEqual(process.stderr.read(), b"")
        self.assertLess(len(self.service.asked), 3 * 200)
        with open("/dev/full", "w") as full:
            result = subprocess.run([VIRGA, *words], env=self.env, cwd=self.home, stdout=full, stderr=subprocess.PIPE, text=True,
                                    timeout=60, check=False)
        self.assertEqual((result.returncode, "No space left" in result.stderr), (255, True))

    def test_a_stream_asks_its_query_of_each_item(self) -> None:
        words = ("ec2", "describe-vpcs", "--regions", "eu-west-1,us-east-1", "--stream", "--query", "VpcId", "--output")
        found = [json.loads(line) for line in self.run_virga(*words, "ndjson").stdout.splitlines()]
        self.assertEqual([(item["Region"], item["Value"]) for item in found],
                         [(name, f"vpc-{name}-{i}") for name in ("eu-west-1", "us-east-1") for i in (1, 2)])
        self.assertEqual(self.run_virga(*words, "json").stdout.count("\n}\n"), 4)

    def test_what_fails_in_the_middle_keeps_what_came(self) -> None:
        self.service.pages, self.service.broken = 5, "eu-west-1"
        words = ("s3api", "list-objects-v2", "--bucket", "b", "--regions", "eu-west-1,us-east-1", "--output", "csv")
        result = self.run_virga(*words, status=1)
        self.assertEqual([line.split(",")[0] for line in result.stdout.splitlines()[1:]], ["eu-west-1"] * 3 + ["us-east-1"] * 5)
        self.assertRegex(result.stderr, "^eu-west-1: .*AccessDenied")

    def test_without_a_region(self) -> None:
        (self.home / ".aws/config").write_text("[profile prod-a]\n[profile prod-b]\nregion = us-west-2\n")
        found = self.items("iam", "list-users", "--regions", "all")
        self.assertEqual([item["Region"] for item in found], ["us-east-1"])
        result = self.run_virga("ec2", "describe-vpcs", "--profiles", "prod-b,none,prod-a", status=1)
        self.assertEqual({item["Profile"] for item in json.loads(result.stdout)}, {"prod-b"})
        self.assertRegex(result.stderr, r"^profile none: .* could not be found\nprofile prod-a: You must specify a region")

    def test_options_of_operations_stay_theirs(self) -> None:
        result = self.run_virga(
            "cloudformation", "create-stack-instances", "--stack-set-name", "s", "--regions", "eu-west-1", "--accounts",
            "1", "--generate-cli-skeleton",
        )
        self.assertIn("Regions", json.loads(result.stdout))
        found = self.items("--regions", "eu-west-1,us-east-1", "ec2", "describe-vpcs")
        self.assertEqual(len(found), 4)

    def test_refusals(self) -> None:
        for words, wanted in (
            (("ec2", "run-instances", "--regions", "all"), "calls that write"),
            (("ec2", "wait", "instance-running", "--regions", "all"), "waiters"),
            (("s3api", "get-object", "--bucket", "b", "--key", "k", "out", "--regions", "all"), "files"),
            (("ec2", "describe-vpcs", "--regions", "xx-*"), 'nothing matches "xx-*"'),
            (("ec2", "describe-vpcs", "--regions", "eu-west-1,"), "a name is missing"),
            (("ec2", "describe-vpcs", "--profiles", "nobody*"), "nothing matches"),
            (("ec2", "describe-vpcs", "--regions", "eu-west-1", "--query", "["), "Bad value for --query"),
        ):
            self.assertIn(wanted, self.run_virga(*words, status=252).stderr)
        self.assertIn("could not be found", self.run_virga("ec2", "describe-vpcs", "--profiles", "none", status=255).stderr)


if __name__ == "__main__":
    VIRGA = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
