import path from 'node:path';
import { VectorizerError } from '../core/errors.ts';
import { checkStorage } from '../server/check.ts';
import { readConfig, type ConfigOptions } from './read-config.ts';

type Report = Awaited<ReturnType<typeof checkStorage>>;

export interface CheckOptions extends ConfigOptions {
  readonly json?: boolean;
}

/** `vectorizer check`: verifies every file and prints all that it finds. Exit status 1 where there is damage. */
export async function check(options: CheckOptions): Promise<void> {
  const { config, warnings } = await readConfig(options);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const report = await checkStorage(config).catch(damageAsFinding);
  const storage = path.resolve(config.storage.storagePath);
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ storage, ...report })}\n` : reportText(storage, report),
  );
  process.exitCode = report.findings.length === 0 ? 0 : 1;
}

/** Damage that ends the check early, such as a store that cannot be opened, is what it was asked to find. */
function damageAsFinding(error: unknown): Report {
  if (error instanceof VectorizerError && error.kind === 'data_damaged') return { files: 0, findings: [error.message] };
  throw error;
}

function reportText(storage: string, { files, findings }: Report): string {
  const count = findings.length;
  const verdict = count === 0 ? 'no damage found' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
  return [...findings, `${storage}: ${files} files checked, ${verdict}`].map((line) => `${line}\n`).join('');
}
