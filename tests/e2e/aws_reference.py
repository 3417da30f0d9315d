"""The AWS CLI as a reference that answers fast: its code is imported once, and every command line runs in a fork of that
process, so that none sees what another left. Starting `aws` anew costs 0.6 s each time, a fork a tenth of it.

Both versions work: v1 with the Python of the `aws` on PATH, v2 with Debian's package.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

V2_CODE = Path("/usr/lib/python3/dist-packages/awscli/botocore")  # v1's package has no botocore inside


@dataclass(frozen=True)
class Answer:
    status: int
    stdout: bytes
    stderr: bytes


def python_of_v1() -> str | None:
    """The Python that runs the `aws` on PATH, if that is version 1 and written in Python."""
    program = shutil.which("aws")
    if not program:
        return None
    seen = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if not (seen.stdout + seen.stderr).startswith("aws-cli/1."):
        return None
    for candidate in (shutil.which("python3"), sys.executable):
        found = subprocess.run([candidate, "-c", "import awscli; print(awscli.__version__)"], cwd="/",
                               capture_output=True, text=True, check=False)
        if found.stdout.startswith("1."):
            return candidate
    return None


def python_of_v2() -> str | None:
    """Debian's Python, if its package of the AWS CLI is version 2."""
    return "/usr/bin/python3" if V2_CODE.is_dir() and os.access("/usr/bin/aws", os.X_OK) else None


class AwsReference:
    """One process with the AWS CLI in it. `home` is what HOME has to be in every command line: parts of the AWS CLI
    look at it only once."""

    def __init__(self, python: str, home: Path) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [python, str(Path(__file__).resolve())], env=environment, cwd="/", stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )

    def run(self, words: list[str], env: dict[str, str], cwd: Path, stdin: str = "") -> Answer:
        request = {"words": words, "env": env, "cwd": str(cwd), "stdin": stdin}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the AWS CLI's process ended with {self._process.wait(timeout=10)}")
        reply = json.loads(line)
        return Answer(reply["status"], base64.b64decode(reply["stdout"]), base64.b64decode(reply["stderr"]))

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)


# What runs inside of the AWS CLI's Python.


class Server:
    def __init__(self) -> None:
        self._clidriver = importlib.import_module("awscli.clidriver")
        self._data_path = os.environ["AWS_DATA_PATH"]  # importing the AWS CLI sets it
        loaders = sys.modules[self._clidriver.botocore.session.__name__.replace("session", "loaders")]
        self._load_file = loaders.JSONFileLoader.load_file
        self._documents: dict[str, object] = {}
        loaders.JSONFileLoader.load_file = lambda loader, path: self._load_once(loader, path)
        self._clidriver.create_clidriver()  # imports the customizations

    def _load_once(self, loader: object, path: str) -> object:
        document = self._documents.get(path)
        if document is None:  # neither read nor known to be missing: it may appear
            document = self._load_file(loader, path)
            if document is not None:
                self._documents[path] = document
        return document

    def _keep(self, learnt: dict) -> None:
        """What the next fork would load again."""
        loader = sys.modules[self._load_file.__module__].JSONFileLoader()
        for path in learnt["documents"]:
            self._load_once(loader, path)
        for name in learnt["modules"]:
            try:
                importlib.import_module(name)
            except Exception:  # one that cannot be imported by its name
                pass

    def _child(self, request: dict, files: list) -> None:
        for descriptor, file in enumerate(files[:3]):
            os.dup2(file.fileno(), descriptor)
        os.environ.clear()
        os.environ.update(request["env"] | {"AWS_DATA_PATH": self._data_path})
        time.tzset()
        os.chdir(request["cwd"])
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False), encoding="utf-8")
        sys.argv = ["aws", *request["words"]]
        modules, documents = set(sys.modules), set(self._documents)
        try:
            status = self._clidriver.main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        learnt = {"modules": sorted(set(sys.modules) - modules), "documents": sorted(set(self._documents) - documents)}
        files[3].write(json.dumps(learnt).encode())
        files[3].flush()
        os._exit(status or 0)

    def answer(self, request: dict) -> dict:
        files = [tempfile.TemporaryFile() for _ in range(4)]
        files[0].write(request["stdin"].encode())
        files[0].seek(0)
        child = os.fork()
        if child == 0:
            try:
                self._child(request, files)
            finally:
                os._exit(99)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in files:
            file.seek(0)
        _, stdout, stderr, learnt = (file.read() for file in files)
        if learnt:
            self._keep(json.loads(learnt))
        return {"status": status, "stdout": base64.b64encode(stdout).decode(), "stderr": base64.b64encode(stderr).decode()}


def serve() -> None:
    replies = os.fdopen(os.dup(1), "w")
    server = Server()
    for line in sys.stdin:
        replies.write(json.dumps(server.answer(json.loads(line))) + "\n")
        replies.flush()


if __name__ == "__main__":
    sys.path.pop(0)  # this folder has nothing that the AWS CLI may import
    serve()
