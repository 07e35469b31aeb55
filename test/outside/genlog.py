#!/usr/bin/env python3
"""Writes an access log as Envoy and the ai-statistics plugin of Higress write it, and the truth about it.

    genlog.py LOG --truth FILE [--sessions N] [--rounds N] [--text CHARACTERS] [--other N] [--seed N]

LOG    One line per request, in Higress's default format: ai_log first, escaped as Go does. Sessions interleave.
FILE   JSON: for each session its rounds, and its input, output, cached and reasoning tokens. input is all prompt tokens,
       cached ones included; output is all generated tokens, reasoning included.

It shares no code with the program: both can be wrong, but not in the same way.
"""
import argparse
import datetime
import json
import random

WORDS = (
    "the of agent session gateway token cache model route weather Beijing deploy kubernetes ingress build failed "
    "function returns value error retry stack trace commit branch merge review patch 你好 天气 查询 北京 会话 模型 网关 "
    'naïve café déjà 🚀 ✅ <script>alert(1)</script> & "quoted" back\\slash tab\there'
).split(" ")
TOOLS = ["get_weather", "read_file", "bash", "search_web", "apply_patch"]
MODELS = [
    ("gpt-4o", "openai"),
    ("gpt-5", "openai"),
    ("deepseek-reasoner", "openai"),
    ("qwen-max", "openai"),
    ("qwen3-coder-plus", "openai"),
    ("claude-sonnet-4-5", "anthropic"),
    ("gemini-2.5-pro", "gemini"),
]
START = datetime.datetime(2026, 10, 20)
MINUTES = 4000


def marshal(value):
    """json.Marshal of Go: sorted keys, no spaces, and <, >, & and two separators as escapes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, "\\u%04x" % ord(character))
    return text


def make_text(rand, length):
    words, size = [], 0
    while size < length:
        word = rand.choice(WORDS)
        words.append(word)
        size += len(word) + 1
        if rand.random() < 0.03:
            words.append("\n")
    return " ".join(words)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (time.microsecond // 1000)


def access_line(rand, ai_log, time, code="200", path="/v1/chat/completions"):
    ip = "10.%d.%d.%d" % tuple(rand.randrange(256) for _ in range(3))
    fields = {
        "ai_log": ai_log,
        "authority": "gw.example.com",
        "bytes_received": str(rand.randrange(99999)),
        "bytes_sent": str(rand.randrange(99999)),
        "downstream_local_address": "10.0.0.1:8080",
        "downstream_remote_address": ip + ":40000",
        "duration": str(rand.randrange(9000)),
        "istio_policy_status": "-",
        "method": "POST",
        "path": path,
        "protocol": "HTTP/1.1",
        "request_id": "%032x" % rand.getrandbits(128),
        "requested_server_name": "-",
        "response_code": code,
        "response_flags": "-",
        "route_name": "ai-route",
        "start_time": iso(time),
        "trace_id": "-",
        "upstream_cluster": "outbound|443||llm.internal.dns",
        "upstream_host": "1.2.3.4:443",
        "upstream_local_address": "10.0.0.1:5000",
        "upstream_service_time": str(rand.randrange(9000)),
        "upstream_transport_failure_reason": "-",
        "user_agent": "OpenAI/Python 1.99",
        "x_forwarded_for": ip,
        "response_code_details": "via_upstream",
    }
    # Envoy escapes nothing: the plugin has escaped ai_log, and the other values need no escaping.
    return "{%s}\n" % ",".join('"%s":"%s"' % item for item in fields.items())


class Session:
    def __init__(self, rand, number, rounds, text):
        self.rand, self.text = rand, text
        self.id = rand.choice(
            [
                "agent:main:discord:channel:%d" % rand.randrange(10**18),
                "agent:main:telegram:dm:%d" % rand.randrange(10**9),
                "sess_%08x" % rand.getrandbits(32),
                "run/%d/step?x=1&y=2" % number,
                "用户-%d" % number,
            ]
        )
        if number % 23 == 22:
            self.id = None  # The gateway logged none.
        self.model, self.api = rand.choice(MODELS)
        self.left = max(1, int(rand.expovariate(1 / rounds)))
        self.time = START + datetime.timedelta(minutes=rand.random() * MINUTES)
        self.messages = []
        if self.api != "anthropic":
            prompt = "You are a helpful assistant. " + make_text(rand, 4 * text)
            self.messages.append({"role": "system", "content": prompt})

    def next_round(self):
        """The next ai_log, and its token counts."""
        rand, is_first = self.rand, not any(m["role"] == "user" for m in self.messages)
        self.left -= 1
        self.time += datetime.timedelta(seconds=1 + rand.expovariate(1 / 30))
        if is_first or rand.random() < 0.3:
            question = make_text(rand, self.text) if rand.random() < 0.85 else "yes"
            parts = [{"type": "text", "text": question}]
            self.messages.append({"role": "user", "content": question if rand.random() < 0.8 else parts})
        answer = make_text(rand, self.text)
        reasoning = make_text(rand, self.text) if rand.random() < 0.4 else ""
        calls = self.tool_calls() if rand.random() < 0.6 else []
        prompt = sum(len(json.dumps(message)) for message in self.messages) // 4 + 1
        cached = 0 if is_first or rand.random() < 0.3 else int(prompt * rand.random() * 0.9)
        thought = len(reasoning) // 4
        output = sum(len(call["function"]["arguments"]) for call in calls) // 4 + len(answer) // 4 + 1 + thought

        log = {
            "api": self.model + "@higress",
            "answer": answer,
            "chat_id": "chatcmpl-%08x" % rand.getrandbits(32),
            "chat_round": sum(message["role"] == "user" for message in self.messages),
            "consumer": "clawdbot",
            "llm_service_duration": rand.randrange(200, 60000),
            "messages": self.messages,
            "model": self.model,
            "question": [m["content"] for m in self.messages if m["role"] == "user"][-1],
            "response_type": rand.choice(["normal", "stream"]),
        }
        if self.id is not None:
            log["session_id"] = self.id
        if log["response_type"] == "stream":
            log["llm_first_token_duration"] = rand.randrange(50, 5000)
        if reasoning:
            log["reasoning"] = reasoning
        if calls:
            log["tool_calls"] = calls
        log.update(self.usage(prompt, output, cached, thought))
        if self.api == "anthropic":
            self.mark_cache(log)

        self.messages = self.messages + [{"role": "assistant", "content": answer, **({"tool_calls": calls} if calls else {})}]
        for call in calls:
            result = {"role": "tool", "tool_call_id": call["id"], "content": make_text(rand, self.text)}
            self.messages.append(result)
        # Anthropic counts thoughts as output, and the log does not tell them apart.
        told = 0 if self.api == "anthropic" else thought
        return log, {"rounds": 1, "input": prompt, "output": output, "cached": cached, "reasoning": told}

    def tool_calls(self):
        rand = self.rand
        return [
            {
                "function": {
                    "arguments": json.dumps({"location": make_text(rand, 20)}, ensure_ascii=False),
                    "name": rand.choice(TOOLS),
                },
                "id": "call_%08x" % rand.getrandbits(32),
                "index": index,
                "type": "function",
            }
            for index in range(rand.choice([1, 1, 2]))
        ]

    def usage(self, prompt, output, cached, thought):
        """The counts as this provider says them."""
        log = {"input_token": prompt, "output_token": output, "total_token": prompt + output}
        if self.api == "anthropic":
            written = int((prompt - cached) * 0.5) if self.rand.random() < 0.5 else 0
            log["input_token"] = prompt - cached - written
            if cached or written:
                details = {"cache_creation_input_tokens": written, "cache_read_input_tokens": cached}
                log["input_token_details"] = marshal(details)
        elif self.api == "gemini":
            log["output_token"] = output - thought
            if cached:
                log["input_token_details"] = marshal({"cached_content_token_count": cached})
            if thought:
                log["output_token_details"] = marshal({"thoughts_token_count": thought})
        else:
            if cached:
                log.update(cached_tokens=cached, input_token_details=marshal({"cached_tokens": cached}))
            if thought:
                log.update(reasoning_tokens=thought, output_token_details=marshal({"reasoning_tokens": thought}))
        return log

    def mark_cache(self, log):
        """The system prompt stands apart, and the mark of the cache moves with the last message."""
        mark = {"type": "ephemeral"}
        prompt = "You are Claude."
        parts = [{"type": "text", "text": prompt, "cache_control": mark}]
        log["system"] = parts if self.rand.random() < 0.9 else prompt
        last = self.messages[-1]
        text = last["content"] if isinstance(last["content"], str) else "x"
        marked = {**last, "content": [{"type": "text", "text": text, "cache_control": mark}]}
        log["messages"] = self.messages[:-1] + [marked]


def generate(seed, sessions, rounds, text, other):
    """The lines of a log, and the truth about it."""
    rand = random.Random(seed)
    live = [Session(rand, number, rounds, text) for number in range(sessions)]
    timed, truth = [], {}
    while live:
        session = rand.choice(live)
        log, counts = session.next_round()
        if session.left == 0:
            live.remove(session)
        timed.append((session.time, access_line(rand, marshal(marshal(log))[1:-1], session.time)))
        of_session = truth.setdefault(session.id or "default", dict.fromkeys(counts, 0))
        for name, count in counts.items():
            of_session[name] += count
        for _ in range(other):
            time = session.time + datetime.timedelta(milliseconds=rand.randrange(900))
            timed.append((time, access_line(rand, "-", time, rand.choice(["200", "404", "301"]), "/healthz")))
    timed.sort(key=lambda line: line[0])
    return [line for _, line in timed], truth


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--truth", required=True)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20, help="mean rounds of a session")
    parser.add_argument("--text", type=int, default=400, help="characters of a message")
    parser.add_argument("--other", type=int, default=1, help="lines without AI for each line with")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    lines, truth = generate(options.seed, options.sessions, options.rounds, options.text, options.other)
    with open(options.log, "w", encoding="utf-8") as log:
        log.writelines(lines)
    with open(options.truth, "w", encoding="utf-8") as file:
        json.dump(truth, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
