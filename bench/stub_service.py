#!/usr/bin/env python3
"""A small AWS look-alike on the loopback interface for whole-process benchmarks: STS and EC2, http or https.

Answers are made before the first request, so that the server costs little. Prints its port, then serves until killed.
"""

from __future__ import annotations

import argparse
import http.server
import ssl
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs

IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

INSTANCE = """<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet>
<item><instanceId>i-{n:017x}</instanceId><imageId>ami-0123456789abcdef0</imageId><instanceState><code>16</code>
<name>running</name></instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><dnsName/>
<keyName>bench</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m5.large</instanceType>
<launchTime>2024-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone>
<groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>
<subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>
<privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item>
<groupId>sg-0123456789abcdef0</groupId><groupName>default</groupName></item></groupSet>
<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>
<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId>
<status>attached</status><attachTime>2024-01-01T00:00:00.000Z</attachTime>
<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
<virtualizationType>hvm</virtualizationType><tagSet><item><key>Name</key><value>bench-{n}</value></item>
<item><key>env</key><value>test</value></item></tagSet><hypervisor>xen</hypervisor><ebsOptimized>false</ebsOptimized>
</item></instancesSet></item>"""


def instances_page(first: int, count: int, token: str | None) -> bytes:
    items = "".join(INSTANCE.format(n=n) for n in range(first, first + count))
    more = f"<nextToken>{token}</nextToken>" if token else ""
    return (
        '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>'
        f"<reservationSet>{items}</reservationSet>{more}</DescribeInstancesResponse>"
    ).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: list[bytes] = []

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        if form.get("Action") == ["GetCallerIdentity"]:
            body = IDENTITY
        else:
            body = self.pages[int(form.get("NextToken", ["0"])[0])]
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self.wfile.write(head + body)

    def log_message(self, *_: object) -> None:
        pass


def self_signed(folder: Path) -> Path:
    pem = folder / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(pem), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )
    with pem.open("ab") as combined:
        combined.write((folder / "cert.pem").read_bytes())
    return pem


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--tls", type=Path, metavar="FOLDER", help="serve https; cert.pem is left in the folder")
    arguments = parser.parse_args()
    starts = range(0, arguments.instances, arguments.page)
    Handler.pages = [
        instances_page(start, min(arguments.page, arguments.instances - start),
                       str(i + 1) if i + 1 < len(starts) else None)
        for i, start in enumerate(starts)
    ]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(arguments.tls))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
