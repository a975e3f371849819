import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino';
import pretty from 'pino-pretty';
import type { LogFields, Logger, LogLevel } from './logger.ts';

/** The part of `process.stdout` and its like that a log needs. */
export interface LogTarget {
  readonly fd: number;
  readonly isTTY: boolean | undefined;
}

export interface PinoLoggerOptions {
  readonly level: LogLevel;
  readonly target: LogTarget;
}

/**
 * A logger over pino: readable lines where `target` is a terminal, one JSON object a line otherwise.
 * Lines are written at once, not buffered: the last line before a crash is the one that matters.
 */
export function pinoLogger({ level, target }: PinoLoggerOptions): Logger {
  const log = pino(
    {
      level: level === 'off' ? 'silent' : level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: levelName },
    },
    target.isTTY === true ? prettyStream(target.fd) : destination({ fd: target.fd, sync: true }),
  );
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}, cause?) => log.error(withCause(fields, cause), message),
  };
}

function prettyStream(fd: number): DestinationStream {
  return pretty({
    destination: fd,
    sync: true,
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
}

function levelName(label: string): { readonly level: string } {
  return { level: label };
}

function withCause(fields: LogFields, cause: unknown): object {
  return cause === undefined ? fields : { ...fields, err: cause };
}
