/** Values that belong to a log line besides its message. Units stand in the names: `{ elapsedMs: 12 }`. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'off';

/** Where rooms report what happens to them. `core/`, `query/` and `config/` never log. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `cause`: an error whose stack helps whoever reads the log. */
  error(message: string, fields?: LogFields, cause?: unknown): void;
}

/** Says nothing: for tests, and for tools that report by other means. */
export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
