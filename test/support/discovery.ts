import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What is compared with the description: `query` values as strings, as they travel. */
interface SentRequest {
	readonly method: string;
	/** Percent-encoded, without query. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string | readonly string[]>>;
}

/** A Google discovery document (https://developers.google.com/discovery/v1/reference/apis) as an oracle. Each method answers the list of disagreements; empty: none. */
export interface Discovery {
	request(sent: SentRequest): readonly string[];
	/** Of an answer with a status below 300. */
	response(method: string, path: string, body: unknown): readonly string[];
}

interface Schema {
	readonly $ref?: string;
	readonly type?: string;
	readonly format?: string;
	readonly enum?: readonly string[];
	readonly minimum?: string;
	readonly maximum?: string;
	readonly pattern?: string;
	readonly required?: boolean;
	readonly repeated?: boolean;
	readonly location?: string;
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly additionalProperties?: Schema;
	/** The value of `kind`, among others. */
	readonly default?: string;
}
interface Method {
	readonly httpMethod: string;
	readonly path: string;
	readonly flatPath?: string;
	readonly parameters?: Readonly<Record<string, Schema>>;
	readonly response?: Schema;
}
interface Document {
	readonly parameters: Readonly<Record<string, Schema>>;
	readonly resources: Readonly<Record<string, { readonly methods: Readonly<Record<string, Method>> }>>;
	readonly schemas: Readonly<Record<string, Schema>>;
}

/** Limits that only the text of the description states. */
const STATED_IN_WORDS: Readonly<Record<string, string>> = { "groups.list maxResults": "200", "members.list maxResults": "200" };

/** @param file inside the folder that ROLLCALL_SPECS names. @throws Error without it. */
export function discovery(file: string): Discovery {
	const folder = process.env.ROLLCALL_SPECS;
	if (folder === undefined || folder === "") throw new Error("ROLLCALL_SPECS is not set: use describeWithSpecs");
	return new DiscoveryOracle(JSON.parse(readFileSync(join(folder, file), "utf8")) as Document);
}

class DiscoveryOracle implements Discovery {
	readonly #document: Document;
	readonly #methods: readonly { readonly name: string; readonly method: Method; readonly parts: readonly string[] }[];

	constructor(document: Document) {
		this.#document = document;
		this.#methods = Object.entries(document.resources).flatMap(([resource, { methods }]) =>
			Object.entries(methods).map(([name, method]) => ({
				name: `${resource}.${name}`,
				method,
				parts: (method.flatPath ?? method.path).split("/"),
			})),
		);
	}

	request(sent: SentRequest): readonly string[] {
		const found = this.#find(sent.method, sent.path);
		if (typeof found === "string") return [found];
		const { name, method } = found;
		const problems: string[] = [];
		for (const [key, value] of Object.entries(sent.query ?? {})) {
			const own = method.parameters?.[key];
			const parameter = own?.location === "query" ? own : this.#document.parameters[key];
			if (parameter === undefined) problems.push(`${name}: query parameter ${key} is not described`);
			else if (Array.isArray(value) && parameter.repeated !== true) problems.push(`${name}: query parameter ${key} comes more than once`);
			else for (const one of [value].flat()) problems.push(...textProblems(`${name} ${key}`, parameter, one));
		}
		for (const [key, parameter] of Object.entries(method.parameters ?? {}))
			if (parameter.location === "query" && parameter.required === true && sent.query?.[key] === undefined)
				problems.push(`${name}: query parameter ${key} is missing`);
		return problems;
	}

	response(method: string, path: string, body: unknown): readonly string[] {
		const found = this.#find(method, path);
		if (typeof found === "string") return [found];
		const { name, method: described } = found;
		if (described.response === undefined) return body === undefined ? [] : [`${name}: a body came, none is described`];
		return this.#problems(name, described.response, body);
	}

	#find(method: string, path: string): { readonly name: string; readonly method: Method } | string {
		const parts = path.replace(/^\//, "").split("/");
		const fits = (template: readonly string[]) =>
			template.length === parts.length && template.every((part, at) => part === parts[at] || (part.startsWith("{") && parts[at] !== ""));
		const fitting = this.#methods.filter((one) => fits(one.parts));
		const found = fitting.find((one) => one.method.httpMethod === method);
		return found ?? `${method} ${path} is not described`;
	}

	#problems(at: string, schema: Schema, value: unknown): string[] {
		if (schema.$ref !== undefined) {
			const target = this.#document.schemas[schema.$ref];
			return target === undefined ? [`${at}: the description lacks ${schema.$ref}`] : this.#problems(at, target, value);
		}
		if (schema.type === "any") return [];
		if (schema.type === "array") {
			if (!Array.isArray(value)) return [`${at} must be an array`];
			return value.flatMap((one, index) => this.#problems(`${at}[${index}]`, schema.items ?? { type: "any" }, one));
		}
		if (schema.type === "object") return this.#objectProblems(at, schema, value);
		return scalarProblems(at, schema, value);
	}

	/** Objects are closed: a misspelt member would pass otherwise. */
	#objectProblems(at: string, schema: Schema, value: unknown): string[] {
		if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at} must be an object`];
		return Object.entries(value).flatMap(([name, one]) => {
			const member = schema.properties?.[name] ?? schema.additionalProperties;
			if (member === undefined) return [`${at}.${name} is not described`];
			if (name === "kind" && member.default !== undefined && one !== member.default) return [`${at}.kind must be ${member.default}`];
			return this.#problems(`${at}.${name}`, member, one);
		});
	}
}

/** 64-bit integers and times travel as strings. */
function scalarProblems(at: string, schema: Schema, value: unknown): string[] {
	const type = schema.type === "integer" || schema.type === "number" ? "number" : schema.type;
	if (typeof value !== type) return [`${at} must be ${schema.type}`];
	return typeof value === "string" ? textProblems(at, schema, value) : [];
}

function textProblems(at: string, schema: Schema, text: string): string[] {
	const problems: string[] = [];
	if (schema.enum !== undefined && !schema.enum.includes(text)) problems.push(`${at} must be one of ${schema.enum.join(", ")}`);
	if (schema.type === "boolean" && !/^(true|false)$/.test(text)) problems.push(`${at} must be true or false`);
	if ((schema.type === "integer" || schema.format === "int64") && !/^-?\d+$/.test(text)) problems.push(`${at} must be a whole number`);
	if (schema.format === "date-time" && Number.isNaN(Date.parse(text))) problems.push(`${at} must be a time`);
	const maximum = schema.maximum ?? STATED_IN_WORDS[at];
	if (schema.minimum !== undefined && Number(text) < Number(schema.minimum)) problems.push(`${at} is below ${schema.minimum}`);
	if (maximum !== undefined && Number(text) > Number(maximum)) problems.push(`${at} is above ${maximum}`);
	return problems;
}
