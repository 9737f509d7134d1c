import { expect, test } from "@jest/globals";
import SCIMMY from "scimmy";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MemberAdd } from "../../../core/operation.ts";
import { change, create, switchTo } from "../../contract/cloud-harness.ts";
import { calm, operation, populate } from "../../contract/product-world.ts";
import { stageOf } from "./stage.ts";

/**
 * SCIMMY, written by others, implements RFC 7643 and 7644: it must understand the stand-in's answers and our requests, and
 * a change of ours must mean to it what it means to the stand-in.
 */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
const userOf = (body: unknown) => new SCIMMY.Schemas.User(plain(body) as never, "out");
const groupOf = (body: unknown) => new SCIMMY.Schemas.Group(plain(body) as never, "out");
const idsOf = (group: { readonly members?: readonly { readonly value?: string }[] }) =>
	(group.members ?? []).map(({ value }) => value).sort();

test("it reads the stand-in's users, groups and errors", async () => {
	const { stage, server, product } = await stageOf();
	populate(stage);
	const bodies: { path: string; body: unknown }[] = [];
	server.onExchange(({ path, responseBody }) => bodies.push({ path, body: responseBody }));
	await product.read({}, calm);
	const lists = bodies
		.filter(({ path }) => /\/(Users|Groups)$/.test(path))
		.map(({ body }) => body as { Resources: Record<string, unknown>[] });
	for (const user of lists[0]!.Resources) expect(userOf(user)).toMatchObject({ userName: user.userName, active: user.active });
	for (const { body } of bodies.filter(({ path }) => /\/Groups\/./.test(path)))
		expect(idsOf(groupOf(body) as never)).toEqual(idsOf(body as never));
	const refused = await fetch(`${server.url}/scim/directory/${server.directoryId}/Users/none`, {
		headers: { authorization: `Bearer ${server.credentials.key}` },
	});
	const error = (await refused.json()) as { schemas: string[]; status: string };
	expect(error.schemas).toEqual([SCIMMY.Messages.ErrorResponse.id]);
	expect(error.status).toBe("404");
});

test("it takes our new and our changed users", async () => {
	const { server, product } = await stageOf();
	const sent: unknown[] = [];
	server.onExchange(({ method, requestBody }) => {
		if (method === "POST" || method === "PUT") sent.push(requestBody);
	});
	const { account } = await create(product, "ada");
	await change(product, account as AccountId, { displayName: "Ada", email: "a@example.org" });
	expect(sent).toHaveLength(2);
	for (const body of sent) {
		const read = new SCIMMY.Schemas.User(plain(body) as never, "in");
		expect(plain(read)).toMatchObject({ userName: "ada", displayName: (body as { displayName: string }).displayName, active: true });
		expect(plain(read).emails).toMatchObject([{ primary: true }]);
	}
});

test("a change means the same to it: members in, members out, a user switched off", async () => {
	const { stage, server, product } = await stageOf();
	const ids = populate(stage);
	await product.read({}, calm);
	const patches: { readonly path: string; readonly requestBody?: unknown; readonly responseBody?: unknown }[] = [];
	server.onExchange((exchange) => {
		if (exchange.method === "PATCH") patches.push(exchange);
	});
	const batch = (kind: "member.add" | "member.remove", group: string, of: readonly AccountId[]) =>
		of.map((account) => ({
			operation: operation({ kind, subject: { username: "x", account }, group: group as GroupName }) as MemberAdd,
			account,
		}));
	const before = (name: string) => ({
		schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
		id: "g",
		displayName: name,
		members: [...(server.population.groupNamed(name)?.members ?? [])].map((value) => ({ value })),
	});
	const wasEmpty = before("empty");
	const wasStaff = before("staff");
	await product.performMembers!(batch("member.add", "empty", ids), calm);
	await product.performMembers!(batch("member.remove", "staff", ids.slice(0, 3)), calm);
	await switchTo(product, ids[0] as AccountId, false);
	const apply = async (message: unknown, resource: object) => {
		const patch = new SCIMMY.Messages.PatchOp(plain(message) as never);
		return plain(await patch.apply(resource as never));
	};
	const [added, removed, off] = patches;
	expect(idsOf((await apply(added!.requestBody, groupOf(wasEmpty))) as never)).toEqual(idsOf(added!.responseBody as never));
	expect(idsOf((await apply(removed!.requestBody, groupOf(wasStaff))) as never)).toEqual(idsOf(removed!.responseBody as never));
	expect(idsOf(removed!.responseBody as never)).toHaveLength(ids.length - 3);
	const on = userOf({ ...(off!.responseBody as object), active: true });
	expect((await apply(off!.requestBody, on)).active).toBe(false);
});
