import { describe, expect, it } from "vitest";
import { parseRedis } from "./redis.js";

describe("the address of a queue", () => {
  it("says host, port, user, password, database and TLS", () => {
    expect(parseRedis("redis://queue.example").connection).toMatchObject({ host: "queue.example", port: 6379 });
    expect(parseRedis("valkey://10.0.0.1:7000/3").connection).toMatchObject({ host: "10.0.0.1", port: 7000, db: 3 });
    expect(parseRedis("rediss://me:p%40ss@[::1]:6380").connection).toMatchObject({
      host: "::1",
      port: 6380,
      username: "me",
      password: "p@ss",
      tls: {},
    });
    expect(parseRedis("redis://queue.example").connection.tls).toBeUndefined();
  });

  it("is shown without user and password", () => {
    expect(parseRedis("rediss://me:secret@queue.example:1").shown).toBe("redis://queue.example:1");
  });

  it.each([
    "queue.example:6379",
    "http://me:secret@queue.example",
    "redis://me:secret@queue.example/notanumber",
    "redis://",
    "",
    "redis://me:secret@queue.example:99999",
    "postgres://me:secret@host/0",
  ])("is refused as %s, without the password", (url) => {
    const failing = () => parseRedis(url);
    expect(failing).toThrow(/Write redis:\/\/host:port/);
    expect(failing).not.toThrow(/secret/);
  });
});
