import { type Json, same, snapshot, snapshots } from './canonical.ts';
import { reads, type Step } from './step.ts';

/** Those of `kind`, such as `full snapshot`, which are kept at `path`; what is made is deleted. */
function stepsOf(kind: string, path: string): readonly Step[] {
  let made = '';
  const described = (result: Json): Json => {
    made = (result as { readonly name: string }).name;
    return snapshot(result);
  };
  return [
    reads(`create ${kind}`, `POST ${path}`, described),
    reads(`list ${kind}s`, `GET ${path}`, snapshots),
    reads(`delete ${kind}`, `DELETE ${path}/none`, same),
    {
      name: `delete the ${kind}`,
      // Known when its turn comes.
      get request() {
        return `DELETE ${path}/${made}`;
      },
      render: same,
    },
  ];
}

export const snapshotSteps: readonly Step[] = [
  ...stepsOf('snapshot', '/collections/items/snapshots'),
  ...stepsOf('full snapshot', '/snapshots'),
];
