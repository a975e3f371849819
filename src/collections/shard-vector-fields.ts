import { type FieldSpec, holdsSameVectors } from '../segments/field-spec.ts';
import type { Segment } from '../segments/segment.ts';
import type { VectorFieldRecord } from './record.ts';

/** The vector fields of a shard's segments, as they come and go. */
export class ShardVectorFields {
  private readonly segments: () => readonly Segment[];
  private readonly changed: () => void;
  private changes = 0;

  /** changed: called after fields came or went. */
  constructor(segments: () => readonly Segment[], changed: () => void) {
    this.segments = segments;
    this.changed = changed;
  }

  /** Grows when a field comes or goes: a segment that was begun before has the wrong ones. */
  get epoch(): number {
    return this.changes;
  }

  /** Gives every segment a field; one that holds the same vectors already stays as it is. */
  create(spec: FieldSpec): void {
    for (const segment of this.segments()) {
      const field = segment.fieldNamed(spec.name);
      if (field !== undefined && holdsSameVectors(field.spec, spec)) continue;
      segment.dropField(spec.name);
      segment.addField(spec);
    }
    this.changes++;
    this.changed();
  }

  /** Takes a field and its vectors from every segment. */
  delete(name: string): void {
    for (const segment of this.segments()) segment.dropField(name);
    this.changes++;
    this.changed();
  }

  /** Changes that are in the catalogue, whose specs these are, and that a crash has kept from the log. */
  unsettled(specs: readonly FieldSpec[]): readonly VectorFieldRecord[] {
    const fields = this.segments().flatMap((segment) => segment.fields);
    const foreign = fields.filter(({ name, spec }) => {
      const wanted = specs.find((wanted) => wanted.name === name);
      return wanted === undefined || !holdsSameVectors(spec, wanted);
    });
    const names = new Set(foreign.map(({ name }) => name));
    const missing = specs.filter(
      ({ name }) => names.has(name) || this.segments().some((segment) => segment.fieldNamed(name) === undefined),
    );
    return [
      ...Array.from(names, (name) => ({ kind: 'delete_vector_field', name }) as const),
      ...missing.map((spec) => ({ kind: 'create_vector_field', spec }) as const),
    ];
  }
}
