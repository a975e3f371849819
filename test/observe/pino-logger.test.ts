import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { SILENT_LOGGER, type Logger, type LogLevel } from '../../src/observe/logger.ts';
import { pinoLogger } from '../../src/observe/pino-logger.ts';

/** What `write` logs to a file that pretends to be a terminal or not. */
async function logged(options: { level: LogLevel; isTTY: boolean }, write: (logger: Logger) => void): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vectorizer-log-'));
  const file = path.join(folder, 'log');
  const fd = openSync(file, 'w');
  try {
    write(pinoLogger({ level: options.level, target: { fd, isTTY: options.isTTY } }));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(fd);
    await rm(folder, { recursive: true });
  }
}

test('away from a terminal every line is one JSON object with level, time, message and fields', async (t) => {
  const text = await logged({ level: 'debug', isTTY: false }, (logger) => {
    logger.debug('a');
    logger.info('b', { elapsedMs: 12 });
    logger.warn('c');
    logger.error('d', { file: 'x' }, new Error('broken'));
  });
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['debug', 'a'],
      ['info', 'b'],
      ['warn', 'c'],
      ['error', 'd'],
    ],
  );
  t.is(lines[1]?.['elapsedMs'], 12);
  t.regex(String(lines[0]?.['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
  t.like(lines[3], { file: 'x', err: { message: 'broken' } });
});

test('on a terminal a line is for people', async (t) => {
  const text = await logged({ level: 'info', isTTY: true }, (logger) => logger.info('listening', { port: 1 }));
  t.regex(text, /INFO.*listening/);
  t.throws(() => JSON.parse(text) as unknown);
});

test('lines below the level are left out, and off says nothing at all', async (t) => {
  const write = (logger: Logger): void => {
    logger.info('quiet');
    logger.error('loud');
  };
  const warn = await logged({ level: 'warn', isTTY: false }, write);
  t.false(warn.includes('quiet'));
  t.true(warn.includes('loud'));
  t.is(await logged({ level: 'off', isTTY: false }, write), '');
});

test('the silent logger takes everything', (t) => {
  t.notThrows(() => {
    SILENT_LOGGER.debug('a');
    SILENT_LOGGER.info('a');
    SILENT_LOGGER.warn('a');
    SILENT_LOGGER.error('a', {}, new Error('a'));
  });
});
