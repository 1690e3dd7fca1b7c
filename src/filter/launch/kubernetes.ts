/**
 * @file A Kubernetes manifest: an Indexed Job whose pods score a share each; with a queue, a Deployment of workers and a
 * Job that hands out the shards.
 *
 * JSON, which kubectl takes as it takes YAML. Credentials come from a secret by name. Pods that a node loses (drained,
 * preempted) do not count as failures; any other failure of an index is tried again a few times, others go on meanwhile.
 */
import { UserError } from "../../base/errors.js";
import {
  checkLaunch,
  checkText,
  type LaunchOptions,
  QUEUE_FROM_ENVIRONMENT,
  queueArgument,
  scoreArguments,
  shareArguments,
  workerArguments,
} from "./options.js";

export interface KubernetesOptions extends LaunchOptions {
  /** Container image with `lacuna` on its path. */
  image: string;
  namespace: string;
  /** "claim:/mount" or "claim:/mount:ro": persistent volume claims with inputs, classifier or results. */
  volumes: readonly string[];
  /** Secret whose entries become environment variables: AWS_ACCESS_KEY_ID, ..., LACUNA_QUEUE. */
  secret?: string;
}

interface Volume {
  claim: string;
  path: string;
  readOnly: boolean;
}

/** Failures of one index before it is given up. */
const ATTEMPTS = 4;
/** Seconds a pod has to reach a checkpoint when it is asked to go. */
const GRACE_SECONDS = 120;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** An object to be written as JSON: one Job, or a List. @throws UserError naming the option that cannot be used */
export function kubernetesManifest(options: KubernetesOptions): Record<string, unknown> {
  checkLaunch(options);
  const { image, namespace, secret, name, tasks, parallel, queue } = options;
  checkText(image);
  if (/\s/.test(image)) throw new UserError(`--image ${JSON.stringify(image)} is not the name of an image.`);
  if (!LABEL.test(namespace)) throw new UserError(`--namespace ${JSON.stringify(namespace)} is not a name.`);
  if (secret !== undefined && !SUBDOMAIN.test(secret))
    throw new UserError(`--secret ${JSON.stringify(secret)} is not a name.`);
  if (queue === "env" && secret === undefined)
    throw new UserError("--queue env needs --secret, the name of a secret that holds LACUNA_QUEUE.");
  const volumes = options.volumes.map(readVolume);
  checkPlaces(options, volumes);
  const labels = { "app.kubernetes.io/name": "lacuna", "app.kubernetes.io/instance": name };
  const metadata = (role: string) => ({
    name: role === "" ? name : `${name}-${role}`,
    namespace,
    labels: { ...labels, ...(role && { role }) },
  });
  const pod = (role: string, args: readonly string[], env: Record<string, string>, isWorker: boolean) => ({
    metadata: { labels: { ...labels, ...(role && { role }) } },
    spec: podSpec(options, volumes, args, env, isWorker),
  });
  if (queue === undefined) {
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadata(""),
      spec: {
        completionMode: "Indexed",
        completions: tasks,
        parallelism: Math.min(parallel, tasks),
        backoffLimitPerIndex: ATTEMPTS,
        podFailurePolicy: {
          rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
        },
        podReplacementPolicy: "Failed",
        template: pod("", scoreArguments(options, shareArguments(options)), { LACUNA_SHARDS: `${tasks}` }, true),
      },
    };
  }
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: metadata("shards"),
        spec: {
          backoffLimit: ATTEMPTS,
          template: pod("shards", scoreArguments(options, ["--queue", queueArgument(queue)]), {}, false),
        },
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: metadata("workers"),
        spec: {
          replicas: tasks,
          selector: { matchLabels: { ...labels, role: "workers" } },
          template: pod("workers", workerArguments(options, queue), {}, true),
        },
      },
    ],
  };
}

/** Kubernetes replaces $(NAME) in a command; $$ is a plain $. */
function escapeCommand(word: string): string {
  return word === QUEUE_FROM_ENVIRONMENT ? "$(LACUNA_QUEUE)" : word.replaceAll("$", "$$$$");
}

function podSpec(
  { image, secret, workers, threads, memory, queue }: KubernetesOptions,
  volumes: readonly Volume[],
  args: readonly string[],
  env: Record<string, string>,
  isWorker: boolean,
) {
  const resources = isWorker ? { cpu: `${workers * threads}`, memory: `${memory}i` } : { cpu: "1", memory: "2Gi" };
  return {
    // A Deployment's pods always start again; a Job's are replaced, so that failures are counted.
    restartPolicy: isWorker && queue !== undefined ? "Always" : "Never",
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    containers: [
      {
        name: "lacuna",
        image,
        command: ["lacuna", ...args.map(escapeCommand)],
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        ...(secret !== undefined && { envFrom: [{ secretRef: { name: secret } }] }),
        resources: { requests: resources, limits: { memory: resources.memory } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: volumes.map(({ path, readOnly }, index) => ({
          name: `volume-${index}`,
          mountPath: path,
          readOnly,
        })),
      },
    ],
    volumes: volumes.map(({ claim, readOnly }, index) => ({
      name: `volume-${index}`,
      persistentVolumeClaim: { claimName: claim, readOnly },
    })),
  };
}

function readVolume(text: string): Volume {
  checkText(text);
  const match = /^([^:]+):(\/[^:]*?)\/?(:ro)?$/.exec(text);
  if (!match || !SUBDOMAIN.test(match[1]) || match[2] === "" || match[2].split("/").includes(".."))
    throw new UserError(`--volume ${JSON.stringify(text)} is not claim:/path or claim:/path:ro.`);
  return { claim: match[1], path: match[2], readOnly: match[3] !== undefined };
}

/** A pod sees its image, volumes and addresses only: a path elsewhere would be an empty folder, or lost with the pod. */
function checkPlaces({ inputs, classifier, out }: KubernetesOptions, volumes: readonly Volume[]): void {
  for (const place of [...inputs, out]) {
    if (/^(s3|hf):\/\//.test(place)) continue;
    const volume = volumes.find(({ path }) => place === path || place.startsWith(`${path}/`));
    if (!volume || place.split("/").includes("..")) {
      throw new UserError(
        `${place} is not where a pod finds it. Give an absolute path below the mount of a --volume claim:/path, or an s3:// address.`,
      );
    }
    if (place === out && volume.readOnly)
      throw new UserError(`--out ${place} is on a volume mounted read-only. Leave :ro out of its --volume.`);
  }
  if (!classifier.startsWith("/")) {
    throw new UserError(
      `--classifier ${classifier} is not an absolute path. Give its folder in the image, or below the mount of a --volume.`,
    );
  }
}
