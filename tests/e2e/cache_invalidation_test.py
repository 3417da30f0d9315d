#!/usr/bin/env python3
"""Read, write, read with the cache on, against a moto_server: the second read shows what was written.

Each sequence has a home folder of its own. What it needs to be there is made with another one, so that the cache of the
sequence sees no write before its first read, and keeps the answer. That it is kept is asked with --offline before the
write; that answers which have nothing to do with the write are kept still, after it.

Exits with 77 (skipped) where moto_server is missing.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
import unittest
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sanitized import is_sanitized
from scratch import scratch_folder

SKIPPED = 77
SANITIZED_EVERY = 4
TRUST = '{"Version":"2012-10-17","Statement":[]}'


@dataclass(frozen=True)
class Sequence:
    """Command lines, and what the second read has that the first one had not."""

    read: str
    write: str
    shows: str  # "-" in front: what it has no more; "!": the read fails now
    setup: tuple[str, ...] = ()  # "NAME path <- command" keeps a result as $NAME
    kept: tuple[str, ...] = ()  # other reads, whose answers stay
    write_region: str = "us-east-1"


IMAGE = "IMAGE Images[0].ImageId <- ec2 describe-images --owners amazon"
SUBNET = "SUBNET Subnets[0].SubnetId <- ec2 describe-subnets"
INSTANCE = "INSTANCE Instances[0].InstanceId <- ec2 run-instances --image-id $IMAGE --instance-type t2.micro"
TABLE = (
    "dynamodb create-table --table-name {} --attribute-definitions AttributeName=k,AttributeType=S"
    " --key-schema AttributeName=k,KeyType=HASH --billing-mode PAY_PER_REQUEST"
)


def role(name: str) -> str:
    return f"ROLE Role.Arn <- iam create-role --role-name {name} --assume-role-policy-document '{TRUST}'"


SEQUENCES = [
    # A noun that is made shows in the listing of it.
    Sequence("acm list-certificates", "acm request-certificate --domain-name new.example.com", "new.example.com"),
    Sequence("apigateway get-rest-apis", "apigateway create-rest-api --name new-api", "new-api",
             kept=("sns list-topics", "s3api list-buckets")),
    Sequence("appsync list-graphql-apis", "appsync create-graphql-api --name new-api --authentication-type API_KEY", "new-api"),
    Sequence("autoscaling describe-auto-scaling-groups",
             "autoscaling create-auto-scaling-group --auto-scaling-group-name new-group --launch-configuration-name lc"
             " --min-size 0 --max-size 1 --availability-zones us-east-1a", "new-group",
             (IMAGE, "autoscaling create-launch-configuration --launch-configuration-name lc --image-id $IMAGE"
              " --instance-type t2.micro"), kept=("ec2 describe-images --owners amazon",)),
    Sequence("backup list-backup-vaults", "backup create-backup-vault --backup-vault-name new-vault", "new-vault"),
    Sequence("cloudwatch list-dashboards",
             "cloudwatch put-dashboard --dashboard-name new-board --dashboard-body '{\"widgets\":[]}'", "new-board"),
    Sequence("codecommit get-repository --repository-name r", "codecommit delete-repository --repository-name r", "!",
             ("codecommit create-repository --repository-name r",)),
    Sequence("cognito-idp list-user-pools --max-results 10", "cognito-idp create-user-pool --pool-name new-pool", "new-pool"),
    Sequence("dynamodb list-tables", TABLE.format("new-table"), "new-table", kept=("sns list-topics",)),
    Sequence("ec2 describe-security-groups", "ec2 create-security-group --group-name new-group --description d", "new-group",
             kept=("ec2 describe-images --owners amazon", "ec2 describe-regions", "sns list-topics")),
    Sequence("ec2 describe-instances", "ec2 run-instances --image-id $IMAGE --instance-type t2.micro", "InstanceId", (IMAGE,),
             kept=("ec2 describe-images --owners amazon", "ec2 describe-availability-zones", "s3api list-buckets")),
    Sequence("ecr describe-repositories", "ecr create-repository --repository-name new-repository", "new-repository"),
    Sequence("ecs list-clusters", "ecs create-cluster --cluster-name new-cluster", "new-cluster"),
    Sequence("efs describe-file-systems", "efs create-file-system --creation-token new-token", "new-token"),
    Sequence("eks list-clusters",
             "eks create-cluster --name new-cluster --role-arn $ROLE --resources-vpc-config subnetIds=$SUBNET", "new-cluster",
             (role("role1"), SUBNET)),
    Sequence("elasticache describe-cache-clusters",
             "elasticache create-cache-cluster --cache-cluster-id new-cache --engine redis --num-cache-nodes 1"
             " --cache-node-type cache.t3.micro", "new-cache"),
    Sequence("elbv2 describe-target-groups",
             "elbv2 create-target-group --name new-targets --protocol HTTP --port 80 --vpc-id $VPC", "new-targets",
             ("VPC Vpcs[0].VpcId <- ec2 describe-vpcs",)),
    Sequence("events list-rules", "events put-rule --name new-rule --schedule-expression 'rate(5 minutes)'", "new-rule"),
    Sequence("firehose list-delivery-streams",
             "firehose create-delivery-stream --delivery-stream-name new-stream"
             " --s3-destination-configuration RoleARN=$ROLE,BucketARN=arn:aws:s3:::b", "new-stream", (role("role2"),)),
    Sequence("glue get-databases", "glue create-database --database-input Name=new_database", "new_database"),
    Sequence("guardduty list-detectors", "guardduty create-detector --enable", '        "'),
    Sequence("iam list-users", "iam create-user --user-name new-user", "new-user", kept=("ec2 describe-vpcs",)),
    Sequence("iot list-things", "iot create-thing --thing-name new-thing", "new-thing"),
    Sequence("kinesis list-streams", "kinesis create-stream --stream-name new-stream --shard-count 1", "new-stream"),
    Sequence("lambda list-functions",
             "lambda create-function --function-name new-function --runtime python3.12 --role $ROLE --handler a.b"
             " --zip-file fileb://code.zip", "new-function", (role("role3"),)),
    Sequence("logs describe-log-groups", "logs create-log-group --log-group-name new-group", "new-group"),
    Sequence("opensearch list-domain-names", "opensearch create-domain --domain-name new-domain", "new-domain"),
    Sequence("organizations list-accounts",
             "organizations create-account --account-name new-account --email a@example.com", "new-account",
             ("organizations create-organization",)),
    Sequence("rds describe-db-instances",
             "rds create-db-instance --db-instance-identifier new-database --db-instance-class db.t3.micro --engine postgres"
             " --allocated-storage 20 --master-username u --master-user-password p4ssw0rd", "new-database",
             kept=("ec2 describe-images --owners amazon", "sns list-topics")),
    Sequence("redshift describe-clusters",
             "redshift create-cluster --cluster-identifier new-cluster --node-type dc2.large --master-username u"
             " --master-user-password Passw0rd1 --cluster-type single-node", "new-cluster"),
    Sequence("resource-groups list-groups",
             "resource-groups create-group --name new-group --resource-query"
             r""" '{"Type":"TAG_FILTERS_1_0","Query":"{\"ResourceTypeFilters\":[],\"TagFilters\":[{\"Key\":\"k\",\"Values\":[\"v\"]}]}"}'"""
             " --tags k=v", "new-group"),
    Sequence("route53 list-hosted-zones", "route53 create-hosted-zone --name new.example.org --caller-reference 1",
             "new.example.org"),
    Sequence("s3api list-buckets", "s3api create-bucket --bucket new-bucket", "new-bucket"),
    Sequence("scheduler list-schedule-groups", "scheduler create-schedule-group --name new-group", "new-group"),
    Sequence("servicediscovery list-namespaces", "servicediscovery create-http-namespace --name new-namespace", "new-namespace"),
    Sequence("ses list-identities", "ses verify-email-identity --email-address new@example.com", "new@example.com"),
    Sequence("sesv2 list-contact-lists", "sesv2 create-contact-list --contact-list-name new-list", "new-list"),
    Sequence("sns list-topics", "sns create-topic --name new-topic", "new-topic", kept=("dynamodb list-tables",)),
    Sequence("ssm describe-parameters", "ssm put-parameter --name new-name --value v --type String", "new-name"),
    Sequence("stepfunctions list-state-machines",
             "stepfunctions create-state-machine --name new-machine --role-arn $ROLE --definition"
             " '{\"StartAt\":\"a\",\"States\":{\"a\":{\"Type\":\"Succeed\"}}}'", "new-machine", (role("role4"),)),
    Sequence("wafv2 list-ip-sets --scope REGIONAL",
             "wafv2 create-ip-set --name new-set --scope REGIONAL --ip-address-version IPV4 --addresses 10.0.0.0/8", "new-set"),
    # One that is changed, or removed.
    Sequence("dynamodb describe-table --table-name t1", "dynamodb delete-table --table-name t1", "!", (TABLE.format("t1"),)),
    Sequence("dynamodb describe-table --table-name t2", "dynamodb put-item --table-name t2 --item '{\"k\":{\"S\":\"x\"}}'",
             '"ItemCount": 1', (TABLE.format("t2"),), kept=("dynamodb list-tables",)),
    Sequence("iam get-role --role-name changed", "iam update-role --role-name changed --description new-text", "new-text",
             (f"iam create-role --role-name changed --assume-role-policy-document '{TRUST}'",)),
    Sequence("s3api get-bucket-tagging --bucket bucket2",
             "s3api put-bucket-tagging --bucket bucket2 --tagging TagSet=[{Key=k,Value=new-value}]", "new-value",
             ("s3api create-bucket --bucket bucket2",
              "s3api put-bucket-tagging --bucket bucket2 --tagging TagSet=[{Key=k,Value=old}]")),
    Sequence("s3api head-bucket --bucket bucket3", "s3api delete-bucket --bucket bucket3", "!",
             ("s3api create-bucket --bucket bucket3",)),
    Sequence("s3api list-objects-v2 --bucket bucket4", "s3api put-object --bucket bucket4 --key new-key", "new-key",
             ("s3api create-bucket --bucket bucket4",),
             kept=("s3api list-buckets", "s3api get-bucket-location --bucket bucket4")),
    Sequence("sns get-topic-attributes --topic-arn $TOPIC",
             "sns set-topic-attributes --topic-arn $TOPIC --attribute-name DisplayName --attribute-value new-name", "new-name",
             ("TOPIC TopicArn <- sns create-topic --name changed",)),
    Sequence("sqs get-queue-url --queue-name q", "sqs delete-queue --queue-url $QUEUE", "!",
             ("QUEUE QueueUrl <- sqs create-queue --queue-name q",)),
    # One whose name says nothing of what it changes.
    Sequence("ec2 describe-instances --instance-ids $INSTANCE",
             "ec2 create-tags --resources $INSTANCE --tags Key=k,Value=new-value", "new-value", (IMAGE, INSTANCE)),
    Sequence("ec2 describe-images --owners self", "ec2 create-image --instance-id $INSTANCE --name new-image", "new-image",
             (IMAGE, INSTANCE)),
    Sequence("ec2 describe-addresses --allocation-ids $ADDRESS",
             "ec2 associate-address --allocation-id $ADDRESS --instance-id $INSTANCE", "i-",
             (IMAGE, INSTANCE, "ADDRESS AllocationId <- ec2 allocate-address --domain vpc")),
    # In another service, or in another region.
    Sequence("ec2 describe-instances --filters Name=tag:aws:autoscaling:groupName,Values=grown",
             "autoscaling create-auto-scaling-group --auto-scaling-group-name grown --launch-configuration-name lc2"
             " --min-size 1 --max-size 1 --availability-zones us-east-1a", "InstanceId",
             (IMAGE, "autoscaling create-launch-configuration --launch-configuration-name lc2 --image-id $IMAGE"
              " --instance-type t2.micro")),
    Sequence("s3api list-buckets",
             "cloudformation create-stack --stack-name s1 --template-body"
             " '{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":{\"BucketName\":\"made-by-a-stack\"}}}}'",
             "made-by-a-stack"),
    Sequence("resourcegroupstaggingapi get-resources --resource-type-filters s3",
             "s3api put-bucket-tagging --bucket bucket5 --tagging TagSet=[{Key=k,Value=new-tag}]", "new-tag",
             ("s3api create-bucket --bucket bucket5",)),
    Sequence("iam list-groups --region eu-west-1", "iam create-group --group-name far-group", "far-group"),
    Sequence("iam list-roles --region ap-southeast-2", "iam delete-role --role-name gone", "-gone",
             (f"iam create-role --role-name gone --assume-role-policy-document '{TRUST}'",), write_region="eu-central-1",
             kept=("ec2 describe-vpcs",)),
    Sequence("route53 list-hosted-zones-by-name --region eu-west-1",
             "route53 create-hosted-zone --name far.example.org --caller-reference 2", "far.example.org"),
]


class MotoServer:
    """A moto_server on a free port of the loopback interface."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            ["moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("moto_server did not start")

    def stop(self) -> None:
        self._process.kill()  # it keeps nothing, and has taken half a minute over a polite end
        self._process.wait(timeout=20)


class CacheInvalidation(unittest.TestCase):
    virga = ""
    server: MotoServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = MotoServer()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.names: dict[str, str] = {}
        with zipfile.ZipFile(self.folder / "code.zip", "w") as code:
            code.writestr("a.py", "def b(event, context): pass\n")

    def run_virga(self, line: str, *words: str, home: str = "home", region: str = "us-east-1") -> subprocess.CompletedProcess:
        for name, value in self.names.items():
            line = line.replace(f"${name}", value)
        kept = {name: os.environ[name] for name in ("PATH", "VIRGA_MODELS", "ASAN_OPTIONS") if name in os.environ}
        env = kept | {
            "HOME": str(self.folder / home),
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": region,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.server.url,
            "VIRGA_CACHE": "on",
        }
        (self.folder / home).mkdir(exist_ok=True)
        return subprocess.run(
            [self.virga, *shlex.split(line), *words], env=env, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120, check=False,
        )

    def ok(self, line: str, *words: str, **where: str) -> str:
        result = self.run_virga(line, *words, **where)
        self.assertEqual(result.returncode, 0, f"{line}: {result.stderr}{result.stdout}")
        return result.stdout

    def is_kept(self, line: str) -> bool:
        return self.run_virga(line, "--offline").returncode == 0

    def prepare(self, sequence: Sequence) -> None:
        for line in sequence.setup:
            capture, found, command = line.rpartition(" <- ")
            if found:
                name, path = capture.split()
                self.names[name] = self.ok(command, "--query", path, "--output", "text", home="other").strip()
            else:
                self.ok(command, home="other")

    def check(self, sequence: Sequence) -> None:
        self.prepare(sequence)
        before = self.ok(sequence.read)
        is_kept = self.is_kept(sequence.read)
        if is_kept:
            self.assertEqual(self.ok(sequence.read, "--offline"), before)
        others = {line: self.ok(line) for line in sequence.kept}
        self.ok(sequence.write, region=sequence.write_region)
        for line, answer in others.items():
            self.assertEqual(self.ok(line, "--offline"), answer, f"{line} was dropped")
        self.assertFalse(self.is_kept(sequence.read), "the old answer is still there")
        after = self.run_virga(sequence.read)
        if sequence.shows == "!":
            self.assertNotEqual(after.returncode, 0, after.stdout)
            return
        self.assertEqual(after.returncode, 0, after.stderr)
        gone = sequence.shows.startswith("-")
        text = sequence.shows.removeprefix("-")
        with_it, without = (before, after.stdout) if gone else (after.stdout, before)
        self.assertIn(text, with_it)
        self.assertNotIn(text, without)
        if is_kept:
            kept_services.add(sequence.read.split()[0])


# Of those whose first read was kept, so that the sequence says something.
kept_services: set[str] = set()


def add_tests(every: int) -> None:
    for number, sequence in list(enumerate(SEQUENCES))[::every]:
        words = sequence.read.split()
        name = f"test_{number:02}_{words[0]}_{words[1]}_after_{sequence.write.split()[1]}".replace("-", "_")
        setattr(CacheInvalidation, name, lambda self, sequence=sequence: self.check(sequence))


def main() -> int:
    if shutil.which("moto_server") is None:
        print("skipped: moto_server is not installed", file=sys.stderr)
        return SKIPPED
    CacheInvalidation.virga = str(Path(sys.argv.pop(1)).resolve())
    # What is invalidated is data; a sanitizer is for the code, which a part of the sequences walks through.
    every = SANITIZED_EVERY if is_sanitized(CacheInvalidation.virga) else 1
    add_tests(every)
    program = unittest.main(exit=False)
    whole = every == 1 and (len(sys.argv) == 1 or all(word.startswith("-") for word in sys.argv[1:]))
    if whole and len(kept_services) < 25:
        print(f"only {len(kept_services)} services were kept at all: {sorted(kept_services)}", file=sys.stderr)
        return 1
    print(f"{len(kept_services)} services, {len(SEQUENCES[::every])} of {len(SEQUENCES)} sequences", file=sys.stderr)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
