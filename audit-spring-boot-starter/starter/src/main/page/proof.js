import { moment } from './format.js';
import { parse, same } from './numbers.js';

// Proves an entry in the browser, from the lines of its export: SHA-256 over what is said in it must give its hash, and
// that with the path must give the root that a checkpoint names (RFC 6962, section 2.1). Whose key signed the checkpoint
// is for those to check who have the key from elsewhere: what comes with the page could come from whoever altered both.

const HASHED = ['action', 'actorType', 'category', 'chain', 'durationMicros', 'id', 'occurredAt', 'operation', 'outcome', 'recordedAt', 'revision',
	'seq', 'service', 'severity', 'targetId', 'targetType', 'tenant', 'traceId', 'v'];

/** Browsers compute hashes only for pages that came by an encrypted way, or from this machine. */
export const canProve = () => Boolean(globalThis.crypto?.subtle);

const utf8 = (text) => new TextEncoder().encode(text);

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const hex = (array) => [...array].map((each) => each.toString(16).padStart(2, '0')).join('');

const joined = (...arrays) => new Uint8Array(arrays.flatMap((each) => [...each]));

const sha256 = async (...arrays) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...arrays)));

/**
 * The members of an object as they are written. The line is in canonical form already, and numbers of JSON have more digits
 * than those of this language: what is hashed must never be read and written anew.
 */
export function members(line) {
	const found = {};
	let depth = 0;
	let quoted = false;
	let start = 1;
	let name = null;
	for (let i = 0; i < line.length; i++) {
		const character = line[i];
		if (quoted) {
			if (character === '\\') {
				i++;
			} else if (character === '"') {
				quoted = false;
			}
		} else if (character === '"') {
			quoted = true;
		} else if (character === '{' || character === '[') {
			depth++;
		} else if (character === ':' && depth === 1 && name === null) {
			name = JSON.parse(line.slice(start, i));
			start = i + 1;
		} else if (depth === 1 && (character === ',' || character === '}') && name !== null) {
			if (Object.hasOwn(found, name)) {
				throw new Error(`${name} is there twice`);
			}
			found[name] = line.slice(start, i);
			name = null;
			start = i + 1;
			depth -= character === '}' ? 1 : 0;
		} else if (character === '}' || character === ']') {
			depth--;
		}
	}
	return found;
}

const text = (raw) => raw === undefined ? null : JSON.parse(raw);

/** The hash that an entry must have, by what is said in it. */
export async function entryHash(line) {
	const raw = members(line);
	const salt = bytes(text(raw.salt));
	// What was erased left its digest.
	const group = async (digest, half, content) => text(digest) ?? hex(await sha256(half, utf8(content ?? '{}')));
	const core = Object.fromEntries(HASHED.filter((name) => raw[name] !== undefined).map((name) => [name, raw[name]]));
	core.actor = JSON.stringify(await group(raw.actorDigest, salt.slice(0, 16), raw.actor));
	core.data = JSON.stringify(await group(raw.dataDigest, salt.slice(16), raw.data));
	core.prev = raw.prevHash;
	const canonical = `{${Object.keys(core).sort().map((name) => `${JSON.stringify(name)}:${core[name]}`).join(',')}}`;
	return hex(await sha256([0], utf8(canonical)));
}

/** The root that a tree must have, by one of its leaves and the path from there (RFC 9162, section 2.1.3.2). */
export async function rootOf(leaf, index, size, path) {
	if (index < 0 || index >= size) {
		throw new Error('The entry is outside of the tree');
	}
	let [place, last, hash] = [BigInt(index), BigInt(size) - 1n, bytes(leaf)];
	for (const sibling of path) {
		if (last === 0n) {
			throw new Error('The path is too long');
		}
		if (place % 2n === 1n || place === last) {
			hash = await sha256([1], bytes(sibling), hash);
			while (place !== 0n && place % 2n === 0n) {
				place >>= 1n;
				last >>= 1n;
			}
		} else {
			hash = await sha256([1], hash, bytes(sibling));
		}
		place >>= 1n;
		last >>= 1n;
	}
	if (last !== 0n) {
		throw new Error('The path is too short');
	}
	return hex(hash);
}

function checkpoint(note) {
	const [origin, size, root] = note.split('\n');
	return { origin, size: Number(size), root: hex(Uint8Array.from(atob(root), (each) => each.charCodeAt(0))), note };
}

/** An address as entries show it, of the bytes that are hashed. */
function address(hex) {
	if (hex?.length === 8) {
		return [...bytes(hex)].join('.');
	}
	return hex?.length === 32 ? new URL(`http://[${hex.match(/..../g).join(':')}]`).hostname.slice(1, -1) : hex;
}

/** What an entry's line says, called and put together as the page gets entries. */
function told(raw) {
	const said = Object.fromEntries(Object.entries(raw).map(([name, content]) => [name, parse(content)]));
	const { actor = {}, data = {} } = said;
	return { id: said.id, chain: said.chain, seq: said.seq, recordedAt: moment(said.recordedAt), occurredAt: moment(said.occurredAt), service: said.service,
		tenant: said.tenant, operationId: said.operation, 'actor.type': said.actorType, 'actor.id': actor.id, 'actor.name': actor.name,
		'actor.impersonatorId': actor.impersonator, action: said.action, category: said.category, severity: said.severity, outcome: said.outcome,
		'target.type': said.targetType, 'target.id': said.targetId, 'target.name': data.targetName, related: data.related ?? [], message: data.message,
		justification: data.justification, error: data.error, before: data.before, after: data.after, changes: data.changes, metadata: data.metadata,
		ipAddress: address(actor.ip), userAgent: actor.userAgent, sessionId: actor.session, deviceFingerprint: actor.device, geolocation: actor.geo,
		traceId: said.traceId, revision: said.revision, durationMicros: said.durationMicros, prevHash: said.prevHash, hash: said.hash };
}

/** What is made of other members, which are compared. */
const DERIVED = ['changeSummary'];

/** What is shown must be what was hashed: the page got both, from different places. Names what is not, also what nobody knows. */
function differing(entry, raw) {
	const { actor, target, ...rest } = entry;
	const parts = (name, any) => Object.entries(any ?? {}).map(([part, content]) => [`${name}.${part}`, content]);
	const shown = Object.fromEntries([...Object.entries(rest), ...parts('actor', actor), ...parts('target', target)]);
	const written = told(raw);
	const time = (name, content) => ['recordedAt', 'occurredAt'].includes(name) && content ? moment(content) : content;
	return [...new Set([...Object.keys(shown), ...Object.keys(written)])]
		.filter((name) => !DERIVED.includes(name) && !same(time(name, shown[name]) ?? null, written[name] ?? null));
}

/** Computes everything anew, and tells what it found. */
export async function prove(entry, lines) {
	const all = lines.map((line) => ({ line, raw: members(line) }));
	const mine = all.find(({ raw }) => text(raw.id) === entry.id && raw.salt);
	if (!mine) {
		throw new Error('The export does not have this entry');
	}
	const chain = text(mine.raw.chain);
	const hash = await entryHash(mine.line);
	const signed = all.find(({ raw }) => raw.checkpoint && text(raw.chain) === chain);
	const path = all.find(({ raw }) => raw.path !== undefined && text(raw.chain) === chain && raw.seq === mine.raw.seq);
	const result = { of: entry.id, hash, stored: text(mine.raw.hash), shown: entry.hash, differing: differing(entry, mine.raw), lines,
		checkpoint: signed ? checkpoint(text(signed.raw.checkpoint)) : null, root: null };
	result.same = hash === result.stored && hash === result.shown;
	result.ofChain = result.checkpoint?.origin.endsWith(`/${chain}`);
	// What a checkpoint covers has a path to its root: one that is not there was kept back.
	result.covered = result.checkpoint !== null && Number(mine.raw.seq) < result.checkpoint.size;
	if (path && result.covered) {
		result.root = await rootOf(hash, Number(mine.raw.seq), result.checkpoint.size, text(path.raw.path).split(',').filter(Boolean));
	}
	return result;
}
