import { html, nothing } from './lib/lit-html.js';
import { icon } from './icons.js';
import { ago, count, dateTime } from './format.js';
import { problemCard } from './problem.js';
import { plain, shown } from './text.js';
import { drawn, t } from './words.js';

// The ledger as a whole: where it ends, what was signed last, and whether it is as it was written.

export function ledger(view) {
	const { chains, progress, unread } = view;
	const standing = said(integrity(progress));
	return html`
		<details class="menu ledger" @toggle=${(event) => event.target.open && view.load()}>
			<summary class="button">${icon('shield')} <span class="ledger-word">${t('Ledger')}</span> <span class="badge ${standing.tone}">${standing.name}</span>
				${progress?.result ? html`<span class="age faint">${ago(progress.endedAt)}</span>` : nothing}
				${signed(chains)}</summary>
			<div class="popover" role="group" aria-label=${t('The ledger')}><h2 class="hidden">${t('The ledger')}</h2>
				${unread ? problemCard(unread, view.load) : chains ? chains.map((each) => chain(view, each)) : html`<p class="faint">${t('Loading …')}</p>`}
				${progress ? verification(view, standing) : nothing}
				<details class="yourself"><summary>${t('Check it yourself')}</summary>
					<p class="faint">${t('Neither this page nor this server need to be trusted: the program reads the tables and computes everything anew.')}</p>
					<pre>java -jar audit-ledger-cli.jar verify --url jdbc:postgresql://… --public-key key.txt</pre></details>
			</div>
		</details>`;
}

const HOUR = 3600000;

/** Whether nothing of a chain has waited long for a checkpoint. */
const isSigned = ({ size, checkpoint }) => checkpoint?.size && (checkpoint.size >= size || Date.now() - new Date(checkpoint.signedAt) < HOUR);

/** Up to which entry the chain is signed; of several, how many of them are. What is in the root log is made of the others. */
function signed(chains) {
	const all = (chains ?? []).filter((each) => each.chain !== 'root');
	const size = all[0]?.checkpoint?.size;
	const done = all.filter(isSigned).length;
	return all.length > 1 ? html`<span class="signed faint">${done === all.length ? t('all chains signed') : t('{n} of {all} chains signed', { n: count(done), all: count(all.length) })}</span>`
		: size ? html`<span class="signed faint">${t('signed to #{n}', { n: count(size) })}</span>` : nothing;
}

/** Problems that say nothing against the entries. */
const HARMLESS = ['GUARD', 'EVIDENCE', 'QUORUM', 'TIME_STAMP'];

// Altered weighs more than unprotected, and that more than what was kept elsewhere.
const FOUND = [
	{ of: (kind) => !HARMLESS.includes(kind), name: 'Altered', tone: 'failure',
		advice: 'Entries are not as they were written. Let nobody delete anything: keep the database, its backups and its logs as they are, and compare them with checkpoints that were kept elsewhere. What is listed says where to look.' },
	{ of: (kind) => kind === 'GUARD', name: 'Protection missing', tone: 'warning',
		advice: 'Every entry is as it was written, but what guards the tables is not, so that somebody could change them. Find out who took it away and when, have the guards put back as the migrations make them, and verify again.' },
	{ of: (kind) => kind === 'EVIDENCE', name: 'Evidence missing', tone: 'warning',
		advice: 'The ledger contradicts nothing, but something that was kept of it elsewhere cannot be read. Restore that from a copy and verify again; until then it proves nothing.' },
	{ of: (kind) => ['QUORUM', 'TIME_STAMP'].includes(kind), name: 'Not witnessed', tone: 'warning',
		advice: 'Every entry is as it was written, but what was signed lacks witnesses or a time stamp. Find out whether those can be reached, and verify again; until then nobody else vouches that there is only this one ledger.' }
];

const said = (standing) => ({ ...standing, name: t(standing.name), advice: t(standing.advice) });

/** Whether the ledger is as it was written, as far as that is known, and what to do about it. */
export function integrity(progress) {
	const result = progress?.result;
	if (progress?.state === 'running') {
		return { name: `${percent(progress)} %`, tone: '', advice: '' };
	}
	if (!result) {
		return { name: 'Not verified', tone: '', advice: {
			failed: 'It could not be verified; the server\'s log says why. Until it is, nothing is known.',
			cancelled: 'The verification was cancelled. Until it is done, nothing is known.'
		}[progress?.state] ?? 'Nobody has verified it since this server was started. Do it now: it reads everything, and writing goes on meanwhile.' };
	}
	const kinds = result.chains.flatMap((chain) => Object.keys(chain.counts));
	return FOUND.find((each) => kinds.some(each.of)) ?? { name: 'Verified', tone: 'success', advice: isWhole(result)
		? 'Every entry that there was then is as it was written. Keep a copy of the checkpoint elsewhere: later it shows whether that is still so.'
		: 'Every entry since the checkpoint before is as it was written. What is older is read when the whole ledger is verified.' };
}

/** Where it goes on from a checkpoint, it says nothing of what was before. */
const isWhole = (result) => result.chains.every((chain) => !chain.from);

const ofAll = (progress) => Boolean(progress?.result && isWhole(progress.result));

const wasWrong = (progress) => Boolean(progress?.result && !progress.result.valid);

/**
 * What is known of the ledger by several verifications: the newest says it. What was found wrong stays so until all was read
 * again, and what was found is known however little another server knows.
 */
export function newest(...all) {
	const ended = all.filter((each) => each?.endedAt).sort((one, other) => new Date(other.endedAt) - new Date(one.endedAt));
	const wrong = ended.findIndex(wasWrong);
	return all.find((each) => each?.state === 'running') ?? (wrong > 0 && !ended.slice(0, wrong).some(ofAll) ? ended[wrong] : null)
		?? ended.find((each) => each.state !== 'cancelled') ?? ended[0] ?? all.find(Boolean);
}

const problems = (result) => result.chains.reduce((sum, chain) =>
	sum + Object.values(chain.counts).reduce((all, number) => all + number, 0), 0);

const percent = (progress) => progress.total ? Math.floor((progress.done / progress.total) * 100) : 0;

const time = (instant) => html`<time datetime=${instant} title=${dateTime(instant)}>${ago(instant)}</time>`;

function chain(view, { chain, size, recordedAt, checkpoint }) {
	return html`
		<section class="chain"><h3>${t('Chain {chain}', { chain: plain(chain) })}</h3>
			<p>${recordedAt ? drawn('{n} entries, the last {time}', { n: html`<b>${count(size)}</b>`, time: time(recordedAt) }) : drawn('{n} entries', { n: html`<b>${count(size)}</b>` })}</p>
			${checkpoint ? html`<p>${drawn('Signed up to entry {n} {time}', { n: html`<b>${checkpoint.size === null ? '?' : count(checkpoint.size)}</b>`, time: time(checkpoint.signedAt) })}</p>
				<p class="root"><span class="faint">${t('Root')}</span> <code title=${checkpoint.root}>${checkpoint.root?.slice(0, 16)}…</code>
					<button class="small" @click=${(event) => view.copy(checkpoint.note, event)}>${icon('copy')} ${t('Copy checkpoint')}</button></p>`
				: html`<p class="faint">${t('Nothing of it was signed: there is no checkpoint.')}</p>`}
		</section>`;
}

function verification(view, standing) {
	const { progress } = view;
	if (progress.state === 'running') {
		return html`<div class="verifying"><label>${t('Verifying {done} of {total}', { done: count(progress.done), total: count(progress.total) })}
			<progress max=${progress.total || 1} .value=${progress.done}></progress></label>
			<button class="small" @click=${view.cancel}>${t('Cancel')}</button></div>`;
	}
	return html`<div role="status">${found(view, progress.result, progress.endedAt, standing)}${later(view, progress.result)}<p class="advice faint">${standing.advice}</p></div>
		<button class="primary" @click=${view.verify}>${icon('shield')} ${t('Verify the whole ledger')}</button>`;
}

/** What a verification did not see yet: entries keep coming. */
function later({ chains }, result) {
	const size = (all) => all?.reduce((sum, each) => sum + each.size, 0);
	const since = size(chains) - size(result?.chains);
	return since > 0 ? html`<p class="later faint">${drawn(since === 1 ? '{n} entry has come since, and is not verified.'
		: '{n} entries have come since, and are not verified.', { n: html`<b>${count(since)}</b>` })}</p>` : nothing;
}

function found(view, result, endedAt, standing) {
	if (!result) {
		return html`<p class="result"><b>${standing.name}</b></p>`;
	}
	const number = problems(result);
	const entries = result.chains.reduce((sum, each) => sum + each.entries, 0);
	return html`<p class="result ${standing.tone}"><b>${standing.name}: ${number ? t(number === 1 ? '{n} problem' : '{n} problems', { n: count(number) })
		: t('{n} entries', { n: count(entries) })}</b> <span class="faint">${ago(endedAt)}</span></p>
		${byKind(result.chains).map(({ kind, all, some }) => html`<div class="problems"><h4>${plain(kind)} <span class="faint">${count(all)}</span></h4>
			<ul>${some.map((each) => html`<li>${each.id ? html`<button class="link" @click=${() => view.show(each.id)}>${t('entry {n}', { n: each.seq === null ? plain(each.id) : count(each.seq) })}</button>: `
				: each.seq !== null ? html`${t('entry {n}', { n: count(each.seq) })}: ` : nothing}${shown(each.what)}</li>`)}${all > some.length ? html`<li class="faint">${t('and {n} more', { n: count(all - some.length) })}</li>` : nothing}</ul></div>`)}`;
}

const MOST_SHOWN = 20;

/** Of each kind how many there are of all chains, and some of those that were told: of each chain that is a hundred at most. */
const byKind = (chains) => [...new Set(chains.flatMap(({ counts }) => Object.keys(counts)))].map((kind) => ({ kind,
	all: chains.reduce((sum, { counts }) => sum + (counts[kind] ?? 0), 0), some: chains.flatMap(({ problems }) => problems).filter((each) => each.kind === kind).slice(0, MOST_SHOWN) }));
