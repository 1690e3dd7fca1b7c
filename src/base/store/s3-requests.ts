/**
 * @file Requests to a bucket, with the AWS SDK.
 *
 * Apart from `s3.ts` because loading the SDK takes half a second, which commands without S3 should not pay.
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { s3Endpoint } from "./s3-address.js";
import { isMissing, statusOf } from "./s3-errors.js";
import { readObject } from "./s3-read.js";
import type { Chunks } from "./store.js";

/** Parts of an upload; 10,000 are allowed, so objects of up to 160 GB. Two are in memory and under way at a time. */
const PART_BYTES = 16 * 2 ** 20;
const PARTS_AT_A_TIME = 2;
/** Attempts of one request, with growing pauses between them. */
const ATTEMPTS = 6;
const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;

/** A client as the environment configures it: AWS_* variables, profiles, roles of the machine. */
export function s3Client(): S3Client {
  // It warns in every process that SDKs of 2027 will want Node 22; the one in the lock file runs on ours.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const endpoint = s3Endpoint();
  const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || (endpoint ? "us-east-1" : undefined);
  return new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : { followRegionRedirects: true }),
    ...(region ? { region } : {}),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
  });
}

type Place = { Bucket: string; Key: string };

/** The requests of a store, on objects of one bucket by their whole keys. Failures are the SDK's. */
export function s3Requests(bucket: string) {
  const client = s3Client();
  const at = (key: string): Place => ({ Bucket: bucket, Key: key });
  return {
    size: (key: string) => sizeOf(client, at(key)),
    read: (key: string, range?: { start: number; end: number }) => readObject(client, at(key), range),
    list: (prefix: string) => listKeys(client, bucket, prefix),
    upload: (key: string, chunks: Chunks) => upload(client, at(key), chunks),
    putIfAbsent: (key: string, chunks: string | Uint8Array) => putIfAbsent(client, at(key), chunks),
    async remove(key: string) {
      await client.send(new DeleteObjectCommand(at(key)));
    },
    async removeBelow(prefix: string) {
      for await (const keys of listKeys(client, bucket, prefix)) await removeAll(client, bucket, keys);
    },
    abortUploads: (prefix: string) => abortUploads(client, bucket, prefix),
  };
}

async function sizeOf(client: S3Client, place: Place): Promise<number | undefined> {
  try {
    return (await client.send(new HeadObjectCommand(place))).ContentLength;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Keys, a page at a time. */
async function* listKeys(client: S3Client, bucket: string, prefix: string): AsyncGenerator<string[]> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
  }
}

/** Uploads in parts of a known length, however long the whole is. What fails leaves nothing. */
async function upload(client: S3Client, place: Place, chunks: Chunks): Promise<void> {
  let bytes = 0;
  const counted = async function* (source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const isWhole = typeof chunks === "string" || chunks instanceof Uint8Array;
  const Body = isWhole ? bufferOf(chunks) : Readable.from(counted(chunks));
  if (Buffer.isBuffer(Body)) bytes = Body.length;
  try {
    await new Upload({
      client,
      params: { ...place, Body },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_A_TIME,
    }).done();
  } catch (error) {
    // The answer to the completing request was lost, and the repeated one found nothing left to complete.
    const isCompleted = (error as Error).name === "NoSuchUpload" && (await sizeOf(client, place)) === bytes;
    if (!isCompleted) throw error;
  }
}

/** Puts an object only if there is none. @returns whether it was put */
async function putIfAbsent(client: S3Client, place: Place, chunks: string | Uint8Array): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new PutObjectCommand({ ...place, Body: bufferOf(chunks), IfNoneMatch: "*" }));
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === 412) return false;
      // 409: another conditional put is under way, and may yet fail.
      if (status !== 409 || attempt === ATTEMPTS) throw error;
      if ((await sizeOf(client, place)) !== undefined) return false;
      await sleep(50 * 2 ** attempt);
    }
  }
}

function bufferOf(chunks: string | Uint8Array): Buffer {
  return typeof chunks === "string"
    ? Buffer.from(chunks)
    : Buffer.from(chunks.buffer, chunks.byteOffset, chunks.length);
}

async function removeAll(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const Objects = keys.map((Key) => ({ Key }));
  const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  const [first] = Errors ?? [];
  if (first) throw Object.assign(new Error(first.Message), { name: first.Code, code: first.Code });
}

async function abortUploads(client: S3Client, bucket: string, prefix: string): Promise<void> {
  let after: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after }));
    for (const { Key, UploadId } of page.Uploads ?? []) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })).catch((error) => {
        if ((error as Error).name !== "NoSuchUpload") throw error;
      });
    }
    if (!page.IsTruncated) return;
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
