/**
 * @file Input files in an S3 bucket: Amazon's, or any server that speaks its protocol (AWS_ENDPOINT_URL).
 *
 * What is read must be one version of the object: the entity tag of the first answer is asked for in every later one.
 */
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../base/errors.js";
import { isMissing, s3Failed, statusOf } from "../../base/store/s3-errors.js";
import { s3Client } from "../../base/store/s3-requests.js";
import type { StoredBytes } from "./bytes.js";
import { globBase, globPattern, isGlob } from "./glob.js";
import { kindOf, READABLE, withoutExtension } from "./kinds.js";
import { type Remote, readRange, resumable } from "./resume.js";
import { type Found, type Listed, sift } from "./unread.js";

let client: S3Client | undefined;
const connect = () => (client ??= s3Client());

/**
 * The files an s3:// path stands for: an object, all below a prefix, or a glob over keys. A key or prefix that exists is
 * meant as it is, whatever special characters it has.
 * @throws UserError when there are none
 */
export async function findS3(uri: string): Promise<Found> {
  const { bucket, key } = parse(uri);
  try {
    const bytes = kindOf(key) && (await sizeOf(bucket, key));
    if (bytes !== undefined) {
      return { files: [{ uri, source: withoutExtension(key.split("/").at(-1)!), bytes }], unread: [] };
    }
    const below = await list(bucket, key === "" || key.endsWith("/") ? key : `${key}/`);
    const isPattern = below.length === 0 && isGlob(key);
    const found = sift(isPattern ? await matching(bucket, key) : below, isPattern);
    if (found.files.length === 0) throw new UserError(`${uri} holds no object that is ${READABLE}. Check the path.`);
    return found;
  } catch (error) {
    throw s3Failed(uri, "list", error);
  }
}

/** An object's bytes. */
export function openS3(uri: string, bytes: number): StoredBytes {
  const { bucket, key } = parse(uri);
  let version: string | undefined;
  const remote: Remote = {
    uri,
    bytes,
    async request(start, end) {
      const Range = `bytes=${start}-${end - 1}`;
      const input = { Bucket: bucket, Key: key, Range, IfMatch: version };
      const answer = await connect()
        .send(new GetObjectCommand(input))
        .catch((error: unknown) => {
          const status = statusOf(error);
          if (status === 412 || status === 416) throw new UserError(`${uri} was changed while it was read. Run again.`);
          throw s3Failed(uri, "read", error);
        });
      version = answer.ETag;
      return answer.Body as AsyncIterable<Uint8Array>;
    },
  };
  return {
    bytes,
    stream: () => resumable(remote),
    slice: (start, end) => readRange(remote, start, end),
  };
}

function parse(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (!match) throw new UserError(`${uri} names no bucket. Write s3://bucket/key, a prefix or a glob.`);
  return { bucket: match[1], key: match[2] ?? "" };
}

async function sizeOf(bucket: string, key: string): Promise<number | undefined> {
  try {
    return (await connect().send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function matching(bucket: string, key: string): Promise<Listed[]> {
  const { base, rest } = globBase(key);
  const pattern = globPattern(rest);
  return (await list(bucket, base)).filter(({ name }) => pattern.test(name));
}

async function list(bucket: string, prefix: string): Promise<Listed[]> {
  const listed: Listed[] = [];
  for await (const page of paginateListObjectsV2({ client: connect() }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = "", Size = 0 } of page.Contents ?? []) {
      // A key that ends in a slash stands for a folder.
      if (!Key.endsWith("/"))
        listed.push({ uri: `s3://${bucket}/${Key}`, name: Key.slice(prefix.length), bytes: Size });
    }
  }
  return listed;
}
