import test from 'ava';
import { parseChangeAliases } from '../../src/rest/parse/aliases.ts';
import { format, refusal, rule, wire } from './parsing.ts';

test('actions of every kind, in order', (t) => {
  const actions = [
    { create_alias: { collection_name: 'c', alias_name: 'a' } },
    { rename_alias: { old_alias_name: 'a', new_alias_name: 'b' } },
    { delete_alias: { alias_name: 'b' } },
    { unknown: 1, delete_alias: { alias_name: 'ü', unknown: 2 } },
  ];
  t.deepEqual(parseChangeAliases(wire({ actions })), {
    actions: [
      { kind: 'create', collection: 'c', alias: 'a' },
      { kind: 'rename', alias: 'a', newAlias: 'b' },
      { kind: 'delete', alias: 'b' },
      { kind: 'delete', alias: 'ü' },
    ],
  });
  t.deepEqual(parseChangeAliases(wire({ actions: [] }, { query: 'timeout=1' })), { actions: [] });
});

const NO_FORM = 'data did not match any variant of untagged enum AliasOperations';

const REFUSED: Readonly<Record<string, string>> = {
  '{}': format('missing field `actions` at line 1 column 2'),
  '{"actions":[{"bogus":1}]}': format(`${NO_FORM} at line 1 column 24`),
  '{"actions":[{"create_alias":{"alias_name":"a"}}]}': format(`${NO_FORM} at line 1 column 48`),
  '{"actions":[{"create_alias":7}]}': format(`${NO_FORM} at line 1 column 31`),
  '{"actions":[{"delete_alias":{"alias_name":7}}]}': format(`${NO_FORM} at line 1 column 46`),
  '{"actions":[1]}': format(`${NO_FORM} at line 1 column 14`),
  '{"actions":[{"create_alias":{"collection_name":"c","alias_name":"a/b"}}]}': rule(
    'actions[0].create_alias.alias_name: collection name cannot contain "/" char',
  ),
  '{"actions":[{"rename_alias":{"old_alias_name":"c","new_alias_name":""}}]}': rule(
    'actions[0].rename_alias.new_alias_name: value "" invalid, must be from 1 to 255 characters',
  ),
};

test('what is no list of actions is refused', (t) => {
  for (const [body, expected] of Object.entries(REFUSED)) t.is(refusal(parseChangeAliases, wire(body)), expected, body);
  t.is(
    refusal(parseChangeAliases, wire({ actions: [] }, { query: 'timeout=0' })),
    '422 Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]',
  );
});
