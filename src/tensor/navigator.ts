/** @file jax-js reads `navigator` while it is imported; Node 20 has none. Import this first, as `jax.ts` does. */
(globalThis as { navigator?: unknown }).navigator ??= {};
