// What the server does now: one status a second, and what came in the last two minutes.

const SPAN = 120_000;
const WINDOW = 10;
const SILENCE = 5000;

// The last status, how we stand with the server, and samples, the newest last.
export const live = { status: null, state: 'connecting', samples: [] };

let listener;
let source;
let timer;

function become(state, reason) {
	if (state === 'lost' && live.state !== state) live.lostAt = new Date();
	Object.assign(live, { state, reason });
	listener();
}

function flows(older, newer) {
	return Object.fromEntries(newer.strategies.map((now, index) => {
		const then = older.strategies[index];
		const [bytes, seconds] = ['bytes', 'delivery_seconds'].map((name) => now[name] - then[name]);
		const cpu = (one) => one.cpu_user_seconds + one.cpu_system_seconds;
		return [now.strategy, {
			bytesPerSecond: newer === older ? null : (bytes / (newer.at - older.at)) * 1000,
			cpuPerGB: bytes ? ((cpu(now) - cpu(then)) / bytes) * 1e9 : null,
			gbPerSecond: seconds > 0 ? bytes / seconds / 1e9 : null,
			callsPerMB: bytes ? ((now.syscalls - then.syscalls) / bytes) * 1e6 : null,
		}];
	}));
}

const newest = () => live.samples.at(-1);
const windowStart = () => live.samples.at(-WINDOW - 1) ?? live.samples[0];

const readings = new Map();

// Records that came into a topic, by the second, over about ten: the difference of the looks at it,
// each of which is one more; null at the first.
export function topicRate({ name, records }) {
	const now = performance.now();
	const looks = (readings.get(name) ?? []).filter(([at]) => now - at < WINDOW * 1000 + 500);
	if (!(now - looks.at(-1)?.[0] < 500)) looks.push([now, records]);
	// One may turn pages for long.
	if (readings.size > 1000) readings.clear();
	readings.set(name, looks);
	const [[then, before]] = looks;
	return now > then ? Math.max(0, records - before) / (now - then) * 1000 : null;
}

// Points for a line: [seconds ago, value], of what `value` finds in a sample.
export const line = (value) => live.samples.map((sample) => [(newest().at - sample.at) / 1000, value(sample)]);

function next(what, milliseconds) {
	clearTimeout(timer);
	timer = setTimeout(what, milliseconds);
}

function take(status, state) {
	// Another process counts from the beginning.
	if (live.status?.started !== status.started) live.samples = [];
	const before = newest();
	live.status = status;
	if (!before || status.uptime_ms > before.at) {
		const { uptime_ms: now, rates, strategies } = status;
		const sample = { at: now, rates, strategies };
		live.samples.push(sample);
		while (live.samples[0].at < now - SPAN) live.samples.shift();
		sample.flows = flows(before ?? sample, sample);
		sample.window = flows(windowStart(), sample);
	}
	next(() => {
		become('lost');
		begin();
	}, SILENCE);
	become(state);
}

async function look(state) {
	try {
		const response = await fetch('/v1/status', { signal: AbortSignal.timeout(SILENCE) });
		const answer = await response.json();
		if (response.ok) take(answer, state);
		else become('lost', answer.detail);
	} catch {
		become('lost');
	}
}

function end() {
	source?.close();
	clearTimeout(timer);
}

function begin() {
	end();
	source = new EventSource('/v1/events');
	source.onopen = () => live.status && become('live');
	source.addEventListener('status', (event) => take(JSON.parse(event.data), 'live'));
	source.onerror = async ({ target }) => {
		if (target.readyState !== EventSource.CLOSED) {
			become('lost');
			return;
		}
		// There is no stream for us just now: ask, and try again.
		await look('live');
		if (!document.hidden) next(begin, 1000);
	};
}

// Calls `tell` after each status and each change of state. Rests while nobody looks.
export function start(tell) {
	listener = tell;
	look('connecting');
	begin();
	document.addEventListener('visibilitychange', () => (document.hidden ? end() : begin()));
}
