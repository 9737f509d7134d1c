import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { SyncError } from "../core/errors.ts";
import type { ConnectorId, ProductId } from "../core/model.ts";
import { compilePolicy } from "../core/policy/compile.ts";
import type { Policy } from "../core/policy/policy.ts";
import { judgeExpressions } from "./expressions.ts";
import { reasonOf } from "./file-errors.ts";
import { type Builder, isRaw, type Raw, type Report } from "./kind.ts";
import { invalidConfig, type Path, type Problem, problemText, sortProblems } from "./problem.ts";
import { badCertificates, readConfigText } from "./read.ts";
import { judgeRules } from "./rules.ts";
import { type ConfigInput, PRODUCT_KINDS, type ProductConfig, SOURCE_KINDS, type SourceConfig, schema } from "./schema.ts";
import { type SecretContext, type SecretRef, secretRef } from "./secrets.ts";
import { ConfigText } from "./text.ts";
import { problemsOfIssues } from "./translate.ts";
import { sendsInClear } from "./url.ts";

/** A configuration that has been judged whole: schema, rules between keys, expressions, named files. Secrets are still references. */
export interface Config {
	/** Absolute path. */
	readonly file: string;
	/** In the file's order. */
	readonly sources: ReadonlyMap<ConnectorId, SourceConfig>;
	readonly products: ReadonlyMap<ProductId, ProductConfig>;
	/** `sqlite`: absolute path. */
	readonly store: { readonly sqlite: string };
	/** Every secret that the file refers to. */
	readonly secrets: readonly SecretRef[];
	/** Allowed and unwise, with file, line and column; one line each. */
	readonly warnings: readonly string[];
}

export interface LoadOptions {
	readonly path: string;
	/** For `${env:…}` and CREDENTIALS_DIRECTORY. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Told, when secrets are read later, about files that too many people can read. */
	readonly warn?: (message: string) => void;
}

/** Reads and judges a configuration. Throws SyncError `config.invalid` with every problem at once (`problemsOf(error)`), sorted by line. */
export async function loadConfig({ path, env, warn }: LoadOptions): Promise<Config> {
	const file = resolve(path);
	return judgeConfig(await readConfigText(file), { file, env, ...(warn === undefined ? {} : { warn }) });
}

/** The same for text that is already there; `file` gives names to errors and a folder to relative paths. */
export async function judgeConfig(source: string, context: SecretContext): Promise<Config> {
	const text = new ConfigText(source, context.file);
	if (text.broken) throw invalidConfig(context.file, text.problems);
	const parsed = schema.safeParse(text.value);
	const authorities = await readAuthorities(text);
	const problems = [
		...(parsed.success ? [] : problemsOfIssues(parsed.error.issues, text, schema)),
		...rulesOf(text),
		...judgeExpressions(text),
		...authorities.problems,
	];
	if (!parsed.success || problems.length > 0 || text.problems.length > 0)
		throw invalidConfig(context.file, withoutEchoes(text.problems, problems));
	return build(parsed.data, { text, context, authorities: authorities.pem });
}

/** The policies of all products, compiled. `loadConfig` has proved that they compile. */
export function compile(config: Config): ReadonlyMap<ProductId, Policy> {
	return new Map([...config.products].map(([id, product]) => [id, compilePolicy(product.policy)]));
}

/** Fetches every secret once and says, for all of them at once, which are missing. Empty: all are there. */
export async function missingSecrets(config: Config): Promise<readonly SyncError[]> {
	const results = await Promise.allSettled(config.secrets.map((secret) => secret.resolve()));
	return results.flatMap((result) => {
		if (result.status === "fulfilled") return [];
		if (result.reason instanceof SyncError) return [result.reason];
		throw result.reason;
	});
}

/** Where YAML itself objects to a line, what follows from misreading that line is not worth saying. */
function withoutEchoes(yaml: readonly Problem[], others: readonly Problem[]): readonly Problem[] {
	const lines = new Set(yaml.map((problem) => problem.line));
	return [...yaml, ...others.filter((problem) => !lines.has(problem.line))];
}

function rulesOf(text: ConfigText): readonly Problem[] {
	const problems: Problem[] = [];
	const report: Report = (path, message, todo, where = "value") =>
		problems.push(where === "key" ? text.problemAtKey(path, message, todo) : text.problem(path, message, todo));
	judgeRules(text.value, report);
	return problems;
}

/** The certificate files that `network.ca` names, by path as written. */
async function readAuthorities(text: ConfigText): Promise<{ pem: ReadonlyMap<string, string>; problems: readonly Problem[] }> {
	const pem = new Map<string, string>();
	const problems: Problem[] = [];
	for (const [path, entry] of entriesOf(text.value)) {
		const ca = isRaw(entry.network) ? entry.network.ca : undefined;
		if (typeof ca !== "string" || ca === "") continue;
		const at: Path = [...path, "network", "ca"];
		try {
			const content = await readFile(resolve(dirname(text.file), ca), "utf8");
			const bad = badCertificates(content);
			if (bad === undefined) pem.set(ca, content);
			else
				problems.push(
					text.problem(
						at,
						`cannot use the certificates in ${ca}: ${bad}.`,
						"Name a PEM file with the certificate of your own certificate authority.",
					),
				);
		} catch (error) {
			problems.push(
				text.problem(
					at,
					`cannot read the certificates in ${ca}: ${reasonOf(error)}.`,
					"Correct the path, or make the file readable for the user that Rollcall runs as.",
				),
			);
		}
	}
	return { pem, problems };
}

function* entriesOf(root: unknown): Generator<readonly [Path, Readonly<Record<string, unknown>>]> {
	if (!isRaw(root)) return;
	for (const section of ["sources", "products"]) {
		const entries = root[section];
		if (isRaw(entries)) for (const [name, entry] of Object.entries(entries)) if (isRaw(entry)) yield [[section, name], entry];
	}
}

interface Whole {
	readonly text: ConfigText;
	readonly context: SecretContext;
	readonly authorities: ReadonlyMap<string, string>;
}

function build(input: ConfigInput, whole: Whole): Config {
	const secrets: SecretRef[] = [];
	const { text, context } = whole;
	const sources = Object.entries(input.sources).map(([name, source]) => {
		const kind = SOURCE_KINDS[source.kind as keyof typeof SOURCE_KINDS];
		const id = name as ConnectorId;
		return [id, kind.build(source as never, { id, ...builderAt(["sources", name], whole, secrets) })] as const;
	});
	const products = Object.entries(input.products).map(([name, product]) => {
		const kind = PRODUCT_KINDS[product.kind as keyof typeof PRODUCT_KINDS];
		const id = name as ProductId;
		return [id, kind.build(product as never, { id, ...builderAt(["products", name], whole, secrets) })] as const;
	});
	return {
		file: context.file,
		sources: new Map(sources),
		products: new Map(products),
		store: { sqlite: resolve(dirname(context.file), input.store.sqlite) },
		secrets,
		warnings: sortProblems(warningsOf(text)).map(problemText),
	};
}

function builderAt(path: Path, { text, context, authorities }: Whole, secrets: SecretRef[]): Builder {
	const textAt: Builder["textAt"] = (...below) => {
		const source = text.sourceText([...path, ...below]);
		if (source === undefined) throw new SyncError("bug", `no text at ${[...path, ...below].join(".")}`);
		return source;
	};
	const refer = (below: Path): SecretRef => {
		const { text: written, file, line, column } = textAt(...below);
		const secret = secretRef(written, `${file}:${line}:${column}`, context);
		secrets.push(secret);
		return secret;
	};
	return {
		textAt,
		secretAt: (...below) => refer(below),
		networkAt: ({ timeout, concurrency, proxy, ca }) => ({
			timeoutMs: timeout,
			concurrency,
			...(proxy === undefined ? {} : { proxy: proxy.startsWith("$") ? refer(["network", "proxy"]) : proxy }),
			...(ca === undefined ? {} : { ca: authorities.get(ca) ?? "" }),
		}),
	};
}

function warningsOf(text: ConfigText): readonly Problem[] {
	return [...entriesOf(text.value)].flatMap(([path, entry]) => [
		...clearTextIn(text, path, entry.url),
		...mappedDefaultsIn(text, path, entry),
	]);
}

function clearTextIn(text: ConfigText, path: Path, url: unknown): readonly Problem[] {
	if (typeof url !== "string" || !sendsInClear(url)) return [];
	return [text.problem([...path, "url"], "plain http to another machine: the credential can be read on the way.", "Use https.")];
}

/** A group that a rule feeds is the rule's: what a default gave, the next run would take away. */
function mappedDefaultsIn(text: ConfigText, path: Path, { groups }: Raw): readonly Problem[] {
	if (!isRaw(groups) || !Array.isArray(groups.default) || !Array.isArray(groups.map)) return [];
	const fed = new Set(groups.map.flatMap((rule: unknown) => (isRaw(rule) && typeof rule.to === "string" ? [rule.to.toLowerCase()] : [])));
	return groups.default.flatMap((name: unknown, index) =>
		typeof name === "string" && fed.has(name.toLowerCase())
			? [
					text.problem(
						[...path, "groups", "default", index],
						`a rule of \`groups.map\` feeds "${name}" too, so new accounts do not get it by default: only members of the directory's group do.`,
						"Take it out of `default`, or out of the rule.",
					),
				]
			: [],
	);
}
