"""The oracle of interop/parquet.test.ts: files of random schemas and settings by pyarrow, and the rows they hold.

Usage: python parquet.py FOLDER SEED COUNT. Writes FOLDER/<n>.parquet and FOLDER/<n>.json: the settings, and for each row
its id as text (null where there is none), its text and its nested field, as pyarrow reads them back.
"""

import datetime
import decimal
import json
import random
import sys
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
decimal.getcontext().prec = 60
WORDS = ["heart", "stone", "naïve", "🩺", "数学", "a", "court", "aspirin", "\n"]


def text(rng):
    if rng.random() < 0.05:
        return rng.choice(["", "  ", "\n"])
    return " ".join(rng.choices(WORDS, k=rng.choice([1, 3, 10, 60])))


def digits(rng, width):
    return rng.randrange(-(10**width) + 1, 10**width)


def plain(value):
    return format(value, "f")


def moment(unit, zone):
    """Drawn as an integer, written by NumPy, which knows all digits."""
    kind = pa.timestamp(unit, "UTC" if zone else None)
    draw = lambda rng: rng.randrange(-(10**18), 2 * 10**18) // {"ms": 10**6, "us": 10**3, "ns": 1}[unit]
    show = lambda value: str(np.datetime_as_string(np.datetime64(value, unit))) + ("Z" if zone else "")
    return kind, draw, show


def ids():
    day = lambda rng: datetime.date(1900, 1, 1) + datetime.timedelta(days=rng.randrange(90000))
    clock = lambda rng, step: datetime.time(rng.randrange(24), rng.randrange(60), rng.randrange(60), rng.randrange(10**6) // step * step)
    bits = lambda width, signed: lambda rng: rng.randrange(-(2 ** (width - 1)) if signed else 0, 2 ** (width - signed))
    cases = {
        "int32": (pa.int32(), bits(32, True), str), "int64": (pa.int64(), bits(52, True), str),
        "int64-large": (pa.int64(), bits(64, True), str), "uint32": (pa.uint32(), bits(32, False), str),
        "uint64": (pa.uint64(), bits(64, False), str), "int16": (pa.int16(), bits(16, True), str),
        "string": (pa.string(), lambda rng: f"id {rng.choice(WORDS[:7])} {rng.randrange(99)}", str),
        "large_string": (pa.large_string(), lambda rng: f"id {rng.randrange(99)}", str),
        "utf8-binary": (pa.binary(), lambda rng: f"id {rng.randrange(9999)}".encode(), bytes.decode),
        "fixed": (pa.binary(7), lambda rng: rng.randbytes(7), bytes.hex),
        "binary": (pa.binary(), lambda rng: b"\xff" + rng.randbytes(19), bytes.hex),
        "uuid": (pa.uuid(), lambda rng: uuid.UUID(bytes=rng.randbytes(16)), str),
        "date": (pa.date32(), day, datetime.date.isoformat),
        "time-ms": (pa.time32("ms"), lambda rng: clock(rng, 1000), lambda t: t.isoformat(timespec="milliseconds")),
        "time-us": (pa.time64("us"), lambda rng: clock(rng, 1), lambda t: t.isoformat(timespec="microseconds")),
        "int96": moment("ns", False),
    }
    for width, scale in [(5, 2), (9, 0), (18, 18), (18, 4), (30, 7), (38, 38)]:
        draw = lambda rng, width=width, scale=scale: decimal.Decimal(digits(rng, width)).scaleb(-scale)
        cases[f"decimal-{width}-{scale}"] = (pa.decimal128(width, scale), draw, plain)
    for unit in ["ms", "us", "ns"]:
        for zone in [False, True]:
            cases[f"timestamp-{unit}{'-utc' * zone}"] = moment(unit, zone)
    return cases


def or_none(rng, share, make):
    return None if rng.random() < share else make()


def nested(rng):
    some = rng.choice([0, 0.1, 0.5, 1])
    name = lambda: or_none(rng, some, lambda: rng.choice(WORDS))
    number = lambda: or_none(rng, some, lambda: rng.randrange(-(2**60), 2**60))
    many = lambda make: or_none(rng, some, lambda: [make() for _ in range(rng.choice([0, 1, 2, 5]))])
    struct = lambda: or_none(rng, some, lambda: {"a": number(), "b": name()})
    kinds = {
        "texts": (pa.list_(pa.string()), lambda: many(name)),
        "numbers": (pa.list_(pa.int64()), lambda: many(number)),
        "struct": (pa.struct([("a", pa.int64()), ("b", pa.string())]), struct),
        "choices": (
            pa.struct([("text", pa.list_(pa.string())), ("label", pa.list_(pa.string()))]),
            lambda: or_none(rng, some, lambda: {"text": many(name), "label": many(name)}),
        ),
        "structs": (pa.list_(pa.struct([("a", pa.int64()), ("b", pa.string())])), lambda: many(struct)),
        "lists": (pa.list_(pa.list_(pa.int32())), lambda: many(lambda: many(lambda: or_none(rng, some, lambda: 7)))),
        "flag": (pa.bool_(), lambda: or_none(rng, some, lambda: rng.random() < 0.5)),
        "half": (pa.float64(), lambda: or_none(rng, some, lambda: rng.randrange(-999, 999) + 0.5)),
        "fixed": (pa.list_(pa.string(), 2), lambda: or_none(rng, some, lambda: [name(), name()])),
    }
    kind = rng.choice(list(kinds))
    return kind, *kinds[kind]


def shown(value):
    """Numbers as JavaScript has them: 64 bits as text."""
    if isinstance(value, dict):
        return {name: shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def encoding_of(rng, kind, v2):
    if pa.types.is_string(kind):
        return rng.choice(["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
    if pa.types.is_integer(kind):
        return rng.choice(["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"])
    return "PLAIN"


def write(number):
    rng = random.Random(seed * 100_003 + number)
    cases = ids()
    case = rng.choice(list(cases))
    id_type, draw_id, show_id = cases[case]
    nested_name, nested_type, draw_nested = nested(rng)
    rows = rng.choice([0, 1, 7, 100, 900])
    no_ids, no_texts = rng.choice([0, 0.2, 1]), rng.choice([0, 0, 0.2, 1])
    few = [text(rng) for _ in range(3)] if rng.random() < 0.3 else None
    id_values = [or_none(rng, no_ids, lambda: draw_id(rng)) for _ in range(rows)]
    texts = [or_none(rng, no_texts, lambda: rng.choice(few) if few else text(rng)) for _ in range(rows)]
    fields = [draw_nested() for _ in range(rows)]
    storage = [None if v is None else v.bytes for v in id_values] if case == "uuid" else id_values
    array = pa.array(storage, pa.binary(16) if case == "uuid" else id_type)
    if case == "uuid":
        array = pa.ExtensionArray.from_storage(id_type, array)
    required = rng.random() < 0.3
    schema = pa.schema([
        pa.field("id", id_type, nullable=not (required and None not in id_values)),
        pa.field("text", pa.string(), nullable=not (required and None not in texts)),
        pa.field("field", nested_type),
    ])
    table = pa.table([array, pa.array(texts, pa.string()), pa.array(fields, nested_type)], schema=schema)
    v2 = rng.random() < 0.5
    dictionary = rng.random() < 0.5
    settings = {
        "compression": rng.choice(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]),
        "data_page_version": "2.0" if v2 else "1.0",
        "data_page_size": rng.choice([1, 200, 5000, 2**20]),
        "write_batch_size": rng.choice([1, 10, 1024]),
        "use_dictionary": dictionary,
        "dictionary_pagesize_limit": rng.choice([50, 2**20]),
        "write_page_checksum": rng.random() < 0.5,
        "write_page_index": rng.random() < 0.3,
        "store_schema": rng.random() < 0.5,
        "use_compliant_nested_type": rng.random() < 0.7,
        "write_statistics": rng.random() < 0.7,
        "use_deprecated_int96_timestamps": case == "int96",
    }
    if not dictionary and rng.random() < 0.7:
        settings["column_encoding"] = {"id": encoding_of(rng, id_type, v2), "text": encoding_of(rng, pa.string(), v2)}
    with pq.ParquetWriter(f"{folder}/{number}.parquet", schema, **settings) as writer:
        at = 0
        while at < rows or rng.random() < 0.3:
            size = rng.choice([0, 1, 50, 1000])
            writer.write_table(table.slice(at, size), row_group_size=max(size, 1))
            at += size
    expected = {
        "settings": {"rows": rows, "id": case, "field": nested_name, **settings},
        "ids": [None if value is None else show_id(value) for value in id_values],
        "texts": texts,
        "fields": shown(fields),
    }
    json.dump(expected, open(f"{folder}/{number}.json", "w"))


for number in range(count):
    write(number)
print(f"pyarrow {pa.__version__}: {count} files, seed {seed}")
