import { z } from "zod";
import { core, docOf } from "./fields.ts";
import { isRaw, type ProductBase, type ProductKind, type Raw } from "./kind.ts";
import {
	type AskedKind,
	alternatives,
	beginning,
	exampleOf,
	fits,
	furtherQuestions,
	type Question,
	requiredQuestions,
	withValue,
} from "./questions.ts";
import { DEFAULT_STORE, PRODUCT_KINDS, SOURCE_KINDS } from "./schema.ts";

/** One directory or product of a file to begin with. Secrets are references (`${credential:jira}`). */
export interface StarterPart {
	readonly name: string;
	readonly kind: AskedKind;
	readonly values: Raw;
	/** Keys whose value is only the documented example; they are marked. */
	readonly examples: ReadonlySet<string>;
}

export interface Starter {
	/** In order of precedence. */
	readonly sources: readonly StarterPart[];
	readonly products: readonly StarterPart[];
	/** Needed with several sources. */
	readonly samePerson?: string;
	readonly store: string;
	/** Where editors find the JSON Schema: a path from the file's folder, or a URL. */
	readonly schema?: string;
}

export const SAME_PERSON = "person.email.lowerAscii()";

/** A part of nothing but documented examples, with the first way to log in. */
export function examplePart(name: string, kind: AskedKind, values: Raw = {}): StarterPart {
	const needed = [...requiredQuestions(kind), ...(alternatives(kind)[0] ?? [])];
	const filled = needed.reduce<Raw>((raw, question) => withValue(raw, question.path, exampleOf(question)), {});
	return { name, kind, values: { ...filled, ...values }, examples: new Set() };
}

/** The file that the reference shows: one Keycloak realm, one Jira. */
export const exampleConfig = (): string =>
	renderStarter({
		sources: [examplePart("staff", SOURCE_KINDS.keycloak)],
		products: [examplePart("jira", PRODUCT_KINDS.jira)],
		store: DEFAULT_STORE,
	});

/**
 * A commented configuration to begin with: nothing is written until the posture is changed. It loads as it stands, whatever the
 * answers, as long as each is right for its key.
 */
export function renderStarter(starter: Starter): string {
	const { sources, products, schema, store } = starter;
	return `${schema === undefined ? "" : `# yaml-language-server: $schema=${schema}\n`}\
# Rollcall: whose accounts follow which directory. Every key: docs/reference/configuration.md
#   rollcall check          can everything be reached, with the right permissions?
#   rollcall diff           what would be done? Writes nothing.
#   rollcall explain alice  why, and why not?
# A secret is never written here. \${credential:NAME} is a file of that name: with systemd from LoadCredential=, without it in the
# folder "credentials" beside this file, mode 0600. \${env:NAME} is a variable, \${file:/path} any other file.
version: 1

# The names are your own. They are part of what identifies a person or an account, so choose them once.
sources:
${sources.map(sourceText).join("\n")}
products:
${products.map((part) => productText(part, starter)).join("\n")}
store:
  sqlite: ${scalar(store)}   # links, leases and the journal; a local disk, never a network file system
`;
}

const sourceText = (part: StarterPart): string => `  ${part.name}:\n${partText(part)}`;

function partText({ kind, values, examples }: StarterPart): string {
	const asked = [...requiredQuestions(kind), ...alternatives(kind).flat(), ...furtherQuestions(kind)];
	const given = new Map(asked.map((question) => [question.key, question]));
	// Only those that may be taken into use beside what is there.
	const rest = furtherQuestions(kind).filter(
		(question) =>
			question.path.length === 1 &&
			!(question.key in values) &&
			fits(kind, { ...values, ...beginning(kind), [question.key]: exampleOf(question) }),
	);
	return [
		`    kind: ${kind.kind}`,
		...lines(values, { given, examples, indent: "    ", at: "" }),
		...(rest.length === 0
			? []
			: ["    # Further keys, with examples. All of them, and what happens without: docs/reference/configuration.md"]),
		...rest.map((question) => commented(question)),
		"",
	].join("\n");
}

interface Place {
	readonly given: ReadonlyMap<string, Question>;
	readonly examples: ReadonlySet<string>;
	readonly indent: string;
	readonly at: string;
}

/** What was answered, each key under what it means. */
function lines(values: Raw, { given, examples, indent, at }: Place): readonly string[] {
	return Object.entries(values).flatMap(([name, value]) => {
		if (name === "kind" && at === "") return [];
		const key = at === "" ? name : `${at}.${name}`;
		if (isRaw(value) && !given.has(key)) return [`${indent}${name}:`, ...lines(value, { given, examples, indent: `${indent}  `, at: key })];
		const doc = given.get(key)?.doc;
		const mark = examples.has(key) ? "   # an example: put your own here" : "";
		return [...(doc === undefined ? [] : wrapped(doc.meaning, `${indent}# `)), `${indent}${name}: ${scalar(value)}${mark}`];
	});
}

/** One line that may be taken into use by deleting its `#`. */
function commented({ key, doc, schema }: Question): string {
	const line = `    # ${key}: ${scalar(exampleOf({ key, doc, schema } as Question))}`;
	return `${line}   # ${firstSentence(doc.meaning)}`;
}

function productText(part: StarterPart, { sources, samePerson }: Starter): string {
	const several = sources.length > 1;
	const beginning = "beginning" in part.kind ? (part.kind.beginning as ProductKind<never, ProductBase>["beginning"]) : undefined;
	const { leavers, defaultGroups = [] } = beginning ?? {};
	return `  ${part.name}:
${partText(part)}
    people:
      from: [${sources.map(({ name }) => name).join(", ")}]${several ? "   # the first that knows somebody has the say; see people.precedence" : ""}
${several ? `      # By what one person is recognised in several directories: docs/guides/several-directories.md\n      samePerson: ${quoted(samePerson ?? SAME_PERSON)}\n` : ""}\
      # Who is meant, in CEL. Quotes around the whole keep YAML and CEL apart; | begins a text of several lines.
      where: 'person.active && !person.username.startsWith("svc-")'
      ${several ? "# One expression for all directories, or whoever leaves the first gets the other one's username\n      " : "# "}username: 'person.email.split("@")[0].lowerAscii()'       # default: person.username
      # displayName: 'person.givenName + " " + person.familyName'

    groups:
      # Which directory group feeds which group of the product. Groups that no rule names are never touched.
      map: []
      # - { match: engineering, to: jira-developers }            # one group, by name
      # - { match: '/^ops-(.+)$/', to: jira-$1 }                 # many, by regular expression
      # - { path: /Company/Berlin/engineering, to: jira-berlin } # one group, by path
      createMissing: false    # true: make mapped groups that the product does not have
      default: [${defaultGroups.join(", ")}]${defaultGroups.length === 0 ? "             " : "   "}# given once, when an account is made${defaultGroups.length === 0 ? "" : "; without it nobody may log in"}
      ignore: []              # never touched, in no direction
      strangers: keep         # members of managed groups who are nobody's account: keep | remove

    # What becomes of accounts of people who are gone. They are never deleted.
    ${leavers === undefined ? "# leavers: { action: disable," : `# This product cannot disable accounts: \`${leavers}\` takes the groups that give a licence.\n    leavers: { action: ${leavers},`} after: { sightings: 2, period: 1h } }

    # Out of bounds; Rollcall's own account is in any case. Each name that is written here must exist.
    # protect: { accounts: ${protectedByDefault(part.kind, "accounts")}, groups: ${protectedByDefault(part.kind, "groups")} }

    # How much one run may do: max(floor, fraction x population). A plan beyond that is refused before the first write.
    # Every kind has a default; these two are written out because they take something away.
    limits:
      account.disable: { floor: 3, fraction: 5% }
      member.remove: { floor: 10, fraction: 10% }

    # For \`rollcall daemon\`; the timer of systemd has its own time.
    schedule: "*/15 * * * *"
    timeZone: UTC
`;
}

/** The kind's own list, as its documentation has it. */
function protectedByDefault({ schema }: AskedKind, which: "accounts" | "groups"): string {
	const section = schema.shape.protect === undefined ? undefined : core(schema.shape.protect as z.ZodType);
	const list = section instanceof z.ZodObject ? docOf(section.shape[which] as z.ZodType)?.default : undefined;
	return /\[[^\]]*\]/.exec(list ?? "")?.[0] ?? "[]";
}

/** YAML for one value. In double quotes where there is any doubt, as JSON is YAML too: nothing that is answered can become structure. */
function scalar(value: unknown): string {
	if (typeof value === "string" && /^[A-Za-z][A-Za-z0-9_-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value))
		return value;
	return quoted(value);
}
const quoted = (value: unknown): string =>
	(JSON.stringify(value) ?? "null").replace(
		/[\u007f-\u009f\u2028\u2029\ufeff]/g,
		(c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);

const WIDTH = 116;
function wrapped(text: string, prefix: string): readonly string[] {
	const rows: string[] = [];
	let row = prefix.trimEnd();
	for (const word of text.split(/\s+/)) {
		if (row.length + word.length + 1 > WIDTH && row !== prefix.trimEnd()) {
			rows.push(row);
			row = prefix.trimEnd();
		}
		row += ` ${word}`;
	}
	return [...rows, row];
}
const firstSentence = (text: string): string => /^.*?[.:;](?=\s|$)/.exec(text)?.[0].replace(/[.:;]$/, "") ?? text;
