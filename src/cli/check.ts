import path from 'node:path';
import { checkStorage } from '../server/check.ts';
import { readConfig, type ConfigOptions } from './read-config.ts';

export interface CheckOptions extends ConfigOptions {
  readonly json?: boolean;
}

/** `vectorizer check`: verifies every file and prints all that it finds. Exit status 1 where there is damage. */
export async function check(options: CheckOptions): Promise<void> {
  const { config, warnings } = await readConfig(options);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const report = await checkStorage(config);
  const storage = path.resolve(config.storage.storagePath);
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ storage, ...report })}\n` : reportText(storage, report),
  );
  process.exitCode = report.findings.length === 0 ? 0 : 1;
}

function reportText(storage: string, { files, findings }: Awaited<ReturnType<typeof checkStorage>>): string {
  const count = findings.length;
  const verdict = count === 0 ? 'no damage found' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
  return [...findings, `${storage}: ${files} files checked, ${verdict}`].map((line) => `${line}\n`).join('');
}
