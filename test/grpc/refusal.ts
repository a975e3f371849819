import { failureStatus } from '../../src/grpc/status.ts';

const INVALID_ARGUMENT = 3;

/** What the client reads where a request is refused; with its code before it, where that is another than INVALID_ARGUMENT. */
export function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    const { code, message } = failureStatus(error);
    return code === INVALID_ARGUMENT ? message : `${code}: ${message}`;
  }
}

/** Broken rules of Qdrant's validation. */
export function rule(...rules: readonly string[]): string {
  return `Validation error in body: [${rules.join('; ')}]`;
}
