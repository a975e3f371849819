import type { Decode } from './decoding.ts';
import { debugText, FormatError, wrongType } from './format-error.ts';
import { JSON_STRING } from '../../base/json/json-tree.ts';

/** A string that is a URL, as Rust's crate `url` reads it: by the same standard as Node's URL. */
export const decodeUrl: Decode<URL> = ({ tree }, node) => {
  if (tree.kindOf(node) !== JSON_STRING) throw wrongType(tree, node, 'a string representing an URL');
  const text = tree.text(node);
  const url = URL.parse(text);
  if (url !== null) return url;
  throw new FormatError(`${urlFault(text)}: ${debugText(text)}`);
};

/** The crate's words for a text that is no URL; Node has one for all. */
function urlFault(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the standard cuts these off
  const trimmed = text.replaceAll(/^[\0- ]+|[\0- ]+$|[\t\n\r]/g, '');
  const [, scheme = '', rest = ''] = /^([a-zA-Z][-+.a-zA-Z0-9]*):(.*)$/s.exec(trimmed) ?? [];
  if (scheme === '') return 'relative URL without a base';
  const [authority = ''] = rest.replace(/^[/\\]*/, '').split(/[/\\?#]/);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name = '', port = ''] = /^(\[[^\]]*\]?|[^:]*):?(.*)$/s.exec(host) ?? [];
  if (name === '') return 'empty host';
  if (name.startsWith('[')) return portFault(port) ?? 'invalid IPv6 address';
  if (/(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$/i.test(name)) return portFault(port) ?? 'invalid IPv4 address';
  if (/[\0-\u0020"#%/:<>?@[\\\]^`{|}\u007f]/.test(name)) return 'invalid domain character';
  return portFault(port) ?? 'invalid international domain name';
}

const PORT_MAX = 65_535;

function portFault(port: string): string | undefined {
  return /^[0-9]*$/.test(port) && Number(port) <= PORT_MAX ? undefined : 'invalid port number';
}
