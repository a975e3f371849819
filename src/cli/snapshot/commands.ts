import { Command } from 'commander';
import { create } from './create.ts';
import { deleteKept } from './delete.ts';
import { list } from './list.ts';
import { recover } from './recover.ts';
import { verify } from './verify.ts';

const PLACE_HELP = `
Where: a running server (--url, by default the one of this machine's configuration, http://127.0.0.1:6333), or the folder
of a stopped one (--storage). A server's key is --api-key or the variable QDRANT__SERVICE__API_KEY.
`;

/** `vectorizer snapshot …`. */
export function snapshotCommand(): Command {
  const snapshot = new Command('snapshot').description('make, list, recover, verify and delete snapshots').addHelpText(
    'after',
    `${PLACE_HELP}
Examples:
  vectorizer snapshot create --out backup/        back up every collection of the running server
  vectorizer snapshot verify backup/books.snapshot
  vectorizer snapshot recover backup/books.snapshot --collection books-rehearsal`,
  );
  addCreate(snapshot);
  addList(snapshot);
  addRecover(snapshot);
  addVerify(snapshot);
  addDelete(snapshot);
  return snapshot;
}

function addCreate(snapshot: Command): void {
  placeOptions(
    snapshot
      .command('create')
      .description('make a snapshot of each collection that is named, or of every one')
      .argument('[collections...]', 'default: every collection')
      .option('--full', 'one snapshot of all collections and aliases together')
      .option('--out <file>', 'write it to this file; a folder (one that is there, or ends in /) gets the usual names')
      .option('--move', 'with --out: keep no copy on the server'),
  )
    .addHelpText(
      'after',
      `${PLACE_HELP}
Without --out a snapshot lies in the server's snapshots folder. With it, the file is there once it is whole, and its
SHA-256 is what the server says.

Examples:
  vectorizer snapshot create
  vectorizer snapshot create books --out books.snapshot
  vectorizer snapshot create --full --out backup/ --move --url https://db.example:6333 --api-key KEY
  vectorizer snapshot create --storage /var/lib/vectorizer --out backup/`,
    )
    .action(create);
}

function addList(snapshot: Command): void {
  placeOptions(
    snapshot
      .command('list')
      .description('list the snapshots that are kept')
      .argument('[collections...]', 'default: every collection, and full snapshots')
      .option('--full', 'full snapshots only'),
  )
    .addHelpText(
      'after',
      `${PLACE_HELP}
Examples:
  vectorizer snapshot list
  vectorizer snapshot list books --json`,
    )
    .action(list);
}

function addRecover(snapshot: Command): void {
  placeOptions(
    snapshot
      .command('recover')
      .description('put what a snapshot holds in the place of what is there')
      .argument('<file|url>', 'a file of this machine, or a URL that the server fetches')
      .option('--collection <name>', 'recover it under this name (default: that of the collection it was made of)')
      .option('--checksum <hex>', 'the SHA-256 that it must have')
      .option('--no-replace', 'refuse where a collection is there, instead of replacing it')
      .option('--source-api-key <key>', 'key of the server that the URL points to'),
  )
    .addHelpText(
      'after',
      `${PLACE_HELP}
A collection that is there stays as it is until the snapshot has been read whole and found sound. A full snapshot is
recovered with --storage, or by \`vectorizer serve --storage-snapshot FILE\`.

Examples:
  vectorizer snapshot recover books.snapshot
  vectorizer snapshot recover books.snapshot --collection books-of-yesterday
  vectorizer snapshot recover http://other:6333/collections/books/snapshots/NAME --collection books
  vectorizer snapshot recover full-snapshot-2026-11-22-03-10-00.snapshot --storage /var/lib/vectorizer`,
    )
    .action(recover);
}

function addVerify(snapshot: Command): void {
  snapshot
    .command('verify')
    .description('read a snapshot to its last byte and report all damage; restores nothing; exit status 1 on damage')
    .argument('<file>')
    .option('--json', 'print events as JSON, one object a line')
    .addHelpText(
      'after',
      `
Examples:
  vectorizer snapshot verify books.snapshot
  vectorizer snapshot verify books.snapshot --json`,
    )
    .action(verify);
}

function addDelete(snapshot: Command): void {
  placeOptions(
    snapshot
      .command('delete')
      .description('delete a snapshot that is kept')
      .usage('[options] COLLECTION NAME | --full NAME')
      .argument('<words...>', 'a collection and the name of a snapshot; with --full the name alone')
      .option('--full', 'a full snapshot'),
  )
    .addHelpText(
      'after',
      `${PLACE_HELP}
Examples:
  vectorizer snapshot delete books books-0-2026-11-22-03-10-00.snapshot
  vectorizer snapshot delete --full full-snapshot-2026-11-22-03-10-00.snapshot`,
    )
    .action(deleteKept);
}

/** What every command has that works at a place. */
function placeOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the running server to ask (default: http://127.0.0.1 and the port of the configuration)')
    .option('--api-key <key>', 'key of that server')
    .option('--storage <folder>', "work on a stopped server's folder instead")
    .option('--snapshots <folder>', 'with --storage: where its snapshots are (default: ./snapshots)')
    .option('--config <file>', 'configuration file (default: config/config.yaml, if there is one)')
    .option('--json', 'print events as JSON, one object a line');
}
