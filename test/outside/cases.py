"""Small logs, each made after a public report on another tool, with what the program must say of each.

The logs are in fixtures/cases. Costs are in USD.
"""

# The log states all that its cost depends on.
EXACT = {
    "p01-audio-out": 0.0319905,  # litellm#19771: audio tokens cost more than text
    "p02-gemini-image": 0.067215,  # litellm#17410: the output of an image model is an image
    "p03-gpt-image-15": 0.13337,  # litellm#31142: the same
    "p04-cache-1h": 0.127536,  # ccstats#86: a cache write for an hour costs more
    "p05-deepseek-v4-june": 0.0522,  # peak hours exist from 2026-08-17 on, not before
    "p07-glm47": 0.082,  # Z.ai's list, not the cheapest step of mainland China's
    "p09-mistral-large-latest": 0.065,  # llm-prices#63: this alias names another model since 2025-12-02
    "p11-grok4fast-long": 0.081,  # Helicone#4894: the tier above 128k tokens
    # langfuse#13780: the priority tier costs double. The report asks for a flag at least; the price list has the price
    # of this tier, so the cost is exact and has no bound.
    "p15-priority": 0.45,
    "c04-litellm-cache-creation": 0.400343625,  # litellm#11364: cache_creation_tokens are cache writes
}

# The log leaves something open, so the cost must say on which side of the truth it is.
BOUNDS = {
    "p14-search-preview": "lower",  # new-api#1108: each search has a fee, and the log does not count them
    "c01-bedrock-write": "lower",  # higress#3609: reads and writes of the cache are one number
    "c02-openai-to-claude": "upper",  # higress#4148: the cache may be counted twice
    "c05-kimi": "upper",  # vera-bench#97: the log does not say what came from the cache
    "c06-abort-claude": "lower",  # posthog-js#4664: the answer was cut, and so was its count
}

# The times of all rounds, in the order of the log.
TIMES = {
    # fluent-bit#2784: a wrapped line without a line break at its end is whole
    "i01-fluentbit.log": ["2026-06-01T10:00:22.000Z", "2026-06-01T10:00:23.000Z"],
    # logrotate#551: a rotated log in another compression than gzip
    "i02-compressed/access.log": [
        "2026-06-01T10:00:03.000Z",
        "2026-06-01T10:00:04.000Z",
        "2026-06-01T10:00:01.000Z",
        "2026-06-01T10:00:02.000Z",
    ],
    "i03-filebeat.log": ["2026-06-01T10:00:24.000Z", "2026-06-01T10:00:25.000Z"],
    # envoy#35116: two formats of start_time that are not the default
    "i04-start-time.log": ["2026-06-01T10:00:00.000Z", "2026-06-01T18:00:00.123Z"],
    # kubernetes#39007: a log in UTF-16
    "i06-utf16.log": ["2026-06-01T10:00:28.000Z"],
}
