/** The command line straight from src/, for tests that want coverage of it: what bin/vectorizer does with dist/. */
import { main } from '../../src/cli/main.ts';

await main(process.argv);
