// Loaded before the program: its wall clock is as many milliseconds ahead as the file CLOCK says. A process that was stopped
// (SIGSTOP) for ten minutes sees the same when it wakes, and a test need not wait for ten minutes.
import { readFileSync } from "node:fs";

const { now } = Date;
Date.now = () => now() + ahead();

function ahead() {
	try {
		return Number(readFileSync(process.env.CLOCK, "utf8"));
	} catch {
		return 0;
	}
}
