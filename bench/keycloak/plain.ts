import { sumOf, type Truth } from "../../test/live/keycloak/realm.ts";

/** The least that reads the realm whole: `fetch`, no checks, no counts, no retries, one token. Lists as Keycloak has them. */
export async function readPlainly(server: {
	readonly url: string;
	readonly realm: string;
	readonly secret: string;
	readonly concurrency: number;
}) {
	let requests = 1;
	const login = await fetch(`${server.url}/realms/${server.realm}/protocol/openid-connect/token`, {
		method: "POST",
		body: new URLSearchParams({ grant_type: "client_credentials", client_id: "rollcall", client_secret: server.secret }),
	});
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}` };
	const get = async <T>(path: string): Promise<T> => {
		requests += 1;
		return (await (await fetch(`${server.url}/admin/realms/${server.realm}${path}`, { headers })).json()) as T;
	};
	const together = async <T>(items: readonly T[], work: (item: T) => Promise<void>) => {
		let next = 0;
		const lane = async () => {
			while (next < items.length) await work(items[next++]!);
		};
		await Promise.all(Array.from({ length: server.concurrency }, lane));
	};
	const size = 1_000;
	const people = new Map<string, PlainPerson>();
	const count = await get<number>("/users/count");
	const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
	await together(starts, async (first) => {
		const page = await get<PlainPerson[]>(`/users?first=${first}&max=${size}&briefRepresentation=true`);
		for (const person of page) people.set(person.id, person);
	});
	const flat = "search=%20&populateHierarchy=false&subGroupsCount=false&briefRepresentation=true";
	const groups = await get<PlainGroup[]>(`/groups?${flat}`);
	const members = new Map<string, string[]>();
	await together(groups, async (group) => {
		const ids: string[] = [];
		for (let first = 0; ; first += size) {
			const page = await get<PlainPerson[]>(`/groups/${group.id}/members?first=${first}&max=${size}&briefRepresentation=true`);
			for (const member of page) if (people.has(member.id)) ids.push(member.id);
			if (page.length < size) break;
		}
		members.set(group.id, ids);
	});
	return { requests, sums: () => sumsOf({ people, groups, members }) };
}

interface PlainPerson {
	readonly id: string;
	readonly username: string;
	readonly enabled: boolean;
	readonly email?: string;
	readonly firstName?: string;
	readonly lastName?: string;
}
interface PlainGroup {
	readonly id: string;
	readonly name: string;
	readonly parentId?: string;
}

function sumsOf(read: {
	readonly people: ReadonlyMap<string, PlainPerson>;
	readonly groups: readonly PlainGroup[];
	readonly members: ReadonlyMap<string, readonly string[]>;
}): Truth["sha256"] {
	return {
		people: sumOf(
			[...read.people.values()].map((p) => [
				p.id,
				p.username,
				p.enabled ? "1" : "0",
				p.email ?? "-",
				p.firstName ?? "-",
				p.lastName ?? "-",
			]),
		),
		groups: sumOf(read.groups.map((g) => [g.id, g.parentId ?? "-", g.name])),
		memberships: sumOf([...read.members].flatMap(([group, people]) => people.map((person) => [group, person]))),
	};
}
