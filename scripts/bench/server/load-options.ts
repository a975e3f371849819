interface TextOption {
  readonly type: 'string';
  readonly default: string;
}

/**
 * The options of every bench that loads a server over REST, for `parseArgs`; what differs from bench to bench is given.
 * rows         points.
 * dims         dimension of their vectors.
 * rounds       how often all that is compared is measured.
 * seconds      of one measurement.
 * connections  at a time.
 */
export function loadOptions(
  defaults: Readonly<Record<'rows' | 'rounds' | 'seconds', string>>,
): Record<'rows' | 'dims' | 'rounds' | 'seconds' | 'connections', TextOption> {
  return {
    rows: { type: 'string', default: defaults.rows },
    dims: { type: 'string', default: '768' },
    rounds: { type: 'string', default: defaults.rounds },
    seconds: { type: 'string', default: defaults.seconds },
    connections: { type: 'string', default: '8' },
  };
}

/** Whether `--only` asks for `name`: parts of names, by commas; '' = all. */
export function isWanted(name: string, only: string): boolean {
  return only.split(',').some((part) => name.includes(part));
}
