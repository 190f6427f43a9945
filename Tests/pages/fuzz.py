"""Fuzzes a twin that runs and a replay: as nobody, as an engineer, as an operator.

Fails on an answer from 500 on, and on a status, a content type or a body that openapi.json does not promise. Afterwards
both must live, and what they wrote must be small.

Left out: /live, which never ends, and for who is logged in /logout, which ends the session that the rest needs.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from harness import ROOT, TWIN, Broker, Folder, Program, wait

ROLES = ("engineer", "operator")
PASSWORD = "a word for the fuzz"
# Not positive_data_acceptance: what is well formed may be about an asset that is not there. Not negative_data_rejection: a
# query key that nobody knows is passed over.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Below what one address may ask for, so that what answers is a handler and not the limit.
RATE = "45/s"
FILE_BYTES_MAX = 16 << 20


def ask(base, method, path, headers, body=None):
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    cookies = {key: value for key, value in (
        field.split(";")[0].split("=", 1) for name, field in answer.getheaders() if name.lower() == "set-cookie")}
    return answer.status, text, cookies


def token(page):
    return re.search(r'<meta name="csrf" content="([0-9a-f]+)"', page).group(1)


def login(base, name):
    """The headers of a page that is open in a browser where somebody is logged in."""
    _, page, cookies = ask(base, "GET", "/login", {})
    headers = {
        "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()), "Origin": base,
        "X-CSRF-Token": token(page), "Content-Type": "application/json"}
    status, text, cookies = ask(base, "POST", "/login", headers, json.dumps({"name": name, "password": PASSWORD}))
    if status != 200:
        raise SystemExit(f"fuzz: {name} cannot log in: {status} {text}")
    session = {"Cookie": f"twin_session={cookies['twin_session']}", "Origin": base}
    status, page, _ = ask(base, "GET", "/", session)
    return session | {"X-CSRF-Token": token(page)}


def fuzz(tool, folder, program, headers, who):
    arguments = [
        tool, "run", f"{ROOT}/Sources/TwinWeb/Files/openapi.json", "--url", program.base, "--checks", CHECKS, "--max-examples", os.environ.get("CASES", "15"),
        "--seed", "42", "--request-timeout", "20", "--workers", "1", "--rate-limit", RATE, "--continue-on-failure", "--no-color",
        "--generation-with-security-parameters", "false", "--phases", "examples,coverage,fuzzing", "--exclude-path", "/live"]
    if headers:
        arguments += ["--exclude-path", "/logout"]
        for name, value in headers.items():
            arguments += ["--header", f"{name}: {value}"]
    done = subprocess.run(arguments, cwd=folder.path, capture_output=True, text=True)
    print(f"fuzz: {who}: {'nothing found' if done.returncode == 0 else done.stdout[-12000:] + done.stderr[-3000:]}", flush=True)
    return done.returncode == 0


def reached(program, path, headers):
    """A session that is gone would make the fuzz a fuzz of the login."""
    status, text, _ = ask(program.base, "GET", path, headers)
    return status == 200 or print(f"fuzz: the session is gone: {status} {text}")


def survived(program, what):
    if program.process.poll() is not None:
        print(f"fuzz: {what} is gone:", *program.lines[-20:], sep="\n")
        return False
    failed = [line for line in program.text("/metrics").splitlines() if 'code="5xx"' in line]
    if failed:
        print(f"fuzz: {what} itself counted answers from 500 on:", *failed, *program.lines[-20:], sep="\n")
    return not failed


def written(folder):
    """What lies in the folder and is no store, with its size."""
    sizes = {}
    for path, _, files in os.walk(folder.path):
        for name in files:
            if ".sqlite" not in name:
                file = os.path.join(path, name)
                sizes[os.path.relpath(file, folder.path)] = os.path.getsize(file)
    return sizes


def main():
    tool = os.path.join(ROOT, sys.argv[1])
    folder = Folder()
    # A configuration of its own: mappings are saved into it.
    config, users, secret = folder("site"), folder("users"), folder("password")
    shutil.copytree(f"{ROOT}/twin-config/sunderland", config)
    with open(secret, "w") as file:
        file.write(PASSWORD + "\n")
    os.chmod(secret, 0o600)
    for role in ROLES:
        subprocess.run(
            [TWIN, "user", "add", role, "--role", role, "--users", users, "--password-file", secret],
            cwd=ROOT, check=True, capture_output=True)
    broker = Broker(folder)
    plant = Program(
        "simulate", "--broker", broker.url, "--config", config, "--from", "2025-06-18T09:00", "--speed", "60", "-q", listen=None)
    run = Program(
        "run", "--broker", broker.url, "--config", config, "--store", folder("run.sqlite"), "--clock", "event",
        "--mode", "control", "--users", users)
    replay = Program(
        "replay", "replay/sunderland-day.jsonl.gz", "--config", config, "--loop", "closed", "--store", folder("replay.sqlite"), "--users", users,
        "--speed", "600")
    isWell = True
    try:
        programs = {"a run": run, "a replay": replay}
        # Before the fuzz tries passwords, after which this address must wait.
        sessions = {(what, role): login(program.base, role) for what, program in programs.items() for role in ROLES}
        for what, program in programs.items():
            wait(f"the first half hour of {what}", lambda: program.text("/readyz"), 300)
        cases = [("a run", None), ("a run", "engineer"), ("a run", "operator"), ("a replay", "operator")]
        for what, role in cases:
            headers = sessions.get((what, role), {})
            isWell &= fuzz(tool, folder, programs[what], headers, f"{what}, asked by {role or 'nobody who is logged in'}")
            isWell &= not headers or bool(reached(programs[what], "/live.json", headers))
        for what, program in programs.items():
            isWell &= survived(program, what)
        large = {name: size for name, size in written(folder).items() if size > FILE_BYTES_MAX}
        print("fuzz: bytes written:", {name: size for name, size in written(folder).items() if "audit" in name or "signals" in name})
        if large:
            print(f"fuzz: files of more than {FILE_BYTES_MAX} bytes: {large}")
            isWell = False
    finally:
        for program in (run, replay, plant):
            program.stop(signal.SIGTERM)
        broker.close()
        folder.close()
    return 0 if isWell else 1


if __name__ == "__main__":
    sys.exit(main())
