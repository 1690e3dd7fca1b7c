import type { SchemaElement } from "hyparquet";
import { describe, expect, it } from "vitest";
import { columnOf } from "./schema.js";
import { meaningOf } from "./values.js";

const means = (value: unknown, element: Partial<SchemaElement>) =>
  meaningOf(value, columnOf([{ name: "id", ...element }]).tree);
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("stored values", () => {
  it("are decimals with all their digits, of any width and either sign", () => {
    const decimal = (type: "INT32" | "INT64" | "BYTE_ARRAY" | "FIXED_LEN_BYTE_ARRAY", scale: number) => ({
      ...{ type, type_length: 16, converted_type: "DECIMAL" as const, scale },
    });
    expect(means(12345, decimal("INT32", 2))).toBe("123.45");
    expect(means(-5, decimal("INT32", 3))).toBe("-0.005");
    expect(means(12300n, decimal("INT64", 2))).toBe("123.00");
    expect(means(9007199254740993n, decimal("INT64", 0))).toBe("9007199254740993");
    expect(means(bytes("ff"), decimal("BYTE_ARRAY", 1))).toBe("-0.1");
    expect(means(bytes("4b3b4ca85a86c47a098a223fffffffff"), decimal("FIXED_LEN_BYTE_ARRAY", 38))).toBe(
      `0.${"9".repeat(38)}`,
    );
    expect(means(7, { type: "INT32", logical_type: { type: "DECIMAL", precision: 9, scale: 1 } })).toBe("0.7");
  });

  it("are instants, days and times in ISO 8601, to the last digit stored", () => {
    const stamp = (unit: "MILLIS" | "MICROS" | "NANOS", isAdjustedToUTC: boolean) => ({
      ...{ type: "INT64" as const, logical_type: { type: "TIMESTAMP" as const, unit, isAdjustedToUTC } },
    });
    expect(means(1700000000123456789n, stamp("NANOS", true))).toBe("2023-11-14T22:13:20.123456789Z");
    expect(means(1700000000000001n, stamp("MICROS", false))).toBe("2023-11-14T22:13:20.000001");
    expect(means(-1n, stamp("MILLIS", true))).toBe("1969-12-31T23:59:59.999Z");
    expect(means(2n ** 62n, stamp("MILLIS", true))).toBe("4611686018427387904");
    expect(means(1500n, { type: "INT64", converted_type: "TIMESTAMP_MILLIS" })).toBe("1970-01-01T00:00:01.500Z");
    expect(means(19675, { type: "INT32", converted_type: "DATE" })).toBe("2023-11-14");
    expect(means(-1, { type: "INT32", logical_type: { type: "DATE" } })).toBe("1969-12-31");
    expect(means(3723004, { type: "INT32", converted_type: "TIME_MILLIS" })).toBe("01:02:03.004");
    expect(means(1700000000123456789n, { type: "INT96" })).toBe("2023-11-14T22:13:20.123456789");
  });

  it("are text where they are UTF-8, and never mended where they are said to be", () => {
    expect(means(Buffer.from("naïve"), { type: "BYTE_ARRAY" })).toBe("naïve");
    expect(means(bytes("da39a3ee"), { type: "BYTE_ARRAY" })).toBe("da39a3ee");
    expect(() => means(bytes("da39a3ee"), { type: "BYTE_ARRAY", converted_type: "UTF8" })).toThrow(
      "is not valid UTF-8",
    );
  });

  it("are hexadecimal where they are bytes of fixed length, with dashes in a UUID", () => {
    const fixed = { type: "FIXED_LEN_BYTE_ARRAY" as const, type_length: 16 };
    const hex = "00112233445566778899aabbccddeeff";
    expect(means(bytes(hex), fixed)).toBe(hex);
    expect(means(bytes(hex), { ...fixed, logical_type: { type: "UUID" } })).toBe(
      "00112233-4455-6677-8899-aabbccddeeff",
    );
  });

  it("are numbers of 64 bits exactly, signed or not", () => {
    expect(means(-(2n ** 63n), { type: "INT64" })).toBe(-(2n ** 63n));
    expect(means(-1n, { type: "INT64", converted_type: "UINT_64" })).toBe(2n ** 64n - 1n);
    expect(means(-1, { type: "INT32", converted_type: "UINT_32" })).toBe(2 ** 32 - 1);
  });
});
