import * as wire from '../../../generated/collections.js';
import type { DenseVectorConfig, Distance } from '../../core/collection-config.ts';
import type { VectorDatatype } from '../../core/vectors.ts';
import { invalidArgument } from '../grpc-error.ts';
import { DATATYPES, DISTANCES } from '../wire/config-words.ts';
import { optionalWord } from '../wire/words.ts';
import { hnswOf, memoryOf } from './config-diffs.ts';
import { countOf } from './counts.ts';
import { quantizationOf } from './quantization.ts';

/** The dense vectors of a new collection; none where the message says nothing. */
export function vectorsOf(given: wire.VectorsConfig | undefined): readonly DenseVectorConfig[] {
  const config = given?.config;
  switch (config?.$case) {
    case 'params':
      return [vectorOf('', config.value)];
    case 'paramsMap':
      return [...config.value.map].map(([name, params]) => vectorOf(name, params));
    case undefined:
      return [];
  }
}

function vectorOf(name: string, params: wire.VectorParams): DenseVectorConfig {
  const { hnswConfig, quantizationConfig } = params;
  return {
    name,
    ...spaceOf(params),
    hnswConfig: hnswConfig === undefined ? undefined : hnswOf(hnswConfig),
    quantization: quantizationConfig === undefined ? undefined : quantizationOf(quantizationConfig),
    onDisk: params.onDisk,
    memory: memoryOf(params.memory),
  };
}

type Space = Pick<DenseVectorConfig, 'size' | 'distance' | 'datatype' | 'multivector'>;

/** What makes a space of vectors: all that cannot be changed later. */
export function spaceOf({
  size,
  distance,
  datatype,
  multivectorConfig,
}: Pick<wire.VectorParams, 'size' | 'distance' | 'datatype' | 'multivectorConfig'>): Space {
  return {
    size: countOf(size),
    distance: distanceOf(distance),
    datatype: datatypeOf(datatype),
    multivector: multivectorConfig !== undefined && isMultivector(multivectorConfig.comparator),
  };
}

function distanceOf(value: number): Distance {
  const distance = DISTANCES.words.get(value);
  if (distance !== undefined) return distance;
  throw invalidArgument(
    value === wire.Distance.UnknownDistance
      ? 'Malformed distance parameter: UnknownDistance'
      : `Malformed distance parameter, unexpected value: ${value}`,
  );
}

/** `Default` is as good as nothing. */
export function datatypeOf(value: wire.Datatype | undefined): VectorDatatype | undefined {
  return value === wire.Datatype.Default ? undefined : optionalWord(DATATYPES, value, 'datatype');
}

function isMultivector(comparator: number): true {
  if (comparator === wire.MultiVectorComparator.MaxSim) return true;
  throw invalidArgument(`Unknown multi vector comparator: ${comparator}`);
}
