import { SyncError } from "../../core/errors.ts";
import type { PersonKey } from "../../core/model.ts";
import { underLease } from "../../core/run/lease.ts";
import { print } from "../console.ts";
import { offersOnly } from "../output.ts";
import { ask } from "../prompt.ts";
import { oneProduct, type Session } from "../settings.ts";
import { holderName, openStore } from "../wiring.ts";

/** Forgets whose account it is: after a wrong merge, or when a person has got a new id. Nothing is changed in the product. */
export async function unlinkCommand(session: Session, person: string): Promise<number> {
	offersOnly(session, "unlink", ["text"], { out: false });
	const product = oneProduct(session, "unlink");
	if (!session.options.yes && !session.terminal.input.isTTY)
		throw new SyncError("config.invalid", "unlink was started without a terminal and without --yes, so nobody can be asked", {
			todo: "Add --yes once you are sure, or run it in a terminal.",
		});
	const store = await openStore(session.config, { readOnly: false, tell: session.tell });
	try {
		const links = await store.links(product.id);
		const account = links.get(person as PersonKey);
		if (account === undefined)
			throw new SyncError("config.invalid", `"${person}" is linked to no account of ${product.id}`, {
				todo: "Give the person's key as reports and `rollcall explain` show it: the source's name, a colon, the directory's id.",
			});
		const others = [...links].filter(([key, id]) => id === account && key !== person).map(([key]) => key);
		const rest = others.length === 0 ? "The account is then managed for nobody" : `The account stays with ${others.join(", ")}`;
		const question = `${person} is linked to the account ${account} of ${product.id}. ${rest}, and nothing in ${product.id} is changed. Forget the link?`;
		if (!session.options.yes && !(await ask(session.terminal, question))) return 2;
		await underLease(store, { product: product.id, holder: holderName() }, (lease) => store.unlink(lease, product.id, person as PersonKey));
		print(
			session.terminal.out,
			`${person} is linked to no account of ${product.id} any more. See what follows: rollcall diff --product ${product.id}`,
		);
		return 0;
	} finally {
		await store.shut();
	}
}
