import type { ASTNode } from "@marcbachmann/cel-js";
import type { AttributeNeeds } from "../connector.ts";
import { FUNCTIONS, ownName, type PolicyFunction } from "./functions.ts";
import { nearest } from "./nearest.ts";
import { PERSON_FIELDS } from "./record.ts";
import { linearRegex, REGEX_ADVICE } from "./regex.ts";

/** What is known about an expression without running it. */
export interface Analysis {
	readonly needs: AttributeNeeds;
	readonly groupsRead: ReadonlySet<string> | "all";
	readonly faults: readonly Fault[];
}
export interface Fault {
	readonly offset: number;
	readonly what: string;
	readonly instead?: string;
}

type Call = ASTNode & { readonly op: "call" | "rcall" };

/**
 * Walks an expression as it was written (macros are not expanded in the nodes that the parser returns), collects what
 * it reads, and lets only the functions of the table through. Calls that Rollcall answers itself are renamed in place,
 * so that the library's own `matches` (JavaScript's RegExp, exponential time) cannot be reached by any spelling.
 */
export function analyse(root: ASTNode): Analysis {
	const walk = new Walk();
	walk.visit(root);
	return { needs: walk.allAttributes ? "all" : walk.attributes, groupsRead: walk.allGroups ? "all" : walk.groups, faults: walk.faults };
}

class Walk {
	readonly attributes = new Set<string>();
	readonly groups = new Set<string>();
	readonly faults: Fault[] = [];
	allAttributes = false;
	allGroups = false;

	visit(node: ASTNode): void {
		if (node.op === "id" && node.args === "person") this.#everything();
		else if (node.op === "." || node.op === "[]") this.#access(node);
		else if (node.op === "in") this.#membership(node);
		else if (node.op === "call" || node.op === "rcall") this.#call(node);
		else for (const child of childrenOf(node)) this.visit(child);
	}

	/** `person` itself is handed on: from here on anything may be read of it. */
	#everything(): void {
		this.allAttributes = true;
		this.allGroups = true;
	}

	#access(node: ASTNode & { readonly op: "." | "[]" }): void {
		const [of, key] = node.args;
		const field = personField(node);
		if (field !== undefined) this.#field(field, node.op === "." ? node.pos : of.end + 1);
		else if (isPerson(of)) {
			this.faults.push({
				offset: node.start,
				what: "a field of person must be named literally",
				instead: 'write person.username, or person["username"]',
			});
		} else if (personField(of) === "attributes") {
			const name = node.op === "." ? node.args[1] : literal(node.args[1]);
			if (name !== undefined) this.attributes.add(name);
			else this.allAttributes = true;
			if (typeof key !== "string" && name === undefined) this.visit(key);
		} else {
			this.visit(of);
			if (typeof key !== "string") this.visit(key);
		}
	}

	#field(field: string, offset: number): void {
		if (field === "attributes") this.allAttributes = true;
		else if (field === "groups" || field === "groupPaths") this.allGroups = true;
		else if (!Object.hasOwn(PERSON_FIELDS, field)) this.faults.push({ offset, ...unknownField(field) });
	}

	#membership(node: ASTNode & { readonly op: "in" }): void {
		const [value, list] = node.args;
		const [name, field] = [literal(value), personField(list)];
		if (name !== undefined && field === "groups") this.groups.add(name);
		else if (name !== undefined && field === "attributes") this.attributes.add(name);
		else {
			this.visit(value);
			this.visit(list);
		}
	}

	#call(node: Call): void {
		const [name, receiver, values] = node.op === "rcall" ? node.args : ([node.args[0], undefined, node.args[1]] as const);
		const known = FUNCTIONS.find((f) => f.name === name && f.method === (receiver !== undefined));
		const offset = receiver === undefined ? node.start : Math.max(node.start, node.input.indexOf(name, receiver.end));
		if (known === undefined || !known.arity.includes(values.length)) {
			this.faults.push({ offset, ...unknownCall({ name, known, isMethod: receiver !== undefined, given: values.length }) });
			return;
		}
		if (name === "attribute" && receiver !== undefined && isPerson(receiver)) this.#attributeCall(values[0]!);
		else {
			if (receiver !== undefined && !(name === "bind" && isId(receiver, "cel"))) this.visit(receiver);
			this.#arguments(known, values);
		}
		if (known.own !== undefined) (node.args as [string, ...unknown[]])[0] = ownName(name);
	}

	#arguments(known: PolicyFunction, values: readonly ASTNode[]): void {
		const [first] = values;
		if (known.binds && first !== undefined && isPerson(first))
			this.faults.push({
				offset: first.start,
				what: '"person" cannot be the name of a variable',
				instead: "choose another name, such as g",
			});
		if (known.name === "has" && !known.method) this.#has(first!);
		if (known.name === "matches") this.#pattern(values[0]!);
		for (const value of known.binds ? values.slice(1) : values) this.visit(value);
	}

	#attributeCall(name: ASTNode): void {
		const known = literal(name);
		if (known !== undefined) this.attributes.add(known);
		else {
			this.allAttributes = true;
			this.visit(name);
		}
	}

	/** Absent fields are "", so `has(person.email)` would be true for everybody: surely not what was meant. */
	#has(value: ASTNode): void {
		const field = personField(value);
		if (field === undefined || !Object.hasOwn(PERSON_FIELDS, field)) return;
		const instead =
			PERSON_FIELDS[field as keyof typeof PERSON_FIELDS] === "string" ? `write person.${field} != ""` : `write person.${field} itself`;
		this.faults.push({ offset: value.start, what: `has(person.${field}) is true for everybody, because fields are never absent`, instead });
	}

	#pattern(value: ASTNode): void {
		const pattern = literal(value);
		if (pattern === undefined) return;
		try {
			linearRegex(pattern);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			this.faults.push({ offset: value.start, what: `not a usable regular expression: ${error.message}`, instead: REGEX_ADVICE });
		}
	}
}

const isId = (node: ASTNode, name: string): boolean => node.op === "id" && node.args === name;
const isPerson = (node: ASTNode): boolean => isId(node, "person");
const literal = (node: ASTNode): string | undefined => (node.op === "value" && typeof node.args === "string" ? node.args : undefined);

/** `person.email` and `person["email"]` → "email". */
function personField(node: ASTNode): string | undefined {
	if ((node.op !== "." && node.op !== "[]") || !isPerson(node.args[0])) return undefined;
	return node.op === "." ? node.args[1] : literal(node.args[1]);
}

/** Of the nodes that #access, #membership and #call do not take apart themselves. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
	if (node.op === "value" || node.op === "id") return [];
	if (node.op === "!_" || node.op === "-_") return [node.args];
	if (node.op === "map") return node.args.flat();
	return (node.args as readonly unknown[]).filter((each): each is ASTNode => typeof each === "object" && each !== null && "op" in each);
}

export function unknownField(field: string): Omit<Fault, "offset"> {
	const like = nearest(field, Object.keys(PERSON_FIELDS));
	return {
		what: `person has no field "${field}"`,
		instead:
			like === undefined
				? `the fields are ${Object.keys(PERSON_FIELDS).join(", ")}; a custom attribute is person.attribute("${field}")`
				: `did you mean person.${like}? (a custom attribute is person.attribute("${field}"))`,
	};
}

interface AskedCall {
	readonly name: string;
	readonly known: PolicyFunction | undefined;
	readonly isMethod: boolean;
	readonly given: number;
}
function unknownCall({ name, known, isMethod, given }: AskedCall): Omit<Fault, "offset"> {
	if (known !== undefined)
		return { what: `${name}() takes ${known.arity.join(" or ")} arguments, not ${given}`, instead: `write it as in ${known.usage}` };
	const other = FUNCTIONS.find((f) => f.name === name);
	if (other !== undefined) return { what: `${name}() is not called this way`, instead: `write it as in ${other.usage}` };
	const like = nearest(name, new Set(FUNCTIONS.map((f) => f.name)));
	const instead =
		like === undefined
			? "the functions are listed in docs/guides/policy.md"
			: `did you mean ${FUNCTIONS.find((f) => f.name === like)!.usage}?`;
	return { what: `there is no ${isMethod ? "method" : "function"} "${name}"`, instead };
}
