import type { Context } from '../core/context.ts';
import { VectorizerError } from '../core/errors.ts';
import type { House } from './house.ts';
import type { Operation } from './operation.ts';

/** The one way in: every door performs every operation through here. */
export async function perform<Request, Answer>(
  house: House,
  context: Context,
  operation: Operation<Request, Answer>,
  request: Request,
): Promise<Answer> {
  if (context.signal.aborted) throw new VectorizerError('timeout', `${operation.name} was cancelled before it began`);
  return operation.run(house, context, request);
}
