"""Puts tables between the marks that a Markdown file has for them."""

BEGIN = "<!-- {0} results: written by ./dev bench {0} --write-docs -->"
END = "<!-- end of {0} results -->"


def write_into(path, subject, text):
    """Replaces what stands between the two marks of a subject. Raises ValueError without marks."""
    opening, closing = BEGIN.format(subject), END.format(subject)
    with open(path, encoding="utf-8") as file:
        before, begin, rest = file.read().partition(opening)
    _, end, after = rest.partition(closing)
    if not begin or not end:
        raise ValueError(f"{path}: the marks for the results of {subject} are missing")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{opening}\n\n{text}\n{closing}{after}")
