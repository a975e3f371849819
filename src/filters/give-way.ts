/** Lets others have the thread, if it is time: called between pieces of work of well under a millisecond. */
export type GiveWay = () => Promise<void>;
