/** @file s3://bucket/prefix: parsed, and where it is served. */
import { UserError } from "../errors.js";

export interface S3Address {
  bucket: string;
  /** Without "/" at either end; "" for the whole bucket. */
  prefix: string;
}

/** Letters, digits, dots and hyphens; older buckets also have capitals and underscores. */
const BUCKET = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$/;

/** @throws UserError when it does not name a bucket */
export function parseS3(uri: string): S3Address {
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]*)(.*)$/.exec(uri) ?? [];
  if (!BUCKET.test(bucket)) throw new UserError(`"${uri}" does not name a bucket. Write s3://bucket/prefix.`);
  const prefix = rest.replace(/^\/+|\/+$/g, "");
  if (prefix.split("/").some((part) => part === "." || part === "..")) {
    throw new UserError(`"${uri}" has "." or ".." in its prefix. Write the prefix out.`);
  }
  return { bucket, prefix };
}

/** What the environment says about another endpoint than Amazon's: MinIO, Ceph, R2, a test server. */
export function s3Endpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || undefined;
}
