"""Embed the records of the packaged knowledge base, ship the vectors, and write the manifest.

Run it after any change below knowledge/data: `python scripts/build_index.py`.
"""

import sys

from knowledge.embedding import MiniLm
from knowledge.index.cards import index_records
from knowledge.index.vectors import SHIPPED, pack, read_shipped
from knowledge.library import Knowledge
from knowledge.manifest import packaged_root, write


def main() -> int:
    root = packaged_root()
    knowledge, model = Knowledge(root), MiniLm()
    texts = {record.text_key: record.text for record in index_records(knowledge)}
    known = {} if "--all" in sys.argv[1:] else read_shipped(knowledge.files, model)
    absent = sorted(texts.keys() - known.keys())
    known |= dict(zip(absent, model.embed([texts[key] for key in absent]), strict=True))
    content = pack({key: known[key] for key in texts}, model)
    (root / SHIPPED).write_bytes(content)
    listed = write(root)
    print(
        f"{len(texts)} vectors ({len(absent)} computed), {len(content)} bytes; {listed} files in the manifest"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
