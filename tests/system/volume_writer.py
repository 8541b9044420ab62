"""Writes BYTES bytes in pieces of all sizes to stdout, then their SHA-256 to a file: volume_writer.py SEED BYTES FILE

Every value of a byte occurs, so NULs and invalid UTF-8 do, too; a newline comes by chance only.
"""

import hashlib
import os
import pathlib
import random
import sys

TINY, PAGE, HUGE = 100, 4096, 200_000


def pieces(seed, size):
    chance = random.Random(seed)
    pool = chance.randbytes(1 << 20)
    while size > 0:
        limit = chance.choice([TINY] * 20 + [PAGE] * 3 + [HUGE] * 2)
        begin = chance.randrange(len(pool) - limit)
        piece = pool[begin : begin + min(size, chance.randint(1, limit))]
        size -= len(piece)
        yield piece


def main():
    seed, size, digest_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    digest = hashlib.sha256()
    for piece in pieces(seed, size):
        digest.update(piece)
        while piece:
            piece = piece[os.write(1, piece) :]
    pathlib.Path(digest_file).write_text(digest.hexdigest())


main()
