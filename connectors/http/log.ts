/**
 * One line per request, for `--log-level debug`. `path` carries no query (names and addresses of people stay out of
 * logs), `ms` is the time of this attempt, `attempt` counts from 1, `error` is a code, never a body.
 */
export type HttpLog = (line: {
	method: string;
	host: string;
	path: string;
	status?: number;
	ms: number;
	attempt: number;
	error?: string;
}) => void;
