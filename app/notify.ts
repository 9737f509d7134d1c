import { execFile } from "node:child_process";
import type { Session } from "./settings.ts";

/**
 * Tells systemd (sd_notify(3)) through its own program, since Node has no datagram sockets of the Unix family; the unit
 * therefore says NotifyAccess=all. Without NOTIFY_SOCKET there is nobody to tell. A failure is logged and nothing more.
 */
export async function notifySystemd({ terminal, log }: Session, message: readonly string[]): Promise<void> {
	if (terminal.env.NOTIFY_SOCKET === undefined) return;
	await new Promise<void>((resolve) => {
		execFile("systemd-notify", [...message], { timeout: 5_000 }, (error) => {
			if (error !== null) log.warn({ message: error.message }, "systemd-notify failed");
			resolve();
		});
	});
}
