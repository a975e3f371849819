/** `SEED` fixes what every random test draws, those of fast-check that name no seed among them. */
const seed = process.env['SEED'];
if (seed !== undefined) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: Number(seed) });
}
