import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ExpressionSchema, FormulaSchema } from '@qdrant/js-client-grpc';
import { flag } from './filters.ts';
import { one } from './step.ts';
import { payload } from './values.ts';

type Expression = MessageInitShape<typeof ExpressionSchema>;
type Formula = MessageInitShape<typeof FormulaSchema>;

const constant = (given: number): Expression => ({ variant: one('constant', given) });
const variable = (given: string): Expression => ({ variant: one('variable', given) });
const absolute = (given: Expression): Expression => ({ variant: one('abs', given) });
const sum = (...given: readonly Expression[]): Expression => ({ variant: one('sum', { sum: [...given] }) });

export const simpleFormula: Formula = {
  expression: sum(
    variable('$score'),
    { variant: one('mult', { mult: [constant(0.5), { variant: one('condition', flag) }] }) },
    { variant: one('neg', absolute(variable('price'))) },
  ),
  defaults: payload({ price: 1n }),
};

export const richFormula: Formula = {
  expression: sum(
    variable('$score[0]'),
    {
      variant: one('expDecay', {
        x: { variant: one('geoDistance', { origin: { lon: 13.4, lat: 52.52 }, to: 'place' }) },
        scale: 100_000,
        midpoint: 0.25,
      }),
    },
    { variant: one('gaussDecay', { x: variable('number'), target: constant(5), scale: 10 }) },
    {
      variant: one('linDecay', {
        x: { variant: one('datetimeKey', 'when') },
        target: { variant: one('datetime', '2022-01-01T00:00:00Z') },
        scale: 31_536_000,
      }),
    },
    { variant: one('div', { left: constant(1), right: variable('price'), byZeroDefault: 0.5 }) },
    { variant: one('pow', { base: constant(2), exponent: constant(0.5) }) },
    { variant: one('sqrt', absolute(variable('price'))) },
    { variant: one('log10', constant(100)) },
    { variant: one('ln', { variant: one('exp', constant(0.5)) }) },
  ),
  defaults: payload({ price: 4n, number: 3n, place: { lon: 0n, lat: 0n }, when: '2020-01-01T00:00:00Z' }),
};
