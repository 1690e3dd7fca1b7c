import { createServer, type Server as HttpServer, request as httpRequest } from "node:http";
import { CreateBucketCommand, CreateMultipartUploadCommand, ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type CuttingProxy, startCuttingProxy } from "../../testing/cutting-proxy.js";
import { freePort, type Server, startS3, whyNoS3 } from "../../testing/servers.js";
import { openStore } from "./open.js";
import { s3Store } from "./s3.js";
import { s3Client } from "./s3-requests.js";
import { storeContract } from "./testing/contract.js";

const SECRET = "synthetic-secret-key";
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: "SYNTHETICKEYID",
  AWS_SECRET_ACCESS_KEY: SECRET,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};
const why = whyNoS3();
if (why) console.warn(`S3 tests are skipped: ${why}`);

/** Sets the endpoint for one test. */
function pointTo(port: number): void {
  const before = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  onTestFinished(() => void (process.env.AWS_ENDPOINT_URL = before));
}

/** Lets a server of this test listen. @returns its port */
async function listen(server: HttpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

describe.skipIf(why)("S3", () => {
  let server: Server;
  let tests = 0;
  const before = { ...process.env };
  const freshUri = () => `s3://synthetic-bucket/runs/test ${tests++}`;

  beforeAll(async () => {
    server = await startS3();
    Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}` });
    await s3Client().send(new CreateBucketCommand({ Bucket: "synthetic-bucket" }));
  });
  afterAll(async () => {
    await server?.stop();
    process.env = before;
  });

  storeContract("a prefix of a bucket", () => openStore(freshUri()));

  it("keeps stores of one bucket apart, also where one's name begins with the other's", async () => {
    const [one, ten] = [s3Store("s3://synthetic-bucket/run-1"), s3Store("s3://synthetic-bucket/run-10/")];
    await one.write("a", "one");
    await ten.write("a", "ten");
    expect([await one.list(""), await ten.list(""), ten.uri]).toEqual([["a"], ["a"], "s3://synthetic-bucket/run-10"]);
  });

  it("lists and removes more objects than one answer holds", async () => {
    const store = s3Store(freshUri());
    const names = Array.from({ length: 1005 }, (_, index) => `parts/${String(index).padStart(5, "0")}`);
    for (let first = 0; first < names.length; first += 67) {
      await Promise.all(names.slice(first, first + 67).map((name) => store.write(name, "x")));
    }
    expect(await store.list("parts/")).toEqual(names);
    await store.remove("parts/");
    expect(await store.list("")).toEqual([]);
  });

  it("clears unfinished uploads below its prefix, and no others", async () => {
    const [store, other] = [s3Store("s3://synthetic-bucket/swept"), "not-swept/long"];
    const begin = (Key: string) =>
      s3Client().send(new CreateMultipartUploadCommand({ Bucket: "synthetic-bucket", Key }));
    await begin("swept/long");
    await begin(other);
    await store.sweep();
    const { Uploads } = await s3Client().send(new ListMultipartUploadsCommand({ Bucket: "synthetic-bucket" }));
    expect(Uploads?.map(({ Key }) => Key)).toEqual([other]);
  });

  describe("through a network that cuts connections", () => {
    let proxy: CuttingProxy;
    const bytes = new Uint8Array(20 * 2 ** 20).map((_, index) => (index * 7) % 253);
    const same = (read: Uint8Array) => Buffer.compare(read, bytes) === 0;
    beforeEach(async () => {
      proxy = await startCuttingProxy(server.port);
      onTestFinished(() => proxy.stop());
    });

    it("reads on where an answer broke off", async () => {
      const uri = freshUri();
      await s3Store(uri).write("object", bytes);
      pointTo(proxy.port);
      const store = s3Store(uri);
      proxy.cutting = { left: 7, afterSent: Infinity, afterReceived: 2 ** 20 };
      expect(same(await store.read("object"))).toBe(true);
      expect(proxy.cuts).toBe(7);
      proxy.cutting = { left: 2, afterSent: Infinity, afterReceived: 2 ** 20 };
      expect(same(await store.readRange("object", 0, bytes.length))).toBe(true);
    });

    it("sends again what did not arrive", async () => {
      const uri = freshUri();
      const direct = s3Store(uri);
      pointTo(proxy.port);
      proxy.cutting = { left: 3, afterSent: 2 ** 20, afterReceived: Infinity };
      await s3Store(uri).write("object", [bytes, bytes]);
      expect(proxy.cuts).toBe(3);
      expect(await direct.size("object")).toBe(2 * bytes.length);
      expect(same(await direct.readRange("object", bytes.length, 2 * bytes.length))).toBe(true);
    });

    it("commits once when answers to a commit are lost", async () => {
      const uri = freshUri();
      const direct = s3Store(uri);
      pointTo(proxy.port);
      proxy.cutting = { left: 1, afterSent: Infinity, afterReceived: 1 };
      await s3Store(uri).create("commit.json", "committed");
      expect(proxy.cuts).toBe(1);
      expect(new TextDecoder().decode(await direct.read("commit.json"))).toBe("committed");
      expect(await s3Store(uri).create("commit.json", "again")).toBe(false);
    });

    it("says so when nothing gets through, and shows nothing partial", async () => {
      const uri = freshUri();
      const direct = s3Store(uri);
      await direct.write("old", bytes);
      pointTo(proxy.port);
      const store = s3Store(uri);
      proxy.cutting = { left: Infinity, afterSent: 2 ** 20, afterReceived: 2 ** 20 };
      const failure = { name: "UserError", message: new RegExp(`127.0.0.1:${proxy.port}`) };
      await expect(store.write("new", [bytes, bytes])).rejects.toMatchObject(failure);
      await expect(store.write("old", [bytes, bytes])).rejects.toMatchObject(failure);
      expect(await direct.list("")).toEqual(["old"]);
      expect(same(await direct.read("old"))).toBe(true);
      proxy.cutting.afterReceived = 0;
      await expect(store.read("old")).rejects.toMatchObject(failure);
    });
  });

  it("knows that a long upload was completed when the answer to that was lost", async () => {
    const uri = freshUri();
    let lost = 0;
    const losing = createServer((request, response) => {
      const { method, url, headers } = request;
      const forwarded = httpRequest({ port: server.port, method, path: url, headers }, (answer) => {
        if (method === "POST" && url?.includes("uploadId=") && lost++ === 0) return response.destroy();
        answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
      });
      request.pipe(forwarded);
    });
    pointTo(await listen(losing));
    const bytes = new Uint8Array(20 * 2 ** 20).fill(7);
    await s3Store(uri).write("long", [bytes]);
    expect(lost).toBe(2);
    expect(await s3Store(uri).size("long")).toBe(bytes.length);
  });

  describe("when it cannot be used", () => {
    const failureOf = async (uri = "s3://synthetic-bucket/x") => {
      const error: Error = await s3Store(uri)
        .write("job.json", "x")
        .then(
          () => expect.unreachable(),
          (thrown) => thrown,
        );
      expect(error.name, error.stack).toBe("UserError");
      expect(error.message).not.toMatch(new RegExp(`${SECRET}|SYNTHETICKEYID`));
      return error.message;
    };

    it("names a bucket that does not exist, and the endpoint", async () => {
      expect(await failureOf("s3://synthetic-absent/x")).toMatch(
        /write s3:\/\/synthetic-absent\/x\/job.json: the bucket does not exist at http:\/\/127/,
      );
    });

    it("names an endpoint that refuses the connection", async () => {
      const port = await freePort();
      pointTo(port);
      expect(await failureOf()).toContain(`http://127.0.0.1:${port} refuses the connection`);
    });

    it("says when there are no credentials", async () => {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
      onTestFinished(() => void Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }));
      expect(await failureOf()).toContain("there are no credentials. Set AWS_ACCESS_KEY_ID");
    });

    it.each([
      [403, "AccessDenied", "access is denied"],
      [403, "SignatureDoesNotMatch", "refuses the signature"],
      [403, "InvalidAccessKeyId", "does not know the access key"],
      [500, "InternalError", "answered 500 InternalError, several times"],
    ])("explains an answer %i %s", async (status, code, sentence) => {
      const body = `<Error><Code>${code}</Code><Message>${SECRET}</Message></Error>`;
      pointTo(await listen(createServer((_, response) => response.writeHead(status).end(body))));
      expect(await failureOf()).toContain(sentence);
    });
  });
});

describe("openStore", () => {
  it("tells folders from buckets, and refuses what it cannot write to", () => {
    expect(openStore("runs/scores").uri).toBe("runs/scores");
    expect(openStore("s3://bucket-a/runs/scores/").uri).toBe("s3://bucket-a/runs/scores");
    expect(openStore("s3://bucket-a").uri).toBe("s3://bucket-a");
    for (const uri of ["s3://", "s3:///prefix", "s3://a b/c", "s3://bucket-a/../other"]) {
      expect(() => openStore(uri), uri).toThrow(/s3:\/\//);
    }
    expect(() => openStore("hf://datasets/x/y")).toThrow("give a folder or s3://bucket/prefix");
    expect(() => openStore("https://bucket.example/x")).toThrow("give a folder or s3://bucket/prefix");
  });
});
