import type { Logger } from '../observe/logger.ts';
import { ClientGone } from './body.ts';
import { errorAnswer } from './errors.ts';
import { type Exchange, sendAccepted, sendRendered } from './reply.ts';
import type { Work } from './route.ts';
import type { Upload } from './upload.ts';

/** Answers when the work is done, or at once where nobody waits. Its failure is logged where nobody is told. */
export async function answerWork(logger: Logger, exchange: Exchange, { wait, done }: Work): Promise<void> {
  if (wait) {
    await answerDone(logger, exchange, done);
  } else {
    done.catch((error: unknown) => report(logger, exchange, error));
    sendAccepted(exchange);
  }
}

/** The same for work with an upload: the earliest answer is when all of it has come. */
export async function answerUploaded(logger: Logger, exchange: Exchange, work: Work, upload: Upload): Promise<void> {
  // What the work makes of a body that breaks off is no news: the client is told what was wrong with the body.
  const done = work.done.catch((error: unknown) => {
    throw upload.failure() ?? error;
  });
  if (work.wait) return answerDone(logger, exchange, done);
  const settled = done.then(
    () => undefined,
    (error: unknown) => {
      if (error !== upload.failure()) report(logger, exchange, error);
    },
  );
  await Promise.race([upload.received, settled]);
  const failure = upload.failure();
  if (failure !== undefined) throw failure;
  if (!exchange.response.destroyed) sendAccepted(exchange);
}

async function answerDone(logger: Logger, exchange: Exchange, done: Work['done']): Promise<void> {
  let render: () => void;
  try {
    render = await done;
  } catch (error) {
    if (!exchange.response.destroyed) throw error;
    // To translate: nobody is there to be told.
    report(logger, exchange, error);
    return;
  }
  if (!exchange.response.destroyed) await sendRendered(exchange, 'json', render);
}

function report(logger: Logger, { request }: Exchange, error: unknown): void {
  if (error instanceof ClientGone) return;
  const { method, url } = request;
  const { isOurs, message } = errorAnswer(error);
  if (isOurs) logger.error('work that nobody waits for failed', { method, url }, error);
  else logger.warn('work that nobody waits for failed', { method, url, reason: message });
}
