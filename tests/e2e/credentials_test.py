#!/usr/bin/env python3
"""Where the real binary finds credentials, against local stand-ins for every source but roles.

Usage: credentials_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fake_sources import stamp
from sources_case import SourcesTest, sha1, main

SSO_EXPIRED = (
    "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run"
    " aws sso login with the corresponding profile."
)


class WebIdentityTest(SourcesTest):
    ROLE = "arn:aws:iam::123456789012:role/pod"

    def test_by_variables(self) -> None:
        token = self.write("token", "web-token")
        env = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": self.ROLE, "AWS_ROLE_SESSION_NAME": "pod-1"}
        self.assertEqual(self.signer(**env), "FAKEKEY0001")
        self.assertEqual(self.signer(**env), "FAKEKEY0001")
        self.assertEqual(self.fake.count("AssumeRoleWithWebIdentity"), 1)
        params, headers = self.fake.last("AssumeRoleWithWebIdentity")
        self.assertEqual((params["WebIdentityToken"], params["RoleSessionName"]), ("web-token", "pod-1"))
        self.assertNotIn("Authorization", headers)
        (path,) = self.cached()
        self.assertEqual(path.stem, sha1(json.dumps({"RoleArn": self.ROLE, "RoleSessionName": "pod-1"})))

    def test_by_profile(self) -> None:
        token = self.write("token", "web-token")
        self.config(f"[profile pod]\nrole_arn = {self.ROLE}\nweb_identity_token_file = {token}\n")
        self.signer("--profile", "pod")
        self.assertRegex(self.fake.last("AssumeRoleWithWebIdentity")[0]["RoleSessionName"], "^botocore-session-")

    def test_a_profile_option_hides_the_variables(self) -> None:
        self.keys()
        token = self.write("token", "web-token")
        env = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": self.ROLE}
        self.assertEqual(self.signer("--profile", "base", **env), "BASEKEY")
        self.assertEqual(self.signer(AWS_PROFILE="base", **env), "FAKEKEY0001")

    def test_what_is_missing_is_said(self) -> None:
        self.assert_fails(255, "has no role ARN configured", AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere")
        self.assert_fails(255, "[Errno 2] No such file or directory: '/nowhere'", AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere",
                          AWS_ROLE_ARN=self.ROLE)


class SsoTest(SourcesTest):
    START = "https://portal.example/start"

    def setUp(self) -> None:
        super().setUp()
        self.config(f"""
            [sso-session corp]
            sso_start_url = {self.START}
            sso_region = eu-west-1
            sso_registration_scopes = sso:account:access
            [profile session]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = Reader
            [profile legacy]
            sso_start_url = {self.START}
            sso_region = eu-west-1
            sso_account_id = 123456789012
            sso_role_name = Reader
            """)

    def token(self, name: str, seconds: float, **more: str) -> Path:
        return self.write(f".aws/sso/cache/{sha1(name)}.json", json.dumps(
            {"startUrl": self.START, "region": "eu-west-1", "accessToken": "kept", "expiresAt": stamp(seconds), **more}))

    def renewable(self, seconds: float) -> Path:
        return self.token("corp", seconds, clientId="id", clientSecret="cs", refreshToken="rt",
                          registrationExpiresAt=stamp(86400))

    def test_a_session_that_is_good(self) -> None:
        self.renewable(3600)
        self.assertEqual(self.signer("--profile", "session"), "FAKEKEY0001")
        self.assertEqual(self.signer("--profile", "session"), "FAKEKEY0001")
        self.assertEqual((self.fake.count("GetRoleCredentials"), self.fake.count("CreateToken")), (1, 0))
        params, headers = self.fake.last("GetRoleCredentials")
        self.assertEqual(params, {"role_name": "Reader", "account_id": "123456789012"})
        self.assertEqual({k.lower(): v for k, v in headers.items()}["x-amz-sso_bearer_token"], "kept")
        self.assertNotIn("Authorization", headers)
        (path,) = self.cached()
        self.assertEqual(path.stem, sha1('{"accountId":"123456789012","roleName":"Reader","sessionName":"corp"}'))
        self.assert_private(path)

    def test_a_session_near_its_end_is_renewed(self) -> None:
        path = self.renewable(300)
        self.signer("--profile", "session")
        params, _ = self.fake.last("CreateToken")
        self.assertEqual(params, {"grantType": "refresh_token", "clientId": "id", "clientSecret": "cs", "refreshToken": "rt"})
        kept = json.loads(path.read_text())
        self.assertTrue(kept["accessToken"].startswith("renewed-"))
        self.assertEqual(kept["refreshToken"], "next-refresh-token")
        self.assertEqual(kept["startUrl"], self.START)
        self.assert_private(path)

    def test_twenty_processes_renew_once(self) -> None:
        self.renewable(-10)
        self.fake.delay = 0.3
        with ThreadPoolExecutor(20) as pool:
            keys = list(pool.map(lambda _: self.signer("--profile", "session"), range(20)))
        self.assertEqual(len(set(keys)), 1)
        self.assertEqual(self.fake.count("CreateToken"), 1)
        self.assertEqual(self.fake.count("GetRoleCredentials"), 1)

    def test_a_session_that_cannot_be_renewed(self) -> None:
        failed = "Error when retrieving token from sso: Token has expired and refresh failed"
        self.renewable(-10)
        self.fake.oidc_status = 400
        self.assert_fails(255, failed, "--profile", "session")
        self.token("corp", -10)
        self.assert_fails(255, failed, "--profile", "session")
        self.token("corp", -10, clientId="id", clientSecret="cs", refreshToken="rt", registrationExpiresAt=stamp(-1))
        self.assert_fails(255, failed, "--profile", "session")
        # Still good for some minutes: that renewing fails does not matter yet.
        self.renewable(300)
        self.assertTrue(self.signer("--profile", "session"))

    def test_a_login_of_old(self) -> None:
        self.assert_fails(255, f"Error loading SSO Token: Token for {self.START} does not exist", "--profile", "legacy")
        self.token(self.START, -5)
        self.assert_fails(255, SSO_EXPIRED, "--profile", "legacy")
        self.token(self.START, 60)
        self.assertEqual(self.signer("--profile", "legacy"), "FAKEKEY0001")
        (path,) = self.cached()
        self.assertEqual(path.stem, sha1(json.dumps(
            {"accountId": "123456789012", "roleName": "Reader", "startUrl": self.START}, separators=(",", ":"))))

    def test_a_portal_that_refuses(self) -> None:
        self.token(self.START, 3600)
        self.fake.sso_status = 401
        self.assert_fails(255, SSO_EXPIRED, "--profile", "legacy")

    def test_spoilt_tokens(self) -> None:
        path = self.renewable(3600)
        for text in ("", "{", "[]", '"x"', "\0"):
            with self.subTest(text=text):
                path.write_text(text)
                self.assert_fails(255, "Error loading SSO Token: Token for corp does not exist", "--profile", "session")
        path.write_text('{"accessToken": "x"}')
        self.assert_fails(255, f"Error loading SSO Token: Token for {self.START} is invalid", "--profile", "session")

    def test_configuration_that_does_not_fit(self) -> None:
        self.config("""
            [sso-session corp]
            sso_start_url = https://x
            [profile none]
            sso_session = nobody
            sso_account_id = 1
            [profile some]
            sso_session = corp
            sso_account_id = 1
            [profile other]
            sso_session = corp
            sso_start_url = https://y
            sso_account_id = 1
            """)
        self.assert_fails(255, 'The specified sso-session does not exist: "nobody"', "--profile", "none")
        self.assert_fails(255, 'The profile "some" is configured to use SSO but is missing required configuration: '
                               "sso_role_name, sso_region", "--profile", "some")
        self.assert_fails(255, "The value for sso_start_url is inconsistent between profile (https://y) and sso-session "
                               "(https://x).", "--profile", "other")


class ProcessTest(SourcesTest):
    def process(self, body: str, arguments: str = "") -> None:
        script = self.write("get keys.sh", "#!/bin/sh\necho run >> '" + str(self.home / "runs") + "'\n" + body + "\n")
        script.chmod(0o755)
        self.config(f"[profile p]\ncredential_process = '{script}' {arguments}\n")

    def runs(self) -> int:
        path = self.home / "runs"
        return len(path.read_text().splitlines()) if path.exists() else 0

    @staticmethod
    def answer(**more: object) -> str:
        return json.dumps({"Version": 1, "AccessKeyId": "PROCKEY", "SecretAccessKey": "s", **more})

    def test_what_does_not_expire_is_asked_for_each_time(self) -> None:
        self.process(f"echo '{self.answer()}'")
        self.assertEqual(self.signer("--profile", "p"), "PROCKEY")
        self.assertEqual(self.signer("--profile", "p"), "PROCKEY")
        self.assertEqual(self.runs(), 2)
        self.assertEqual(list(self.home.glob(".cache/virga/credentials/*")), [])

    def test_what_expires_is_kept_until_then(self) -> None:
        self.process(f"echo '{self.answer(SessionToken='t', Expiration=stamp(3600))}'")
        self.signer("--profile", "p")
        self.assertEqual(self.signer("--profile", "p"), "PROCKEY")
        self.assertEqual(self.runs(), 1)
        (path,) = self.home.glob(".cache/virga/credentials/*")
        self.assert_private(path)
        self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)

    def test_keeping_can_be_switched_off(self) -> None:
        self.process(f"echo '{self.answer(Expiration=stamp(3600))}'")
        for _ in range(2):
            self.signer("--profile", "p", VIRGA_CREDENTIAL_PROCESS_CACHE="false")
        self.assertEqual(self.runs(), 2)
        self.assertEqual(list(self.home.glob(".cache/virga/credentials/*")), [])

    def test_another_command_is_another_result(self) -> None:
        self.process(f"echo '{self.answer(Expiration=stamp(3600))}'", "a")
        self.signer("--profile", "p")
        self.process(f"echo '{self.answer(Expiration=stamp(3600)).replace('PROCKEY', 'OTHER')}'", "b")
        self.assertEqual(self.signer("--profile", "p"), "OTHER")

    def test_words_are_split_and_nothing_is_expanded(self) -> None:
        self.process(f"""printf '%s\\n' "$@" > '{self.home}/words'; echo '{self.answer()}'""", "\"a b\" '$HOME' c\\ d *; | x")
        self.signer("--profile", "p")
        self.assertEqual((self.home / "words").read_text().splitlines(), ["a b", "$HOME", "c d", "*;", "|", "x"])

    def test_failures(self) -> None:
        start = "Error when retrieving credentials from custom-process: "
        cases = [
            ("echo 'no luck' >&2; exit 3", start + "no luck\n"),
            ("echo '{\"Version\": 2}'", start + "Unsupported version '2' for credential process provider, supported versions: 1"),
            ("echo '{}'", start + "Unsupported version '<Version key not provided>' for credential process provider, "
                                  "supported versions: 1"),
            ("echo '{\"Version\": 1}'", start + "Missing required key in response: 'AccessKeyId'"),
            ("echo nonsense", "Expecting value: line 1 column 1 (char 0)"),
            ("kill -9 $$", start),
            ("echo '[1]'", start),
            (f"echo '{self.answer(Expiration='soon')}'", start),
            ("head -c 30000000 /dev/zero", ""),
        ]
        for body, message in cases:
            with self.subTest(body=body[:40]):
                self.process(body)
                self.assert_fails(255, message, "--profile", "p")

    def test_a_program_that_is_not_there(self) -> None:
        self.config("[profile p]\ncredential_process = /no/such/program x\n")
        self.assert_fails(255, "[Errno 2] No such file or directory: '/no/such/program'", "--profile", "p")
        self.config("[profile p]\ncredential_process = 'open\n")
        self.assert_fails(255, "No closing quotation", "--profile", "p")

    def test_twenty_processes_run_it_once(self) -> None:
        self.process(f"sleep 0.3; echo '{self.answer(Expiration=stamp(3600))}'")
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda _: self.signer("--profile", "p"), range(20)))
        self.assertEqual(self.runs(), 1)


class ContainerTest(SourcesTest):
    def test_a_container_endpoint(self) -> None:
        self.fake.container_token = "Bearer x"
        env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.fake.url + "/container?id=1"}
        self.assertEqual(self.signer(AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer x", **env), "FAKEKEY0001")
        _, headers = self.fake.last("container")
        self.assertEqual(headers["Accept"], "application/json")
        token = self.write("token", "Bearer x")
        self.signer(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token), AWS_CONTAINER_AUTHORIZATION_TOKEN="wrong", **env)

    def test_tokens_that_would_break_the_header(self) -> None:
        self.assert_fails(255, "Auth token value is not a legal header value",
                          AWS_CONTAINER_CREDENTIALS_FULL_URI=self.fake.url + "/container",
                          AWS_CONTAINER_AUTHORIZATION_TOKEN="a\r\nX: y")

    def test_hosts_that_must_not_be_asked(self) -> None:
        for host in ("example.com", "10.0.0.1", "127.0.0.1.example.com", "localhost@example.com"):
            self.assert_fails(255, "Unsupported", AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://{host}/container")

    def test_failures(self) -> None:
        env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.fake.url + "/container"}
        start = "Error when retrieving credentials from container-role: "
        for answer, message in (
            ((500, b"oops"), start + "Error retrieving metadata: Received non 200 response 500 from container metadata: oops"),
            ((200, b"{"), start + "Error retrieving metadata: Unable to parse JSON returned from container metadata services"),
            ((200, b"{}"), start),
        ):
            with self.subTest(answer=answer):
                self.fake.container_answer = answer
                self.assert_fails(255, message, **env)
        self.assertEqual(self.fake.count("container"), 7)

    def test_expired_from_the_start(self) -> None:
        self.fake.lifetime = -60
        self.assert_fails(255, "Credentials were refreshed, but the refreshed credentials are still expired.",
                          AWS_CONTAINER_CREDENTIALS_FULL_URI=self.fake.url + "/container")


class InstanceTest(SourcesTest):
    def setUp(self) -> None:
        super().setUp()
        self.env |= {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.fake.url}

    def test_version_2(self) -> None:
        self.assertEqual(self.signer(), "FAKEKEY0001")
        self.assertEqual([what for what, _, _ in self.fake.requests[:3]], ["imds-token", "imds-role", "imds-credentials"])
        params, headers = self.fake.last("imds-token")
        self.assertEqual(params["method"], "PUT")
        self.assertEqual(headers["x-aws-ec2-metadata-token-ttl-seconds"], "21600")
        self.assertEqual(self.fake.last("imds-credentials")[0]["path"],
                         "/latest/meta-data/iam/security-credentials/instance-role")

    def test_version_1_only_unless_disabled(self) -> None:
        self.fake.imds_token_status = 404
        self.assertEqual(self.signer(), "FAKEKEY0001")
        self.assert_fails(255, "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been"
                               " disabled", AWS_EC2_METADATA_V1_DISABLED="true")

    def test_switched_off(self) -> None:
        self.assert_fails(253, "Unable to locate credentials", AWS_EC2_METADATA_DISABLED="True")
        self.assertEqual(self.fake.requests, [])

    def test_attempts(self) -> None:
        self.fake.imds_fails = 1
        self.assertEqual(self.signer(AWS_METADATA_SERVICE_NUM_ATTEMPTS="2"), "FAKEKEY0001")

    def test_the_region_comes_from_the_instance_where_nothing_says_it(self) -> None:
        self.signer(AWS_REGION="-", AWS_DEFAULT_REGION="-")
        self.assertIn("/eu-south-2/sts/", self.fake.last("GetCallerIdentity")[1]["Authorization"])

    def test_answers_that_are_none(self) -> None:
        for answer in (b"", b"{", b"[]", b'{"Code": "AssumeRoleUnauthorizedAccess", "Message": "x"}', b"null"):
            with self.subTest(answer=answer):
                self.fake.role_answer = answer
                self.assert_fails(253, "Unable to locate credentials")

    def test_an_unreachable_service_costs_little(self) -> None:
        began = time.monotonic()
        self.assert_fails(253, "Unable to locate credentials", AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:1")
        self.assertLess(time.monotonic() - began, 10)

    def test_endpoints_that_are_none(self) -> None:
        self.assert_fails(255, "Invalid endpoint EC2 Instance Metadata endpoint: nonsense",
                          AWS_EC2_METADATA_SERVICE_ENDPOINT="nonsense")
        self.assert_fails(255, "Invalid EC2 Instance Metadata endpoint mode: ipv5 Valid endpoint modes (case-insensitive): "
                               "('ipv4', 'ipv6').", AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE="ipv5")

    def test_stale_answers_are_used_for_longer(self) -> None:
        self.fake.lifetime = -3600
        self.assertEqual(self.signer(), "FAKEKEY0001")


class OldFilesTest(SourcesTest):
    def test_files_of_older_tools(self) -> None:
        keys = self.write("keys", "AWSAccessKeyId=OLDKEY\nAWSSecretKey=s\n")
        self.assertEqual(self.signer(AWS_CREDENTIAL_FILE=str(keys)), "OLDKEY")
        boto = self.write("boto", "[Credentials]\naws_access_key_id = BOTOKEY\naws_secret_access_key = s\n")
        self.assertEqual(self.signer(BOTO_CONFIG=str(boto)), "BOTOKEY")


if __name__ == "__main__":
    main()
