// Figures and times as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const known = (format) => (number) => (Number.isFinite(number) ? format(number) : '–');

function short(number) {
	if (Math.abs(number) >= 1000 || number === 0) return whole.format(number);
	return Math.abs(number) < 0.001 ? number.toExponential(1) : String(Number(number.toPrecision(3)));
}

const scaled = (...units) => known((number) => {
	let index = 0;
	for (; Math.abs(number) >= 1000 && index < units.length - 1; index += 1) number /= 1000;
	return `${short(number)} ${units[index]}`.trim();
});

export const figure = known(short);
export const count = known(whole.format);
export const compact = scaled('', 'k', 'M', 'G', 'T');
export const bytes = scaled('B', 'kB', 'MB', 'GB', 'TB', 'PB');
export const percent = (part) => `${short(part * 100)} %`;
export const plural = (number, one) => `${count(number)} ${one}${number === 1 ? '' : 's'}`;

export const duration = known((milliseconds) => {
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	let seconds = Math.round(milliseconds / 1000);
	const parts = [];
	for (const [name, size] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
		if (seconds >= size) parts.push(`${Math.floor(seconds / size)} ${name}`);
		seconds %= size;
	}
	return parts.slice(0, 2).join(' ');
});

// Local time, sortable by eye: 2026-01-31 13:05:09.250.
export function time(moment) {
	const date = new Date(moment ?? NaN);
	return known(() => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 23).replace('T', ' '))(+date);
}

export const fromNow = (moment) => {
	if (!moment) return '–';
	const distance = new Date(moment) - Date.now();
	return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`;
};

// A field of a config, by what its name says of its unit.
export const readable = (name, value) => (value === null ? 'no limit' : name.endsWith('_ms') ? duration(value) : name.endsWith('_bytes') ? bytes(value) : value);
