"""Damage to texts: of tokens, of characters, of bytes."""

import re

ODD = [
    "\0", "\ufeff", "\r\n", "\r", "\u2028", "\u202e", "\x1b[31m", "\x85", "\xa0", "\t", "\f",
    "é", "ſ", "İ", "ß", "ﬁ", "½", "٣", "²", "𝒳", "🙂", "e\u0301", "\u200d", "\x7f", "\ud800",
    '"', "'", "`", "\\", "/", "..", "%", "$", "&", "<", ">", "|", "~", "^", "@", "!", "?", "#",
    "NaN", "nan", "inf", "-inf", "1e400", "-0", "0x10", "1_000", "999999999999999999999999",
    "None", "null", "true", "__proto__", "{}", "[]", "()", "{made", ";", ":", ",", "=", "*",
]  # fmt: skip
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]+")


def mutated(random, text, words=()):
    """A text with a few wounds, as bytes.

    Args:
        random: Chooses.
        text: The text.
        words: Of its language, to be put in.
    """
    tokens = _TOKEN.findall(text)
    for _ in range(1 + int(random.expovariate(1.0))):
        random.choice(_OF_TOKENS)(random, tokens, [*words, *ODD])
    content = "".join(tokens).encode("utf-8", "surrogatepass")
    if random.random() < 0.15:
        content = random.choice(_OF_BYTES)(random, content)
    return content


def mutated_bytes(random, content):
    """A file with some bytes changed, or cut short."""
    changed = bytearray(content[: random.choice([len(content), len(content) // 2])])
    for _ in range(random.choice([0, 1, 4])):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _place(random, tokens):
    return random.randrange(len(tokens) + 1)


def _delete(random, tokens, _):
    at = _place(random, tokens)
    del tokens[at : at + random.choice([1, 1, 1, 2, 5, 20])]


def _repeat(random, tokens, _):
    at = _place(random, tokens)
    part = tokens[at : at + random.choice([1, 1, 2, 6])]
    tokens[at:at] = part * random.choice([1, 1, 1, 2, 50])


def _swap(random, tokens, _):
    if tokens:
        i, j = random.randrange(len(tokens)), random.randrange(len(tokens))
        tokens[i], tokens[j] = tokens[j], tokens[i]


def _replace(random, tokens, words):
    at = _place(random, tokens)
    tokens[at : at + 1] = [random.choice(words)]


def _insert(random, tokens, words):
    tokens.insert(_place(random, tokens), random.choice(words))


def _nest(random, tokens, _):
    at = _place(random, tokens)
    left, right = random.choice(["()", "{}", "[]", '""', ("/*", "*/"), ("A[B=", "]")])
    depth = random.choice([1, 2, 19, 400, 3000])
    tokens[at : at + 3] = [left * depth, *tokens[at : at + 3], right * random.choice([depth, 0])]


def _lengthen(random, tokens, _):
    at = _place(random, tokens)
    tokens.insert(
        at, random.choice(["x", " ", "9", "é", "a,", "\n"]) * random.choice([300, 20_000])
    )


def _join(random, tokens, _):
    """Lose a space, or a line's end."""
    spaces = [i for i, token in enumerate(tokens) if token.isspace()]
    if spaces:
        del tokens[random.choice(spaces)]


_OF_TOKENS = [
    *[_delete, _repeat, _swap, _replace, _insert] * 3, _join, _join, _nest, _lengthen,
]  # fmt: skip


def _flip(random, content):
    changed = bytearray(content)
    for _ in range(random.choice([1, 1, 3, 10])):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(random, content):
    return content[: random.randrange(len(content) + 1)]


def _windows(random, content):
    return content.replace(b"\n", random.choice([b"\r\n", b"\r", b"\n\r"]))


def _marked(random, content):
    return random.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\x1f\x8b"]) + content


def _encoded(random, content):
    text = content.decode("utf-8", "replace")
    return text.encode(
        random.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7"]), "replace"
    )


_OF_BYTES = [_flip, _flip, _cut, _cut, _windows, _marked, _encoded]
