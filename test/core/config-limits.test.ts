import test from 'ava';

import { NO_HNSW_DIFF } from '../../src/core/collection-config.ts';
import { checkHnswLimits, checkShardNumber, CONFIG_LIMITS } from '../../src/core/config-limits.ts';

test('what would cost the process its memory is refused, and the limit itself is not', (t) => {
  const { shardNumber, hnswM, hnswEfConstruct } = CONFIG_LIMITS;
  t.notThrows(() => checkShardNumber(shardNumber));
  t.throws(() => checkShardNumber(4_294_967_295), {
    message: 'shard_number: value 4294967295 invalid, must be 1000 or smaller in this version of Vectorizer',
  });
  t.notThrows(() => checkHnswLimits('hnsw_config', undefined));
  t.notThrows(() => checkHnswLimits('hnsw_config', { ...NO_HNSW_DIFF, m: hnswM, efConstruct: hnswEfConstruct }));
  t.throws(() => checkHnswLimits('hnsw_config', { ...NO_HNSW_DIFF, m: hnswM + 1 }), { message: /^hnsw_config\.m: / });
  t.throws(() => checkHnswLimits('x', { ...NO_HNSW_DIFF, payloadM: hnswM + 1 }), { message: /^x\.payload_m: / });
  t.throws(() => checkHnswLimits('x', { ...NO_HNSW_DIFF, efConstruct: 4e9 }), { message: /^x\.ef_construct: / });
});
