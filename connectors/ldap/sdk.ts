/** Loaded when the first directory is opened, so that `--help` does not wait for it. */
export type Sdk = typeof import("ldapts");

export const sdk = (): Promise<Sdk> => import("ldapts");
