import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "@jest/globals";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse as parseYaml } from "yaml";
import { type Defect, defectsOf } from "../specs/defects.ts";

/** What is compared with the description: `query` values as strings, as they travel. */
interface SpecRequest {
	readonly method: string;
	/** Full path of the request, percent-encoded, without query; with or without a trailing slash. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string | readonly string[]>>;
	readonly body?: unknown;
}

/** A vendor's API description (OpenAPI 3.0) as an oracle. Each method answers the list of disagreements; empty: none. */
export interface Specs {
	request(sent: SpecRequest): readonly string[];
	/** `path` as in `request`. */
	response(method: string, path: string, status: number, body: unknown): readonly string[];
	/** Known defects of the description that had an effect so far. */
	readonly used: ReadonlySet<Defect>;
}

/** Folder with the vendors' descriptions (env ROLLCALL_SPECS); they may not be part of the project, so tests without it are skipped visibly. */
const specsFolder: string | undefined = process.env.ROLLCALL_SPECS || undefined;

/** `describe` for tests that need the descriptions; says why when they are skipped. */
export function describeWithSpecs(title: string, tests: () => void): void {
	if (specsFolder !== undefined) describe(title, tests);
	else test.skip(`${title}: skipped, ROLLCALL_SPECS does not name the folder with the vendors' API descriptions`, () => undefined);
}

const read = new Map<string, Specs>();

/** @param file inside the folder, such as `atlassian/jira-dc-10.3.openapi.json`. @throws Error without ROLLCALL_SPECS. */
export function specs(file: string): Specs {
	if (specsFolder === undefined) throw new Error("ROLLCALL_SPECS is not set: use describeWithSpecs");
	const parse = (text: string): Document => (file.endsWith(".yaml") ? parseYaml(text) : JSON.parse(text));
	const known = read.get(file) ?? new OpenApiSpecs(parse(readFileSync(join(specsFolder, file), "utf8")), defectsOf(file));
	read.set(file, known);
	return known;
}

type Json = Record<string, unknown>;

interface Operation {
	readonly parameters?: readonly Parameter[];
	readonly requestBody?: { readonly required?: boolean; readonly content?: Readonly<Record<string, { readonly schema?: Json }>> };
	readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Json }>> }>>;
}

interface Parameter {
	readonly in: string;
	readonly name: string;
	readonly required?: boolean;
	readonly schema?: Json;
}

interface Document {
	readonly servers?: readonly { readonly url: string }[];
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] }>>;
	readonly components: { readonly schemas: Record<string, Json> };
}

class OpenApiSpecs implements Specs {
	readonly used = new Set<Defect>();
	readonly #document: Document;
	readonly #defects: readonly Defect[];
	readonly #base: string;
	readonly #ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
	readonly #coercing = new Ajv({ strict: false, coerceTypes: "array" });
	readonly #compiled = new Map<string, ValidateFunction>();

	constructor(document: Document, defects: readonly Defect[]) {
		this.#defects = defects;
		for (const defect of defects) if ("pointer" in defect) replace(document as unknown as Json, defect);
		for (const schema of Object.values(document.components.schemas)) closeObjects(schema);
		this.#document = document;
		this.#base = (document.servers?.[0]?.url ?? "").replace(/^https?:\/\/[^/]*/, "");
		formats.default(this.#ajv);
		formats.default(this.#coercing);
		this.#ajv.addSchema({ $id: "spec", components: document.components });
	}

	request(sent: SpecRequest): readonly string[] {
		const found = this.#operation(sent.method, sent.path);
		if (typeof found === "string") return this.#excused([found]);
		const { operation, name } = found;
		const problems: string[] = [];
		const known = new Map((operation.parameters ?? []).map((parameter) => [parameter.name, parameter]));
		for (const [key, value] of Object.entries(sent.query ?? {})) {
			const parameter = known.get(key);
			if (parameter?.in !== "query") problems.push(`${name}: query parameter ${key} is not described`);
			else if (!this.#coercing.validate(parameter.schema ?? {}, value))
				problems.push(`${name}: query parameter ${key}: ${this.#coercing.errorsText()}`);
		}
		for (const parameter of known.values()) {
			const missing = parameter.in === "query" && parameter.required === true && sent.query?.[parameter.name] === undefined;
			if (missing) problems.push(`${name}: query parameter ${parameter.name} is missing`);
		}
		const described = operation.requestBody && this.#resolved(operation.requestBody);
		problems.push(...this.#bodyProblems(`${name} request`, described?.content, sent.body));
		return this.#excused(problems);
	}

	response(method: string, path: string, status: number, body: unknown): readonly string[] {
		const found = this.#operation(method, path);
		if (typeof found === "string") return this.#excused([found]);
		const { operation, name } = found;
		const answer = operation.responses[String(status)] ?? operation.responses.default;
		const described = answer && this.#resolved(answer);
		if (described === undefined) return this.#excused([`${name}: status ${status} is not described`]);
		const wanted = status < 400 || described.content !== undefined ? body : undefined;
		return this.#excused(this.#bodyProblems(`${name} ${status}`, described.content, wanted));
	}

	/** The operation with its template, or what is wrong. Fixed parts win over `{…}`. */
	#operation(method: string, path: string): { readonly operation: Operation; readonly name: string } | string {
		const parts = path.replace(/\/+$/, "").slice(this.#base.length).split("/");
		if (!path.startsWith(this.#base)) return `${path} is not below ${this.#base}`;
		const fitting = Object.keys(this.#document.paths).filter((template) => fits(template.replace(/\/+$/, "").split("/"), parts));
		const template = fitting.sort((left, right) => left.split("{").length - right.split("{").length)[0];
		if (template === undefined) return `${method} ${path} is not described`;
		const item = this.#document.paths[template];
		const operation = item?.[method.toLowerCase()];
		if (operation === undefined) return `${method} ${template} is not described`;
		const parameters = [...(item?.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => this.#resolved(parameter));
		return { operation: { ...operation, parameters }, name: `${method} ${template}` };
	}

	/** Itself, or what it refers to (`#/components/parameters/…`). */
	#resolved<T extends object>(described: T | { readonly $ref: string }): T {
		if (!("$ref" in described)) return described;
		const parts = described.$ref.split("/").slice(1);
		return parts.reduce<unknown>((at, part) => (at as Json)[part], this.#document) as T;
	}

	#bodyProblems(name: string, content: Readonly<Record<string, { readonly schema?: Json }>> | undefined, body: unknown): string[] {
		if (body === undefined) return [];
		const schema = Object.entries(content ?? {}).find(([type]) => /json|^\*\/\*/.test(type))?.[1].schema;
		if (schema === undefined) return [`${name}: a body came, none is described`];
		const validate = this.#validator(schema);
		if (validate(body)) return [];
		return (validate.errors ?? []).map((error) => {
			const extra = (error.params as { additionalProperty?: string }).additionalProperty;
			return `${name}: ${error.instancePath || "/"} ${error.message}${extra === undefined ? "" : ` (${extra})`}`;
		});
	}

	#validator(schema: Json): ValidateFunction {
		const key = JSON.stringify(schema);
		const known = this.#compiled.get(key) ?? this.#ajv.compile(JSON.parse(key.replaceAll('"#/components/', '"spec#/components/')));
		this.#compiled.set(key, known);
		return known;
	}

	#excused(problems: readonly string[]): readonly string[] {
		return problems.filter((problem) => {
			const defect = this.#defects.find((one) => "problem" in one && one.problem.test(problem));
			if (defect !== undefined) this.used.add(defect);
			return defect === undefined;
		});
	}
}

const fits = (template: readonly string[], parts: readonly string[]): boolean =>
	template.length === parts.length &&
	template.every((part, index) => part === parts[index] || (part.startsWith("{") && parts[index] !== ""));

/** The descriptions leave objects open, so a misspelt key would pass: close every object that lists its properties. */
function closeObjects(schema: unknown): void {
	if (typeof schema !== "object" || schema === null) return;
	const one = schema as Json;
	if (one.type === "object" && one.properties !== undefined && one.additionalProperties === undefined) one.additionalProperties = false;
	for (const [key, value] of Object.entries(one)) if (key !== "example") closeObjects(value);
}

function replace(document: Json, defect: { readonly pointer: string; readonly value: unknown }): void {
	const parts = defect.pointer
		.split("/")
		.slice(1)
		.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
	const last = parts.pop() as string;
	let place = document;
	for (const part of parts) {
		const next = place[part];
		if (typeof next !== "object" || next === null)
			throw new Error(`the description has nothing at ${defect.pointer}: is it another version?`);
		place = next as Json;
	}
	if (JSON.stringify(place[last]) === JSON.stringify(defect.value))
		throw new Error(`${defect.pointer} is right by now: take the defect off the list`);
	place[last] = defect.value;
}
