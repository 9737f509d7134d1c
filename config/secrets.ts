import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SyncError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { reasonOf } from "./file-errors.ts";
import { REFERENCE } from "./references.ts";

/** A secret by name. Nothing is read before `resolve` is called; each call reads again, so that a renewed secret is seen. */
export interface SecretRef {
	/** `credential:jira`, `env:JIRA_TOKEN`, `file:/run/secrets/jira`. */
	readonly reference: string;
	/** `/etc/rollcall/rollcall.yaml:12:12`. */
	readonly place: string;
	/** Throws `config.secret-missing`, naming the reference, its place and where it was looked for. */
	resolve(): Promise<Secret>;
}

export interface SecretContext {
	/** The configuration file; `credentials` beside it is where names are looked for without systemd. */
	readonly file: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Credentials by name that are known and not written yet: looked at before any file. */
	readonly held?: ReadonlyMap<string, string>;
	/** Told about files that more people can read than need to; at most once for each. */
	readonly warn?: (message: string) => void;
}

const PEM = /^(?:-----BEGIN [A-Z ]+-----\r?\n[A-Za-z0-9+/=\r\n]+-----END [A-Z ]+-----\s*)+$/;

/** Larger is no password or token; systemd's own bound for one credential is 1 MiB. */
const LARGEST = 64 * 1024;

/** The reference as it is written (`${credential:jira}`) at `place`. Written any other way it is a bug: the schema has checked it. */
export function secretRef(written: string, place: string, context: SecretContext): SecretRef {
	const match = REFERENCE.exec(written);
	if (match === null) throw new SyncError("bug", `${place}: not a reference to a secret`);
	const [, from, name] = match as unknown as [string, "credential" | "env" | "file", string];
	const reference = `${from}:${name}`;
	const want: Wanted = { reference, name, place, context, warned: new Set() };
	const read = { credential: fromCredentials, env: fromEnvironment, file: fromFile }[from];
	return { reference, place, resolve: async () => new Secret(checked(await read(want), want), reference) };
}

interface Wanted {
	readonly reference: string;
	readonly name: string;
	readonly place: string;
	readonly context: SecretContext;
	readonly warned: Set<string>;
}

const missing = (want: Wanted, why: string, todo: string): SyncError =>
	new SyncError("config.secret-missing", `the secret \${${want.reference}} (${want.place}) ${why}`, {
		context: { reference: want.reference, place: want.place },
		todo,
	});

/** systemd's LoadCredential= first, then `credentials` beside the configuration file (https://systemd.io/CREDENTIALS/). */
async function fromCredentials(want: Wanted): Promise<string> {
	const { name, context } = want;
	const held = context.held?.get(name);
	if (held !== undefined) return held;
	const systemd = context.env.CREDENTIALS_DIRECTORY;
	const beside = join(dirname(context.file), "credentials", name);
	const looked: string[] = [];
	if (systemd !== undefined && systemd !== "") {
		const path = join(systemd, name);
		const value = await read(path, want, "trusted");
		if (value !== undefined) return value;
		looked.push(path);
	} else looked.push("$CREDENTIALS_DIRECTORY (not set: not started by systemd with LoadCredential=)");
	const value = await read(beside, want, "refuse");
	if (value !== undefined) return value;
	looked.push(beside);
	throw missing(
		want,
		`was not found; looked in ${looked.join(" and ")}.`,
		`Write the secret into ${beside} (mode 0600), or add LoadCredential=${name}:/path/of/the/file to the unit.`,
	);
}

async function fromEnvironment(want: Wanted): Promise<string> {
	const value = want.context.env[want.name];
	if (value === undefined)
		throw missing(
			want,
			"was not found: the environment has no such variable.",
			`Set ${want.name}, or use \${credential:…}, which other processes cannot see.`,
		);
	return value;
}

async function fromFile(want: Wanted): Promise<string> {
	const value = await read(want.name, want, "warn");
	if (value === undefined)
		throw missing(
			want,
			`was not found: there is no file ${want.name}.`,
			"Write the secret into that file, readable by the user that Rollcall runs as and nobody else.",
		);
	return value;
}

/** Undefined: there is no such file. What others may read is refused or warned about; systemd sets the modes of its own. */
async function read(path: string, want: Wanted, openness: "trusted" | "warn" | "refuse"): Promise<string | undefined> {
	let handle: FileHandle | undefined;
	try {
		// Non-blocking, or opening a pipe that somebody put there would wait for ever.
		handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		const stat = await handle.stat();
		if (!stat.isFile()) throw missing(want, `cannot be read: ${path} is not a file.`, "Put a file with nothing but the secret there.");
		if (openness !== "trusted") judgeMode(path, stat.mode, { want, openness });
		if (stat.size > LARGEST)
			throw missing(
				want,
				`cannot be read: ${path} has ${stat.size} bytes, more than any password or token.`,
				"Put nothing but the secret into it.",
			);
		return decode(await handle.readFile(), path, want);
	} catch (error) {
		if (error instanceof SyncError) throw error;
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw missing(want, `cannot be read: ${path}: ${reasonOf(error)}.`, "Make the file readable for the user that Rollcall runs as.");
	} finally {
		await handle?.close();
	}
}

function judgeMode(path: string, mode: number, { want, openness }: { want: Wanted; openness: "warn" | "refuse" }): void {
	if ((mode & 0o077) === 0) return;
	const modeText = `0${(mode & 0o777).toString(8)}`;
	if (openness === "refuse" && (mode & 0o007) !== 0)
		throw missing(
			want,
			`is refused: every user of this machine may use ${path} (mode ${modeText}).`,
			`Run chmod 0600 ${path}, and replace the secret if strangers have accounts here.`,
		);
	if (want.warned.has(path)) return;
	want.warned.add(path);
	const who = (mode & 0o007) === 0 ? "its group" : "every user of this machine";
	want.context.warn?.(`${path} (mode ${modeText}) can be read by ${who}; chmod 0600 keeps the secret \${${want.reference}} to its owner.`);
}

function decode(bytes: Uint8Array, path: string, want: Wanted): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		throw missing(want, `cannot be used: ${path} is not UTF-8 text.`, "Save it as plain text.");
	}
}

/**
 * One trailing line break is an editor's or `echo`'s doing. What is left must be one line: it goes into a request header.
 * A key file (PEM, RFC 7468) goes into none, and has several lines by its nature.
 */
function checked(value: string, want: Wanted): string {
	const bare = value.replace(/\r?\n$/, "");
	if (bare.trim() === "") throw missing(want, "is empty.", "Write the secret there; an empty one would be sent as no password at all.");
	if (/[\u0000-\u001f\u007f]/.test(bare) && !PEM.test(bare))
		throw missing(want, "has several lines or control characters.", "Keep nothing but the secret itself, on one line.");
	return bare;
}
