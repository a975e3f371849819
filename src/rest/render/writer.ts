import { ByteWriter } from '../../base/json/byte-writer.ts';

/** The writer of this thread's answers: rendering is synchronous, so one is enough. */
export const writer: ByteWriter = new ByteWriter();

/** Renders an answer's `result`, or the whole body where it has no envelope, into `writer`. */
export type Render<Answer> = (answer: Answer) => void;
