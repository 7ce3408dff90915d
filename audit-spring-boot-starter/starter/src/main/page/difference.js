import { hasParts, key, same } from './numbers.js';

// What differs between two states: by path within objects and lists, and by word within texts.

const isObject = (any) => hasParts(any) && !Array.isArray(any);

/** Where a path goes on. Names that could pass for paths are quoted. */
const step = (path, name) => typeof name === 'number' ? `${path}[${name}]`
	: /[.[\]"]/.test(name) ? `${path}[${JSON.stringify(name)}]` : path ? `${path}.${name}` : name;

const MOST = 2000;

/**
 * The places at which two states differ, each with what it was and is there. What is only in one of them is undefined in the
 * other. Every object has members that nobody recorded, such as a constructor.
 */
export function differences(before, after, path = '', found = []) {
	if (found.length >= MOST || same(before, after)) {
		return found;
	}
	if (isObject(before) && isObject(after)) {
		[...new Set([...Object.keys(before), ...Object.keys(after)])].forEach((name) =>
			differences(own(before, name), own(after, name), step(path, name), found));
	} else if (Array.isArray(before) && Array.isArray(after)) {
		aligned(before, after).forEach(([old, now, place]) => differences(old, now, step(path, place), found));
	} else {
		found.push({ path, before, after });
	}
	return found;
}

export const own = (state, name) => state && Object.hasOwn(state, name) ? state[name] : undefined;

const LONGEST = 400;

/** Pairs of two lists: what is in both stays, however much came or went before it. */
function aligned(before, after) {
	if (before.length > LONGEST || after.length > LONGEST || before.length === after.length) {
		return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => [before[index], after[index], index]);
	}
	const keys = [before, after].map((list) => list.map((each) => key(each)));
	return common(...keys).flatMap(({ gone, come }) => {
		const pairs = Array.from({ length: Math.max(gone.length, come.length) }, (_, index) => [gone[index], come[index]]);
		return pairs.map(([old, now]) => [before[old], after[now], now ?? old]);
	});
}

/** Stretches that are in only one of two lists, by their longest common sequence. */
function common(before, after) {
	const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
	for (let i = before.length - 1; i >= 0; i--) {
		for (let j = after.length - 1; j >= 0; j--) {
			lengths[i][j] = before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
		}
	}
	const found = [];
	let stretch = { gone: [], come: [] };
	const end = () => {
		if (stretch.gone.length || stretch.come.length) {
			found.push(stretch);
		}
		stretch = { gone: [], come: [] };
	};
	let [i, j] = [0, 0];
	while (i < before.length || j < after.length) {
		if (i < before.length && j < after.length && before[i] === after[j]) {
			end();
			i++;
			j++;
		} else if (j >= after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
			stretch.gone.push(i++);
		} else {
			stretch.come.push(j++);
		}
	}
	end();
	return found;
}

const WORDS = /\s+|[^\s]+/g;

/** Two texts word by word: parts that both have, that went and that came; null where that says nothing. */
export function words(before, after) {
	if (typeof before !== 'string' || typeof after !== 'string' || before.length + after.length < 60) {
		return null;
	}
	const [old, now] = [before, after].map((text) => text.match(WORDS) ?? []);
	if (old.length > LONGEST || now.length > LONGEST) {
		return null;
	}
	const stretches = common(old, now);
	const gone = new Set(stretches.flatMap((each) => each.gone));
	const come = new Set(stretches.flatMap((each) => each.come));
	const parts = [];
	const say = (kind, text) => {
		if (parts[parts.length - 1]?.kind === kind) {
			parts[parts.length - 1].text += text;
		} else {
			parts.push({ kind, text });
		}
	};
	for (let i = 0, j = 0; i < old.length || j < now.length;) {
		if (gone.has(i)) {
			say('gone', old[i++]);
		} else if (come.has(j)) {
			say('come', now[j++]);
		} else {
			say('kept', old[i++]);
			j++;
		}
	}
	return parts.some(({ kind, text }) => kind === 'kept' && text.trim()) ? parts : null;
}
