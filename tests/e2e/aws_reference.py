"""The AWS CLI as a reference that answers fast: its code is imported once. Starting `aws` anew costs 0.6 s each time, a
fork of that process a quarter of it, and a run in the process itself a tenth. A fork sees nothing of what another left;
runs in the process share what the AWS CLI keeps in its modules (credentials and configuration are not among it).

Both versions work: v1 with the Python of the `aws` on PATH, v2 with Debian's package.
"""

from __future__ import annotations

import base64
import functools
import gc
import importlib
import io
import json
import logging
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
    look at it only once. Every command line is run in a fork, if `forks`."""

    def __init__(self, python: str, home: Path, forks: bool = True) -> None:
        self._forks = forks
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [python, str(Path(__file__).resolve())], env=environment, cwd="/", stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )

    def run(self, words: list[str], env: dict[str, str], cwd: Path, stdin: str = "") -> Answer:
        request = {"words": words, "env": env, "cwd": str(cwd), "stdin": stdin, "fork": self._forks}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the AWS CLI's process ended with {self._process.wait(timeout=10)}")
        reply = json.loads(line)
        return Answer(reply["status"], base64.b64decode(reply["stdout"]), base64.b64decode(reply["stderr"]))

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


# What runs inside of the AWS CLI's Python.


class Server:
    def __init__(self) -> None:
        self._clidriver = importlib.import_module("awscli.clidriver")
        self._data_path = os.environ["AWS_DATA_PATH"]  # importing the AWS CLI sets it
        loaders = sys.modules[self._clidriver.botocore.session.__name__.replace("session", "loaders")]
        self._load_file = loaders.JSONFileLoader.load_file
        self._documents: dict[str, object] = {}
        loaders.JSONFileLoader.load_file = lambda loader, path: self._load_once(loader, path)
        self._remember_what_stays(loaders, self._clidriver.botocore.hooks)
        loader = self._clidriver.create_clidriver().session.get_component("data_loader")  # imports the customizations
        for type_name in ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"):
            loader.list_available_services(type_name)

    @staticmethod
    def _remember_what_stays(loaders: object, hooks: object) -> None:
        """What costs half of a command line's time and is the same in each: the services that there are, and what
        handlers of events take."""
        list_services = loaders.Loader.list_available_services
        services: dict[tuple, list[str]] = {}

        def remembered(loader: object, type_name: str) -> list[str]:
            key = (type_name, *((path, Path(path).exists() and os.stat(path).st_mtime_ns) for path in loader.search_paths))
            if key not in services:
                services[key] = list_services(loader, type_name)
            return list(services[key])

        loaders.Loader.list_available_services = remembered
        hooks.accepts_kwargs = functools.lru_cache(maxsize=None)(hooks.accepts_kwargs)

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

    def _run(self, request: dict, files: list) -> int:
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
        try:
            status = self._clidriver.main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = 1
        if status is not None and not isinstance(status, int):  # as Python's own sys.exit()
            print(status, file=sys.stderr)
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        return status or 0

    def _child(self, request: dict, files: list) -> None:
        modules, documents = set(sys.modules), set(self._documents)
        status = self._run(request, files)
        learnt = {"modules": sorted(set(sys.modules) - modules), "documents": sorted(set(self._documents) - documents)}
        files[3].write(json.dumps(learnt).encode())
        files[3].flush()
        os._exit(status)

    def _run_in_fork(self, request: dict, files: list) -> int:
        gc.freeze()  # or the child would copy each page that it counts
        child = os.fork()
        if child == 0:
            try:
                gc.disable()
                self._child(request, files)
            finally:
                os._exit(99)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def _run_here(self, request: dict, files: list) -> int:
        known = len(self._documents)
        status = self._run(request, files)
        if len(self._documents) != known:  # collecting garbage need not look at them again
            gc.collect()
            gc.freeze()
        for name in ("botocore", "awscli", "s3transfer", "urllib3"):  # what --debug turned on
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.setLevel(logging.NOTSET)
        return status

    def answer(self, request: dict) -> dict:
        files = [tempfile.TemporaryFile() for _ in range(4)]
        files[0].write(request["stdin"].encode())
        files[0].seek(0)
        status = (self._run_in_fork if request["fork"] else self._run_here)(request, files)
        for file in files:
            file.seek(0)
        _, stdout, stderr, learnt = (file.read() for file in files)
        if learnt:
            self._keep(json.loads(learnt))
        for file in files:
            file.close()
        return {"status": status, "stdout": base64.b64encode(stdout).decode(), "stderr": base64.b64encode(stderr).decode()}


def serve() -> None:
    requests, replies = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")  # command lines get 0 and 1
    server = Server()
    for line in requests:
        replies.write(json.dumps(server.answer(json.loads(line))) + "\n")
        replies.flush()
    os._exit(0)  # tidying up all that was loaded takes seconds


if __name__ == "__main__":
    sys.path.pop(0)  # this folder has nothing that the AWS CLI may import
    serve()
