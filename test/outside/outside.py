#!/usr/bin/env python3
"""Checks the built program from outside: by its command line, on real files, against truths that it did not compute.

    test/outside/outside.py main [--seed N]   a generated log: exact totals, every message, and a second run adds nothing
    test/outside/outside.py once [--seed N]   a log that grows and is rotated while runs are killed: every round once
    test/outside/outside.py accounting        worked examples of usage and cost (fixtures/accounting.json)
    test/outside/outside.py lines             lines of the real ai-statistics plugin (fixtures/plugin-lines.jsonl)
    test/outside/outside.py cases             small logs after public reports (fixtures/cases)
    test/outside/outside.py all [--seed N]    all of them

Build first: npm run build. Prints a line for each check; exits with 1 at the first that fails.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import cases
import genlog

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
PROGRAM = ["node", str(ROOT / "bin" / "monitor.js")]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
ENVIRONMENT["NO_COLOR"] = "1"
LONGEST_SECONDS = 600


class Failed(Exception):
    pass


def check(is_right, message):
    if not is_right:
        raise Failed(message)


def monitor(*args, codes=(0,)):
    """Runs the program, and returns its stdout."""
    args = [str(arg) for arg in args]
    ran = subprocess.run(PROGRAM + args, capture_output=True, text=True, env=ENVIRONMENT)
    check(ran.returncode in codes, "monitor %s: exit code %d: %s" % (" ".join(args), ran.returncode, ran.stderr[-500:]))
    return ran.stdout


def monitor_json(command, *args):
    return json.loads(monitor(command, "--json", *args))


def parse(log, store, *args):
    return monitor_json("parse", "--log-path", log, "--output-dir", store, *args)


def exported(store):
    return [json.loads(line) for line in monitor("export", "-", "--format", "ndjson", "--data-dir", store).splitlines()]


def compare(store, truth):
    """Every session of the store has the true sums, and there is no other."""
    listed = monitor_json("list", "--data-dir", store, "--limit", 0)["sessions"]
    stored = {
        session["session_id"]: {
            "rounds": session["messages_count"],
            "input": session["total_input_tokens"],
            "output": session["total_output_tokens"],
            "cached": session["total_cached_tokens"],
            "reasoning": session["total_reasoning_tokens"],
        }
        for session in listed
    }
    for session in sorted({*stored, *truth}):
        got, right = stored.get(session), truth.get(session)
        check(got == right, "session %s: %r is stored, %r is true" % (session, got, right))


def rounds_in(lines):
    """A plain reading of a log: the ai_log of each round, by session."""
    rounds = {}
    for line in lines:
        text = json.loads(line)["ai_log"]
        if text != "-":
            ai_log = json.loads(text)
            rounds.setdefault(ai_log.get("session_id", "default"), []).append(ai_log)
    return rounds


def compare_texts(store, session, logged):
    """show --json gives back what was logged of each round."""
    shown = monitor_json("show", "--data-dir", store, "--", session)["rounds"]
    check(len(shown) == len(logged), "session %s: %d rounds shown, %d logged" % (session, len(shown), len(logged)))
    for got, right in zip(shown, logged):
        for name in ("messages", "system", "question", "answer", "tool_calls", "reasoning"):
            same = (got.get(name) or None) == (right.get(name) or None)
            check(same, "session %s, round %d: %s differs from the log's" % (session, got["round"], name))


def check_main(folder, seed):
    log, store = folder / "access.log", folder / "store"
    lines, truth = genlog.generate(seed, sessions=60, rounds=10, text=300, other=1)
    log.write_text("".join(lines), encoding="utf-8")
    total = {name: sum(counts[name] for counts in truth.values()) for name in ("rounds", "input")}
    check(parse(log, store)["rounds"] == total["rounds"], "parse counts other rounds than the log has")
    compare(store, truth)
    logged = rounds_in(lines)
    sessions = list(truth)[:25]
    for session in sessions:
        compare_texts(store, session, logged[session])
    for command in (["stats-model"], ["stats-date", "--days", 36500]):
        stats = monitor_json(*command, "--data-dir", store)
        got = {"rounds": stats["total"]["rounds"], "input": stats["total"]["input_tokens"]}
        check(got == total, "%s: a total of %r, true is %r" % (command[0], got, total))
        check(sum(row["rounds"] for row in stats["rows"]) == total["rounds"], command[0] + ": rows do not add up")
        check(stats["total"]["sessions"] == len(truth), command[0] + ": another number of sessions")
    check(parse(log, store)["rounds"] == 0, "a second parse stores rounds again")
    return "%d sessions, %d rounds; the messages of %d sessions" % (len(truth), total["rounds"], len(sessions))


class GrowingLog:
    """A log that a gateway writes and logrotate rotates."""

    def __init__(self, path, data, rand):
        self.path, self.data, self.rand = path, data, rand
        self.written = self.generations = 0
        path.touch()

    @property
    def is_whole(self):
        return self.written == len(self.data)

    def write(self, length):
        """Mostly ends within a line."""
        self.append(self.path, self.data[self.written : self.written + length])

    def append(self, path, data):
        with open(path, "ab") as file:
            file.write(data)
        self.written += len(data)

    def rotate(self, between):
        """`between` may run once, while the last line of the rotated log is half written and there is no new log."""
        for generation in range(self.generations, 0, -1):
            for end in ("", ".gz"):
                old = self.rotated(generation, end)
                if old.exists():
                    old.rename(self.rotated(generation + 1, end))
        self.generations += 1
        rest = b"" if self.written == 0 or self.is_whole else self.rest_of_line()
        if self.rand.random() < 0.5:
            self.path.rename(self.rotated(1))
            if self.rand.random() < 0.5:
                between()
            self.append(self.rotated(1), rest)
            self.path.touch()
        else:
            self.append(self.path, rest)
            shutil.copyfile(self.path, self.rotated(1))
            os.truncate(self.path, 0)
        if self.rotated(2).exists() and self.rand.random() < 0.7:
            with gzip.open(self.rotated(2, ".gz"), "wb") as file:
                file.write(self.rotated(2).read_bytes())
            self.rotated(2).unlink()

    def rotated(self, generation, end=""):
        return self.path.with_name("%s.%d%s" % (self.path.name, generation, end))

    def rest_of_line(self):
        return self.data[self.written : self.data.index(b"\n", self.written - 1) + 1]


def check_once(folder, seed):
    rand, store = random.Random(seed), folder / "store"
    lines, truth = genlog.generate(seed, sessions=40, rounds=15, text=120, other=1)
    log = GrowingLog(folder / "access.log", "".join(lines).encode(), rand)
    args = ["parse", "--log-path", log.path, "--output-dir", store, "--quiet"]
    kills = 0
    began = time.monotonic()
    while not log.is_whole:
        check(time.monotonic() - began < LONGEST_SECONDS, "too slow: %d of %d bytes" % (log.written, len(log.data)))
        log.write(rand.choice([1, 500, 30000, 200000, 600000]))
        event = rand.random()
        if event < 0.25:
            run = subprocess.Popen(PROGRAM + [str(arg) for arg in args], stderr=subprocess.DEVNULL, env=ENVIRONMENT)
            time.sleep(rand.random() * 0.35)
            run.send_signal(signal.SIGKILL)
            run.wait()
            kills += 1
        elif event < 0.5:
            monitor(*args)
        elif event < 0.6 and log.path.stat().st_size > 0:
            log.rotate(between=lambda: monitor(*args, codes=(0, 74)))
    monitor(*args)
    compare(store, truth)
    rounds = sum(counts["rounds"] for counts in truth.values())
    return "%d rounds after %d kills and %d rotations" % (rounds, kills, log.generations)


def check_accounting(folder, _seed):
    examples = json.loads((FIXTURES / "accounting.json").read_text(encoding="utf-8"))
    for number, example in enumerate(examples):
        name, ai_log = example["name"], {**example["ai_log"], "session_id": "s"}
        log, store, prices = (folder / ("%d.%s" % (number, kind)) for kind in ("log", "store", "json"))
        log.write_text(json.dumps({"ai_log": json.dumps(ai_log), "start_time": example["timestamp"]}) + "\n")
        source, options = example.get("price_source", ""), []
        if source.startswith("override"):
            prices.write_text(json.dumps({"models": [{"match": ai_log["model"], **example["rates_per_mtok"]}]}))
            options = ["--prices", prices]
        parse(log, store, *options)
        [shown] = monitor_json("show", "s", "--data-dir", store)["rounds"]
        got = {
            "input": shown["input_tokens"],
            "cache_read": shown["cached_tokens"],
            "cache_write": shown["cache_write_tokens"],
            "output": shown["output_tokens"],
            "reasoning": shown["reasoning_tokens"],
        }
        check(got == example["expected"], "%s: %r" % (name, got))
        # A price list may know a model by now that was unpriced when the example was made.
        if not source.startswith("unpriced"):
            cost = shown["cost_usd"]
            check(cost is not None and abs(cost - example["cost_usd"]) < 1e-12, "%s: costs %r" % (name, cost))
    return "%d examples" % len(examples)


def check_lines(folder, _seed):
    examples = [json.loads(line) for line in open(FIXTURES / "plugin-lines.jsonl", encoding="utf-8")]
    for number, example in enumerate(examples):
        log, store = folder / ("%d.log" % number), folder / ("%d.store" % number)
        line = {"start_time": "2026-03-02T08:00:00.000Z", **json.loads(example["line"])}
        # ai_log comes first, as in Higress's own format.
        line = {"ai_log": line["ai_log"], **line}
        log.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
        parsed = parse(log, store)
        is_round = line["ai_log"] not in ("-", "")
        got = (parsed["rounds"], parsed["rejected_lines"])
        check(got == (int(is_round), 0), "%s: %d rounds, %d rejected lines" % (example["name"], *got))
        if is_round:
            monitor_json("show", "--data-dir", store, "--", json.loads(line["ai_log"]).get("session_id") or "default")
    return "%d lines of the plugin" % len(examples)


def check_cases(folder, _seed):
    def rounds_of(name, number):
        store = folder / str(number)
        parse(FIXTURES / "cases" / name, store)
        return exported(store)

    number = 0
    for name in [*cases.EXACT, *cases.BOUNDS]:
        number += 1
        [got] = rounds_of(name + ".log", number)
        if name in cases.EXACT:
            is_right = abs(got["cost_usd"] - cases.EXACT[name]) < 1e-12 and got["cost_bound"] is None
        else:
            is_right = got["cost_bound"] == cases.BOUNDS[name]
        check(is_right, "%s: costs %r, bound %r" % (name, got["cost_usd"], got["cost_bound"]))
    for name, times in cases.TIMES.items():
        number += 1
        got = [round["timestamp"] for round in rounds_of(name, number)]
        check(sorted(got) == sorted(times), "%s: rounds at %r" % (name, got))
    return "%d cases" % number


CHECKS = {
    "main": check_main,
    "once": check_once,
    "accounting": check_accounting,
    "lines": check_lines,
    "cases": check_cases,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=[*CHECKS, "all"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in CHECKS if options.check == "all" else [options.check]:
        with tempfile.TemporaryDirectory(prefix="outside-") as folder:
            try:
                print("%s: %s" % (name, CHECKS[name](pathlib.Path(folder), options.seed)), flush=True)
            except Failed as failure:
                sys.exit("%s: wrong: %s" % (name, failure))


if __name__ == "__main__":
    main()
