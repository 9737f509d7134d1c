import { constants, existsSync } from "node:fs";
import { access, chmod, copyFile, link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { reasonOf } from "../../config/file-errors.ts";
import { SyncError } from "../../core/errors.ts";

/** Where everything goes. */
export interface Places {
	readonly config: string;
	readonly credentials: string;
}

export const placesOf = (config: string): Places => ({ config, credentials: join(dirname(config), "credentials") });

/** Throws `config.invalid` before anything is asked, if nothing could be written in the end. */
export async function assertWritable({ config }: Places): Promise<void> {
	let folder = dirname(config);
	while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
	try {
		if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(`${folder} is no folder`), { code: "ENOTDIR" });
		await access(folder, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw cannotWrite(config, error);
	}
}

const cannotWrite = (path: string, error: unknown): SyncError =>
	new SyncError("config.invalid", `cannot write ${path}: ${reasonOf(error)}`, {
		cause: error,
		todo: "Choose a folder that you may write to, with --config.",
	});

export interface Written {
	readonly text: string;
	readonly secrets: ReadonlyMap<string, string>;
	/** A configuration that is there already is kept under another name; else it stays, and the writing fails. */
	readonly replace: boolean;
}

/**
 * The credentials first, each whole and for its owner only, then the configuration. Whatever goes wrong, what was new is taken away
 * again and what was there is left as it was. Throws `config.invalid`.
 */
export async function writeAll({ config, credentials }: Places, { text, secrets, replace }: Written): Promise<void> {
	const made: string[] = [];
	try {
		await makeFolder(dirname(config));
		await makeFolder(credentials, 0o700);
		await chmod(credentials, 0o700);
		for (const [name, secret] of secrets) {
			const path = join(credentials, name);
			if (await isAlready(path, secret)) continue;
			await putNew(path, secret, 0o600);
			made.push(path);
		}
		const kept = replace ? await freeName(`${config}.old`) : undefined;
		if (kept !== undefined) await rename(config, kept);
		try {
			await putNew(config, text, 0o640);
		} catch (error) {
			if (kept !== undefined) await rename(kept, config);
			throw error;
		}
	} catch (error) {
		for (const path of made) await rm(path, { force: true });
		if (error instanceof SyncError) throw error;
		throw cannotWrite(config, error);
	}
}

/** With those above. Step by step: Node's own `recursive` never ends where a file system like /proc takes no folders. */
async function makeFolder(path: string, mode?: number): Promise<void> {
	if (existsSync(path)) return;
	await makeFolder(dirname(path));
	await mkdir(path, mode);
}

/** The same secret may stand there from before; another one is somebody's and is left alone. */
async function isAlready(path: string, secret: string): Promise<boolean> {
	if (!existsSync(path)) return false;
	if ((await readFile(path, "utf8")).replace(/\r?\n$/, "") === secret) return true;
	throw new SyncError("config.invalid", `${path} holds another secret already; nothing was written`, {
		todo: "Move that file away, or use it as it is.",
	});
}

/** Whole or not at all, and never over something: written beside it and linked under its name. */
async function putNew(path: string, content: string, mode: number): Promise<void> {
	const beside = `${path}.${process.pid}.new`;
	try {
		const file = await open(beside, "wx", mode);
		try {
			await file.writeFile(content);
			await file.sync();
		} finally {
			await file.close();
		}
		await link(beside, path).catch((error: NodeJS.ErrnoException) => {
			// A file system without hard links.
			if (["EPERM", "ENOTSUP", "EOPNOTSUPP"].includes(error.code ?? "")) return copyFile(beside, path, constants.COPYFILE_EXCL);
			throw error;
		});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST")
			throw new SyncError("config.invalid", `${path} exists already; nothing was written`, {
				todo: "Name another file with --config, or move that one away.",
			});
		throw error;
	} finally {
		await rm(beside, { force: true });
	}
}

/**
 * What editors are told: the schema of this very program, which has it in a checkout and in an installed package alike. From a
 * configuration inside a checkout by a relative path, so that both may move; else by its address. Undefined: it is not there.
 */
export function schemaFor(config: string): string | undefined {
	let root = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(root, SCHEMA))) {
		if (dirname(root) === root) return undefined;
		root = dirname(root);
	}
	const schema = join(root, SCHEMA);
	const folder = dirname(resolve(config));
	if (folder !== root && !folder.startsWith(root + sep)) return pathToFileURL(schema).href;
	const way = encodeURI(relative(folder, schema));
	return way.startsWith(".") ? way : `./${way}`;
}
const SCHEMA = join("docs", "reference", "config.schema.json");

/** `rollcall.yaml.old`, or `.old-2`, `.old-3` …: what was kept before stays as well. */
async function freeName(path: string): Promise<string> {
	for (let n = 1; ; n += 1) {
		const name = n === 1 ? path : `${path}-${n}`;
		const taken = await access(name).then(
			() => true,
			() => false,
		);
		if (!taken) return name;
	}
}
