import { VectorizerError } from '../core/errors.ts';
import { type FieldSpec, holdsSameVectors } from '../segments/field-spec.ts';
import type { Segment } from '../segments/segment.ts';
import type { VectorFieldRecord } from './record.ts';

/** The vector fields of a shard's segments, as they come and go. */
export class ShardVectorFields {
  private readonly segments: () => readonly Segment[];
  private readonly changed: () => void;
  private changes = 0;
  private current: readonly FieldSpec[];

  /** specs: the fields as of the last update that is applied. changed: called after fields came or went. */
  constructor(specs: readonly FieldSpec[], segments: () => readonly Segment[], changed: () => void) {
    this.current = specs;
    this.segments = segments;
    this.changed = changed;
  }

  /** Grows when a field comes or goes: a segment that was begun before has the wrong ones. */
  get epoch(): number {
    return this.changes;
  }

  /** Throws timeout where fields came or went since `begun`, an epoch: what was made of segments meanwhile is of no use. */
  refuseChanges(begun: number): void {
    if (begun !== this.changes)
      throw new VectorizerError('timeout', 'vector fields came or went while segments were made one');
  }

  /** The fields that the updates applied so far have left. The collection's configuration may be ahead of them. */
  get specs(): readonly FieldSpec[] {
    return this.current;
  }

  /** The fields of a segment that is made now: indexed as configured. */
  specsOfNew(configured: readonly FieldSpec[]): readonly FieldSpec[] {
    return this.current.map((spec) => configured.find((other) => holdsSameVectors(spec, other)) ?? spec);
  }

  /** Gives every segment a field; one that holds the same vectors already stays as it is. */
  create(spec: FieldSpec): void {
    this.current = [...this.current.filter(({ name }) => name !== spec.name), spec];
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
    this.current = this.current.filter((spec) => spec.name !== name);
    for (const segment of this.segments()) segment.dropField(name);
    this.changes++;
    this.changed();
  }

  /** Changes that are in the catalogue, whose specs these are, and that a crash has kept from the log. */
  unsettled(specs: readonly FieldSpec[]): readonly VectorFieldRecord[] {
    const isWanted = (spec: FieldSpec): boolean => specs.some((wanted) => holdsSameVectors(spec, wanted));
    const held = this.segments().flatMap((segment) => segment.fields.map(({ spec }) => spec));
    const foreign = [...this.current, ...held].filter((spec) => !isWanted(spec));
    const names = new Set(foreign.map(({ name }) => name));
    const isMissing = ({ name }: FieldSpec): boolean =>
      names.has(name) ||
      !this.current.some((spec) => spec.name === name) ||
      this.segments().some((segment) => segment.fieldNamed(name) === undefined);
    const missing = specs.filter(isMissing);
    return [
      ...Array.from(names, (name) => ({ kind: 'delete_vector_field', name }) as const),
      ...missing.map((spec) => ({ kind: 'create_vector_field', spec }) as const),
    ];
  }
}
