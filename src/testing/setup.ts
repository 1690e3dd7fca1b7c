/** @file jax-js looks for `navigator` when it is imported; Node 20 has none. */
(globalThis as { navigator?: unknown }).navigator ??= {};
