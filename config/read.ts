import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { SyncError } from "../core/errors.ts";
import { reasonOf } from "./file-errors.ts";

/** No configuration is larger; what is, is the wrong file. */
const LARGEST = 4 * 1024 * 1024;

/** The file's text. Throws `config.invalid` when it is missing, unreadable, no file, too large or not UTF-8. */
export async function readConfigText(path: string): Promise<string> {
	const bytes = await bytesOf(path);
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (error) {
		throw unreadable(path, "it is not UTF-8 text", { todo: "Save it as UTF-8, or name another file with --config.", cause: error });
	}
}

async function bytesOf(path: string): Promise<Uint8Array> {
	try {
		const { size, mode } = await stat(path);
		// Before reading: a pipe would wait for ever, /dev/zero would never end.
		if ((mode & 0o170000) !== 0o100000) throw unreadable(path, "it is not a file", { todo: "Name a YAML file with --config." });
		if (size > LARGEST)
			throw unreadable(path, `it has ${size} bytes; a configuration has at most ${LARGEST}`, { todo: "Name another file with --config." });
		return await readFile(path);
	} catch (error) {
		if (error instanceof SyncError) throw error;
		const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
		const todo = gone
			? "Name the file with --config, or write one to begin with: rollcall init."
			: "Make it readable for the user that Rollcall runs as.";
		throw unreadable(path, reasonOf(error), { todo, cause: error });
	}
}

const unreadable = (path: string, why: string, options: { readonly todo: string; readonly cause?: unknown }): SyncError =>
	new SyncError("config.invalid", `cannot read the configuration ${path}: ${why}`, { context: { file: path }, ...options });

/** What is wrong with PEM text as a list of certificates, or undefined. */
export function badCertificates(pem: string): string | undefined {
	if (/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) return "it holds a private key";
	const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
	if (blocks === null) return "it holds no certificate in PEM form";
	const bad = blocks.findIndex((block) => !isCertificate(block));
	return bad === -1 ? undefined : `certificate ${bad + 1} of ${blocks.length} cannot be understood`;
}

function isCertificate(pem: string): boolean {
	try {
		return new X509Certificate(pem).fingerprint256 !== "";
	} catch {
		return false;
	}
}
