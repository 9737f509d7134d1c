import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

/** The directions of house and contributing guide, held by machine: app → connectors → core ← config; vendors never know each other. */
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const SOURCES = globSync("{app,bin,config,connectors,core,sandbox}/**/*.{ts,js}", { cwd: ROOT }).sort();
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

interface Import {
	readonly from: string;
	/** A path from the root, or a package's name. */
	readonly to: string;
}
const importsOf = (file: string, text: string): readonly Import[] =>
	[...text.matchAll(IMPORT)].map((match) => {
		const name = (match[1] ?? match[2])!;
		return { from: file, to: name.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), name)) : name };
	});
const ALL = SOURCES.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), "utf8")));

const room = (path: string): string => path.split("/")[0]!;
/** `connectors/idp/keycloak`: what may not be mixed. A kit is shared by vendors and knows none. */
const KITS = ["connectors/http", "connectors/ldap", "connectors/usermanagement"];
const isKit = (path: string): boolean => KITS.some((kit) => path === kit || path.startsWith(`${kit}/`));
const vendor = (path: string): string => KITS.find((kit) => path.startsWith(`${kit}/`)) ?? path.split("/").slice(0, 3).join("/");
const isOurs = (path: string): boolean =>
	["app", "bin", "config", "connectors", "core", "sandbox", "test", "bench", "docs"].includes(room(path)) && path.includes("/");

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
	core: ["core"],
	config: ["config", "core"],
	connectors: ["connectors", "core"],
	sandbox: ["sandbox"],
	app: ["app", "config", "connectors", "core", "sandbox"],
	bin: ["app", "bin"],
};
const NETWORK = /^(axios|undici|ldapts|fastify|node:(http|https|net|tls|dgram|http2|dns)(\/.*)?|@keycloak\/.*)$/;
const PURE = /^core\/(diff|desired|policy|report)\/|^core\/(guard|plan|plan-file|operation|product|model|snapshot)\.ts$/;

describe("imports", () => {
	test("are found at all", () => {
		expect(ALL.length).toBeGreaterThan(200);
		expect(importsOf("app/x.ts", 'import type { A } from "../core/a.ts";\nconst b = await import("./b.ts");').map((i) => i.to)).toEqual([
			"core/a.ts",
			"app/b.ts",
		]);
	});
	test("go from room to room in one direction only", () => {
		expect(ALL.filter(({ from, to }) => isOurs(to) && !ALLOWED[room(from)]!.includes(room(to)))).toEqual([]);
	});
	test("never lead from one vendor to another", () => {
		const across = ALL.filter(
			({ from, to }) => from.startsWith("connectors/") && to.startsWith("connectors/") && vendor(to) !== vendor(from) && !isKit(to),
		);
		expect(across).toEqual([]);
		expect(ALL.filter(({ from, to }) => isKit(from) && to.startsWith("connectors/") && !isKit(to))).toEqual([]);
	});
	test("give the core and the configuration no network", () => {
		expect(ALL.filter(({ from, to }) => ["core", "config"].includes(room(from)) && NETWORK.test(to))).toEqual([]);
	});
	test("load heavy packages only when they are needed", () => {
		const heavy = /^(axios|ldapts|@keycloak\/.*|kysely|node-cron|pino|cli-progress|node:sqlite)$/;
		const eager = SOURCES.filter((file) => room(file) === "app" || file === "bin/rollcall.js").flatMap((file) => {
			const text = readFileSync(join(ROOT, file), "utf8");
			return [...text.matchAll(/(?:^|\n)import (?!type)[^;]*? from ["']([^"']+)["']/g)]
				.filter((match) => heavy.test(match[1]!))
				.map((match) => `${file}: ${match[1]}`);
		});
		expect(eager).toEqual([]);
	});
});

describe("the pure core", () => {
	test("asks neither clock, nor environment, nor chance", () => {
		const impure = SOURCES.filter((file) => PURE.test(file)).flatMap((file) => {
			const text = readFileSync(join(ROOT, file), "utf8");
			return [...text.matchAll(/\b(Date\.now|new Date\(\)|performance\.now|process\.env|Math\.random|setTimeout|fetch\()/g)].map(
				(match) => `${file}: ${match[1]}`,
			);
		});
		expect(impure).toEqual([]);
	});
	test("has no index barrels and no catch-all names anywhere", () => {
		const names = SOURCES.filter((file) => /(^|\/)(index|utils?|helpers?|common|manager|base)\.(ts|js)$/.test(file));
		expect(names).toEqual([]);
	});
});
