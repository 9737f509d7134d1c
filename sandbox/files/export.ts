import type { Company } from "../world/company.ts";

type Cell = string | undefined;
/** The first one is the header. */
type Table = readonly (readonly Cell[])[];

/** As spreadsheets write it: commas, CRLF, quotes where they are needed, a byte order mark (RFC 4180). */
export function csvOf(table: Table): string {
	return `\ufeff${table.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;
}

const quoted = (cell: Cell): string => {
	const text = cell ?? "";
	return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const personRows = (company: Company): Table => [
	["personnel_no", "login", "mail", "first_name", "last_name", "status", "department", "site", "title", "employeeId", "hiredAt"],
	...company.people.map((person) => [
		person.id,
		person.username,
		person.email,
		person.givenName,
		person.familyName,
		person.active ? "A" : "L",
		person.department,
		person.site,
		person.title,
		person.employeeId,
		new Date(person.hiredAt).toISOString().slice(0, 10),
	]),
];

export const groupRows = (company: Company): Table => [
	["unit", "title", "parent_unit"],
	...company.groups.map((group) => [group.id, group.name, group.parentId]),
];

export const membershipRows = (company: Company): Table => [
	["unit", "personnel_no"],
	...company.people.flatMap((person) => person.groups.map((group) => [group, person.id])),
];
