import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import { VectorizerError } from '../core/errors.ts';
import { check } from './check.ts';
import { serve } from './serve.ts';
import { snapshotCommand } from './snapshot/commands.ts';

/** Runs the command line. `argv` as in `process.argv`. Sets the exit status; a message for the user goes to stderr. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    process.stderr.write(`vectorizer: ${explain(error)}\n`);
    // Not exitCode: what was opened before the failure (threads, a socket) must not keep the process alive.
    process.exit(1);
  }
}

function program(): Command {
  const vectorizer = new Command('vectorizer')
    .description("A vector database that speaks Qdrant's REST and gRPC wire.")
    .version(version())
    .addHelpText(
      'after',
      `
Examples:
  vectorizer serve                                serve on http://127.0.0.1:6333 and gRPC on 6334, data in ./storage
  vectorizer serve --host 0.0.0.0 --port 7000     serve to the network on another port
  QDRANT__SERVICE__HTTP_PORT=7000 vectorizer serve
  vectorizer check --storage /var/lib/vectorizer  verify every file of a stopped server
  vectorizer snapshot create --out backup/        back up every collection of the running server`,
    );
  vectorizer
    .command('serve')
    .description('serve until SIGTERM or Ctrl-C')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port of REST (default: 6333)')
    .option('--grpc-port <number>', 'port of gRPC, or off (default: 6334)')
    .option('--storage <folder>', 'where data lives (default: ./storage)')
    .option('--snapshots <folder>', 'where snapshots go (default: ./snapshots)')
    .option('--memory-budget <size>', '2GB, 512MB, or a share of the memory there is (default: 80%)')
    .option('--config <file>', 'configuration file (default: config/config.yaml, if there is one)')
    .option('--log-level <level>', 'trace, debug, info, warn, error or off (default: info)')
    .addOption(
      // Two long names: the second one names the value.
      new Option(
        '--collection-snapshot, --snapshot <file:name>',
        'first recover this collection; may be repeated',
      ).argParser((word: string, words: readonly string[] | undefined) => [...(words ?? []), word]),
    )
    .option('--storage-snapshot <file>', 'first recover all collections of a full snapshot')
    .option('-f, --force-snapshot', 'let those replace collections that are there')
    .addHelpText(
      'after',
      `
Every option can be given as a key of the configuration file or as an environment variable, as in Qdrant:
service.host, service.http_port, service.grpc_port, storage.storage_path, storage.snapshots_path, log_level,
storage.performance.memory_budget;
QDRANT__SERVICE__HOST, QDRANT__SERVICE__HTTP_PORT, … Flags win over variables, variables over the file.

Examples:
  vectorizer serve
  vectorizer serve --port 7000 --storage /var/lib/vectorizer
  vectorizer serve --config /etc/vectorizer.yaml --log-level debug
  vectorizer serve --snapshot backup/books.snapshot:books`,
    )
    .action(serve);
  vectorizer
    .command('check')
    .description('verify every file of a stopped server; exit status 1 where there is damage')
    .option('--storage <folder>', 'where data lives (default: ./storage)')
    .option('--config <file>', 'configuration file (default: config/config.yaml, if there is one)')
    .option('--json', 'print the report as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  vectorizer check
  vectorizer check --storage /var/lib/vectorizer --json`,
    )
    .action(check);
  vectorizer.addCommand(snapshotCommand());
  return vectorizer;
}

/** The version in package.json, which lies two folders up from src/cli/ and dist/cli/ alike. */
function version(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return manifest.version;
}

/** What went wrong, in words for the user; an error that is our own fault keeps its stack. */
function explain(error: unknown): string {
  const text = whatHappened(error);
  if (!/permission denied|not permitted|read-only file system/i.test(text)) return text;
  return `${text}; the user that runs vectorizer must be able to read and write all of the storage folder`;
}

function whatHappened(error: unknown): string {
  if (error instanceof VectorizerError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ('syscall' in error) return error.message; // the system refused something that the user named: EACCES, EROFS, …
  return error.stack ?? error.message;
}
