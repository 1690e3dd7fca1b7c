import { describe, expect, it } from "vitest";
import { z } from "zod";
import { JobSettings } from "../job/plan.js";
import { type KubernetesOptions, kubernetesManifest } from "./kubernetes.js";

const OPTIONS: KubernetesOptions = {
  inputs: ["s3://corpus/texts/"],
  classifier: "/models/medicine",
  out: "s3://corpus/scored",
  settings: JobSettings.parse({}),
  tasks: 64,
  parallel: 16,
  workers: 2,
  threads: 4,
  memory: "8G",
  name: "lacuna-score",
  image: "registry.example/lacuna:0.1.0",
  namespace: "data",
  volumes: ["models:/models:ro"],
  secret: "corpus-keys",
};

/** What the API server requires of these objects, and what we rely on. */
const Name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const Metadata = z.strictObject({ name: Name, namespace: Name, labels: z.record(z.string(), z.string().max(63)) });
const Quantity = z.string().regex(/^\d+([KMGT]i)?$/);
const PodTemplate = z.strictObject({
  metadata: z.strictObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.strictObject({
    restartPolicy: z.enum(["Never", "Always"]),
    automountServiceAccountToken: z.literal(false),
    terminationGracePeriodSeconds: z.int().positive(),
    containers: z.tuple([
      z.strictObject({
        name: Name,
        image: z.string().min(1),
        command: z.array(z.string()).min(1),
        env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
        envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: Name }) })).optional(),
        resources: z.strictObject({
          requests: z.strictObject({ cpu: Quantity, memory: Quantity }),
          limits: z.strictObject({ memory: Quantity }),
        }),
        securityContext: z.looseObject({}),
        volumeMounts: z.array(
          z.strictObject({ name: Name, mountPath: z.string().startsWith("/"), readOnly: z.boolean() }),
        ),
      }),
    ]),
    volumes: z.array(
      z.strictObject({
        name: Name,
        persistentVolumeClaim: z.strictObject({ claimName: z.string(), readOnly: z.boolean() }),
      }),
    ),
  }),
});
const IndexedJob = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: Metadata,
  spec: z.strictObject({
    completionMode: z.literal("Indexed"),
    completions: z.int().positive(),
    parallelism: z.int().positive(),
    backoffLimitPerIndex: z.int().positive(),
    podFailurePolicy: z.strictObject({
      rules: z.tuple([
        z.strictObject({
          action: z.literal("Ignore"),
          onPodConditions: z.tuple([
            z.strictObject({ type: z.literal("DisruptionTarget"), status: z.literal("True") }),
          ]),
        }),
      ]),
    }),
    podReplacementPolicy: z.literal("Failed"), // the only one allowed beside a podFailurePolicy
    template: PodTemplate,
  }),
});
const Queued = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("List"),
  items: z.tuple([
    z.strictObject({
      apiVersion: z.literal("batch/v1"),
      kind: z.literal("Job"),
      metadata: Metadata,
      spec: z.strictObject({ backoffLimit: z.int(), template: PodTemplate }),
    }),
    z.strictObject({
      apiVersion: z.literal("apps/v1"),
      kind: z.literal("Deployment"),
      metadata: Metadata,
      spec: z.strictObject({
        replicas: z.int(),
        selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
        template: PodTemplate,
      }),
    }),
  ]),
});

describe("a Kubernetes manifest", () => {
  it("is an Indexed Job with an index per share, keys by the name of a secret", () => {
    const { spec } = IndexedJob.parse(kubernetesManifest(OPTIONS));
    expect(spec).toMatchObject({ completions: 64, parallelism: 16 });
    const { containers, volumes, restartPolicy } = spec.template.spec;
    expect(restartPolicy).toBe("Never"); // what podFailurePolicy asks for
    expect(containers[0]).toMatchObject({
      env: [{ name: "LACUNA_SHARDS", value: "64" }],
      envFrom: [{ secretRef: { name: "corpus-keys" } }],
      resources: { requests: { cpu: "8", memory: "8Gi" }, limits: { memory: "8Gi" } },
      volumeMounts: [{ name: volumes[0].name, mountPath: "/models", readOnly: true }],
    });
    expect(containers[0].command.join(" ")).toBe(
      "lacuna score --classifier /models/medicine --out s3://corpus/scored --workers 2 --threads 4 --shard auto -- s3://corpus/texts/",
    );
  });

  it("hands hostile names to lacuna as they are: Kubernetes replaces $(NAME), $$ is a plain $", () => {
    const inputs = ["/models/$(LACUNA_SHARDS)", "/models/$$x", '/models/it\'s a "b"', "s3://b/-rf"];
    const { spec } = IndexedJob.parse(kubernetesManifest({ ...OPTIONS, inputs }));
    const { command } = spec.template.spec.containers[0];
    const unescaped = command.map((word) => word.replaceAll("$$", "$"));
    expect(unescaped.slice(-4)).toEqual(inputs);
    expect(command.some((word) => /(^|[^$])(\$\$)*\$\(/.test(word))).toBe(false);
  });

  it("has a Deployment of workers and a Job that hands out the shards when there is a queue", () => {
    const { items } = Queued.parse(kubernetesManifest({ ...OPTIONS, queue: "env" }));
    const [job, workers] = items;
    const commandOf = (item: (typeof items)[number]) => item.spec.template.spec.containers[0].command.join(" ");
    expect(commandOf(job)).toMatch(/^lacuna score .* --queue \$\(LACUNA_QUEUE\) -- s3:/);
    expect(commandOf(workers)).toMatch(/^lacuna worker --queue \$\(LACUNA_QUEUE\) --classifier \/models\/medicine /);
    expect(workers.spec.replicas).toBe(64);
    expect(workers.spec.template.metadata.labels).toEqual(workers.spec.selector.matchLabels);
    expect(job.spec.template.metadata.labels).not.toEqual(workers.spec.selector.matchLabels);
    expect(workers.spec.template.spec.restartPolicy).toBe("Always"); // the only one a Deployment allows
  });

  it.each([
    [{ inputs: ["/elsewhere/x"] }, /\/elsewhere\/x is not where a pod finds it/],
    [{ inputs: ["/models/../etc"] }, /is not where a pod finds it/],
    [{ inputs: ["texts"] }, /is not where a pod finds it/],
    [{ out: "/models/scored" }, /read-only/],
    [{ classifier: "medicine" }, /--classifier medicine is not an absolute path/],
    [{ volumes: ["models"] }, /claim:\/path/],
    [{ volumes: ["Models:/x"] }, /claim:\/path/],
    [{ namespace: "A" }, /--namespace/],
    [{ secret: "a b" }, /--secret/],
    [{ image: "a b" }, /--image/],
    [{ queue: "env", secret: undefined }, /--queue env needs --secret/],
  ] as const)("refuses %j in a sentence", (change, message) => {
    expect(() => kubernetesManifest({ ...OPTIONS, ...change })).toThrow(message);
  });
});
