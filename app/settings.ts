import { access } from "node:fs/promises";
import type { Config } from "../config/load.ts";
import type { ProductConfig } from "../config/schema.ts";
import { SyncError } from "../core/errors.ts";
import type { Digest, ProductId } from "../core/model.ts";
import { print, type Terminal } from "./console.ts";
import { type Log, type LogLevel, openLog } from "./log.ts";
import { openProgress, type ProgressDisplay } from "./progress.ts";

export const FORMATS = ["text", "json", "markdown", "csv", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** The options that every command has, as commander gives them. */
export interface GlobalOptions {
	readonly config?: string;
	readonly product?: string;
	readonly format: Format;
	readonly out?: readonly string[];
	readonly yes?: boolean;
	readonly logLevel: LogLevel;
}

/** What a command works with once the configuration is read. */
export interface Session {
	readonly terminal: Terminal;
	readonly options: GlobalOptions;
	readonly config: Config;
	readonly log: Log;
	readonly progress: ProgressDisplay;
	tell(line: string): void;
}

export async function openSession(terminal: Terminal, options: GlobalOptions): Promise<Session> {
	const tell = (line: string) => print(terminal.err, line);
	// Only now: schema, YAML and CEL take a moment to load, which --help need not wait for.
	const [{ findConfig }, { loadConfig }] = await Promise.all([import("../config/find.ts"), import("../config/load.ts")]);
	const path = await findConfig({
		...(options.config === undefined ? {} : { flag: options.config }),
		env: terminal.env,
		cwd: process.cwd(),
	});
	const config = await loadConfig({ path, env: terminal.env, warn: tell });
	for (const warning of config.warnings) tell(`warning: ${warning}`);
	const [log, progress] = [await openLog(terminal, options.logLevel), await openProgress(terminal, options.logLevel === "silent")];
	return { terminal, options, config, log, progress, tell };
}

/** The products a command is about: the one that was named, or all of them in the file's order. */
export function productsOf(session: Session): readonly ProductConfig[] {
	const { product } = session.options;
	const { products } = session.config;
	if (product === undefined) return [...products.values()];
	const names = new Set(product.split(",").map((name) => name.trim()));
	return [...names].map((name) => {
		const found = products.get(name as ProductId);
		if (found !== undefined) return found;
		throw new SyncError("config.invalid", `there is no product "${name}" in ${session.config.file}`, {
			todo: `Products there: ${[...products.keys()].join(", ")}.`,
		});
	});
}

export function oneProduct(session: Session, why: string): ProductConfig {
	const products = productsOf(session);
	if (products.length === 1) return products[0]!;
	throw new SyncError("config.invalid", `${why} is about one product, and the configuration has ${products.length}`, {
		todo: `Name one with --product: ${products.map((p) => p.id).join(", ")}.`,
	});
}

export const asDigest = (text: string): Digest => text as Digest;
export const fileExists = async (path: string): Promise<boolean> =>
	access(path).then(
		() => true,
		() => false,
	);
