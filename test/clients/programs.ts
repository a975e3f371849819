/** The programs of the shared scenario: how each is made and run. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPython } from '../crash/python-client.ts';

const run = promisify(execFile);

/** Outputs of builds stay out of the tree. */
const CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/clients');

/** Building the Rust program for the first time compiles some 200 crates. */
const BUILD_MS = 20 * 60_000;
const RUN_MS = 3 * 60_000;

/** A program that is ready to run: words of its command, and the folder that it starts in. */
interface Program {
  readonly command: readonly string[];
  readonly folder: string;
}

export type ClientName = 'python' | 'javascript' | 'go' | 'rust' | 'java';

export const CLIENT_NAMES: readonly ClientName[] = ['python', 'javascript', 'go', 'rust', 'java'];

/** Makes a client's program; undefined where its toolchain is not there. Throws where it does not compile. */
export async function makeProgram(name: ClientName): Promise<Program | undefined> {
  return PROGRAMS[name](path.join(import.meta.dirname, name));
}

const PROGRAMS: Readonly<Record<ClientName, (folder: string) => Promise<Program | undefined>>> = {
  async python(folder) {
    const python = await findPython();
    return python === undefined ? undefined : { command: [python, '-B', 'scenario.py'], folder };
  },
  async javascript(folder) {
    return { command: [process.execPath, fileURLToPath(import.meta.resolve('./javascript/scenario.ts'))], folder };
  },
  async go(folder) {
    if (!(await isThere('go', 'version'))) return undefined;
    const program = path.join(CACHE, 'go-scenario');
    await mkdir(CACHE, { recursive: true });
    await build(folder, ['go', 'build', '-o', program, '.']);
    return { command: [program], folder };
  },
  async rust(folder) {
    if (!(await isThere('cargo', '--version'))) return undefined;
    await build(folder, ['cargo', 'build', '--locked', '--quiet'], { CARGO_TARGET_DIR: path.join(CACHE, 'rust') });
    return { command: [path.join(CACHE, 'rust/debug/vectorizer-client-scenario')], folder };
  },
  async java(folder) {
    if (!(await isThere('mvn', '--version')) || !(await isThere('javac', '-version'))) return undefined;
    const maven = ['mvn', '--quiet', '--batch-mode', '-Dstyle.color=never'];
    await build(folder, [...maven, 'compile']);
    return { command: [...maven, 'exec:java'], folder };
  },
};

async function isThere(tool: string, question: string): Promise<boolean> {
  return run(tool, [question]).then(
    () => true,
    () => false,
  );
}

async function build(
  cwd: string,
  [tool = '', ...words]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  await run(tool, words, { cwd, env: { ...process.env, ...environment }, timeout: BUILD_MS, maxBuffer: 64 << 20 });
}

/** Runs a client's program against the server at `address` (host:port); its standard output. */
export async function runProgram({ command, folder }: Program, address: string): Promise<string> {
  const [tool = '', ...words] = command;
  const at = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, at), address.slice(at + 1)];
  const where = tool === 'mvn' ? [`-Dexec.args=${host} ${port}`] : [host, port];
  return outputOf(tool, [...words, ...where], folder);
}

/** Runs the scenario over REST: what every client has to answer. */
export async function runOracle(url: string): Promise<string> {
  const program = fileURLToPath(import.meta.resolve('./rest/scenario.ts'));
  return outputOf(process.execPath, [program, url], import.meta.dirname);
}

async function outputOf(tool: string, words: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  const { stdout } = await run(tool, words, { cwd, env, timeout: RUN_MS, maxBuffer: 64 << 20 });
  return stdout;
}
