import { bytesText } from '../quantities.ts';
import { collectionOf, scopeText, type Kept } from './place.ts';

/** A kept snapshot for machines: Qdrant's names, and what it is of. collection: null = of all. */
export function keptEvent({ scope, name, createdMs, bytes, checksum }: Kept): Readonly<Record<string, unknown>> {
  return {
    collection: collectionOf(scope) ?? null,
    name,
    creation_time: createdMs === undefined ? null : timeText(createdMs),
    size: bytes,
    checksum: checksum ?? null,
  };
}

/** The same for people, and where it lies. */
export function keptText(kept: Kept, location: string): string {
  return [
    `${scopeText(kept.scope)}: ${kept.name}, ${bytesText(kept.bytes)}`,
    `  at      ${location}`,
    ...(kept.checksum === undefined ? [] : [`  sha256  ${kept.checksum}`]),
  ].join('\n');
}

/** `2026-11-22T03:10:00`, UTC, as on Qdrant's wire. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19);
}
