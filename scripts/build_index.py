"""Embed the records of the packaged knowledge base, ship the vectors, the search terms and the YAML as read, and write
the manifest.

Run it after any change below knowledge/data: `python scripts/build_index.py`.
"""

import sys

from knowledge.embedding import MiniLm
from knowledge.index.cards import index_records
from knowledge.index.record_terms import FILE as TERMS
from knowledge.index.record_terms import pack as pack_terms
from knowledge.index.vectors import SHIPPED, embedded, pack, read_shipped
from knowledge.library import Knowledge
from knowledge.manifest import packaged_root, write
from knowledge.parsed_yaml import FILE as PARSED
from knowledge.parsed_yaml import pack as pack_parsed


def main() -> int:
    root = packaged_root()
    knowledge, model = Knowledge(root), MiniLm(exact=True)
    indexed = index_records(knowledge)
    records = {record.text_key: record for record in indexed}
    known = {} if "--all" in sys.argv[1:] else read_shipped(knowledge.files, model)
    absent = sorted(records.keys() - known.keys())
    known |= dict(zip(absent, embedded([records[key] for key in absent], model), strict=True))
    content = pack({key: known[key] for key in records}, model)
    (root / SHIPPED).write_bytes(content)
    (root / TERMS).write_bytes(pack_terms(indexed))
    files = knowledge.files
    yaml_files = [name for name in files.walk() if name.endswith(".yaml")]
    (root / PARSED).write_bytes(pack_parsed((files.text(name), files.yaml(name)) for name in yaml_files))
    listed = write(root)
    print(
        f"{len(records)} vectors ({len(absent)} computed), {len(content)} bytes; {listed} files in the manifest"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
