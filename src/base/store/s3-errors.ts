/** @file What S3 and the way to it can fail with, as sentences. Keys never appear in them. */
import { UserError } from "../errors.js";
import { s3Endpoint } from "./s3-address.js";

/** What the SDK throws, as far as it is looked at. */
interface S3Failure {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/** By error name or system code; "{}" stands for the endpoint. */
const REASONS: Record<string, string> = {
  NoSuchBucket: "the bucket does not exist at {}. Make it, or check its name and the region",
  NoSuchKey: "it does not exist",
  NotFound: "it does not exist",
  InvalidRange: "it is shorter than expected",
  AccessDenied:
    "access is denied at {}. The credentials need to get, put, delete and list objects there (s3:ListBucket too)",
  Forbidden:
    "access is denied at {}. The credentials need to get, put, delete and list objects there (s3:ListBucket too)",
  InvalidAccessKeyId: "{} does not know the access key. Check AWS_ACCESS_KEY_ID or the profile",
  SignatureDoesNotMatch: "{} refuses the signature. Check AWS_SECRET_ACCESS_KEY, the region and this machine's clock",
  ExpiredToken: "the credentials have expired. Get new ones and run the same command again",
  RequestTimeTooSkewed: "this machine's clock is off by too much",
  PermanentRedirect: "the bucket is in another region. Set AWS_REGION to it",
  CredentialsProviderError: "there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
  ECONNREFUSED: "{} refuses the connection. Check AWS_ENDPOINT_URL and that the server runs",
  ENOTFOUND: "{} is not found. Check AWS_ENDPOINT_URL and the network",
  EAI_AGAIN: "{} is not found. Check AWS_ENDPOINT_URL and the network",
};

export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as S3Failure;
  return name === "NoSuchKey" || name === "NotFound" || (name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404);
}

/** HTTP status of a failure; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return (error as S3Failure).$metadata?.httpStatusCode;
}

/** Turns a failure of the SDK into a UserError; what is not one of those is a bug and comes back as it is. */
export function s3Failed(uri: string, doing: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const { name = "", code = "", message = "", $metadata } = error as S3Failure;
  const where = s3Endpoint() ?? "Amazon S3";
  const known = REASONS[name] ?? REASONS[code];
  if (known) return new UserError(`Cannot ${doing} ${uri}: ${known.replace("{}", where)}.`, { cause: error });
  if (/region is missing/i.test(message)) {
    return new UserError(`Cannot ${doing} ${uri}: the region is not known. Set AWS_REGION.`, { cause: error });
  }
  const status = $metadata?.httpStatusCode;
  if (status === undefined && !code && !["TimeoutError", "AbortError"].includes(name)) return error;
  const what = status === undefined ? `the connection failed (${code || name})` : `it answered ${status} ${name}`;
  return new UserError(
    `Cannot ${doing} ${uri} at ${where}: ${what}, several times. Run the same command again later; what is finished is kept.`,
    { cause: error },
  );
}
